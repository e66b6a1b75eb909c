import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../../test/byte-vocabulary.js";
import { randomNumbers, randomWalk } from "../../../test/walk.js";
import { compileTools, Matcher, type ToolCall, type ToolFormatName, ToolReader } from "../../index.js";
import { TOOL_FORMATS } from "./formats.js";

const TOOLS = [
  {
    name: "weather",
    parameters: {
      type: "object",
      properties: { text: { type: "string" }, days: { type: "integer" }, list: { type: "array", items: {} } },
      required: ["text"],
      additionalProperties: false,
    },
  },
  { name: "time" },
];
const FORMATS = Object.keys(TOOL_FORMATS) as ToolFormatName[];

describe("an output that calls tools is read as it grows", () => {
  it.each(FORMATS)("%s: what is told piece by piece is what there is in the end", (format) => {
    const vocabulary = byteVocabulary([
      "<tool_call>",
      "</tool_call>",
      '{"name": ',
      "</",
      "\n<",
      "<|",
      "<think>",
      "</think>",
    ]);
    const random = randomNumbers(FORMATS.indexOf(format));
    const seen = { open: 0, calls: 0, reasoning: 0 };
    for (let walk = 0; walk < 24; walk++) {
      const choice = walk % 2 === 0 ? "required" : "auto";
      const reasoning = walk % 3 === 0 ? "required" : "none";
      const tools = compileTools(TOOLS, {
        ...{ format, choice, reasoning },
        json: { escapes: "minimal", numbers: "plain" },
      });
      const text = randomWalk(new Matcher(tools.grammar, vocabulary), random, 60);
      const output = tools.parse(text);
      const reader = new ToolReader(tools);
      const told = { content: "", reasoning: "" };
      const calls: ToolCall[] = [];
      const note = (deltas: ReturnType<ToolReader["push"]>) => {
        for (const delta of deltas) {
          if (delta.type === "call") calls.push({ name: delta.name, arguments: delta.arguments });
          else told[delta.type] += delta.text;
        }
      };
      for (let at = 0; at < text.length; ) {
        const length = 1 + Math.floor(random() * 4);
        note(reader.push(text.slice(at, at + length)));
        at += length;
        const call = output.calls[calls.length];
        if (reader.open === undefined) continue;
        seen.open++;
        expect(reader.open.name).toBe(call?.name);
        expect(call?.arguments.startsWith(reader.open.arguments), `${reader.open.arguments} of ${text}`).toBe(
          true,
        );
      }
      note(reader.end());
      expect({ ...told, calls }, text).toEqual({
        content: output.content,
        reasoning: output.reasoning ?? "",
        calls: output.calls,
      });
      seen.calls += calls.length;
      if (told.reasoning !== "") seen.reasoning++;
    }
    expect(seen.calls).toBeGreaterThanOrEqual(12);
    expect(seen.reasoning).toBeGreaterThan(0);
    if (!["qwen3-coder", "glm", "minimax"].includes(format)) expect(seen.open).toBeGreaterThan(0);
  });

  it("text is told at once, but for what may begin a call", () => {
    const reader = new ToolReader(compileTools(TOOLS, { format: "hermes" }));
    const texts = ["I look. ", "<tool", " is no call", ". <tool_call>"].map((text) =>
      reader.push(text).map((delta) => (delta.type === "content" ? delta.text : "")),
    );
    expect(texts).toEqual([["I look."], [], [" <tool is no call"], ["."]]);
  });
});
