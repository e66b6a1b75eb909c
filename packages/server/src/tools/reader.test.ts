import { describe, expect, it } from "vitest";
import type { GivenTool } from "./plan.js";
import { type ToolDelta, ToolReader } from "./reader.js";

const tool = (name: string): GivenTool => ({
  kind: "function",
  name,
  description: undefined,
  parameters: undefined,
  param: "",
});
const sum: GivenTool = {
  kind: "custom",
  name: "sum",
  description: undefined,
  grammar: { syntax: "lark", definition: "start: /[0-9]+/" },
  param: "",
};
const hermes = (name: string) =>
  `<tool_call>\n{"name": "${name}", "arguments": {"a": "<tool_call>"}}\n</tool_call>`;

/** What a reader tells of a text that comes in pieces of so many characters. */
function read(text: string, size: number, plan: ConstructorParameters<typeof ToolReader>[0]) {
  const reader = new ToolReader(plan);
  const deltas: ToolDelta[] = [];
  for (let at = 0; at < text.length; at += size) {
    deltas.push(...reader.push(text.slice(at, at + size)));
  }
  deltas.push(...reader.end());
  const content = deltas.map((delta) => (delta.type === "content" ? delta.text : "")).join("");
  return { content, calls: deltas.flatMap((delta) => (delta.type === "call" ? [delta.name] : [])) };
}

describe("a reader of outputs", () => {
  const tools = [tool("f"), tool("g"), sum];
  const cases = [
    [
      "text and calls",
      { format: "hermes", tools },
      `Let me <see>.\n${hermes("f")}\n${hermes("g")}`,
      "Let me <see>.",
      ["f", "g"],
    ],
    [
      "calls",
      { format: "hermes", tools, hasJsonContent: true },
      `${hermes("f")}\n${hermes("g")}`,
      "",
      ["f", "g"],
    ],
    [
      "JSON that speaks of calls",
      { format: "hermes", tools, hasJsonContent: true },
      JSON.stringify(hermes("f")),
      JSON.stringify(hermes("f")),
      [],
    ],
    ["an input", { format: "hermes", tools }, '<tool_input name="sum">\n12', "", ["sum"]],
    ["text that is nearly an input", { format: "plain", tools }, "<tool_in", "<tool_in", []],
    [
      "calls alone",
      { format: "plain", tools },
      '{"name": "f", "arguments": {}}\n{"name": "g", "arguments": {}}',
      "",
      ["f", "g"],
    ],
  ] as const;
  for (const [name, plan, text, content, calls] of cases) {
    it(`tells ${name}, whatever the pieces`, () => {
      for (const size of [1, 2, 3, 7, text.length]) {
        expect(read(text, size, plan)).toEqual({ content, calls });
      }
    });
  }
});
