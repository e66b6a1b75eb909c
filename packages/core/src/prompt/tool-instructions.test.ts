import { describe, expect, it } from "vitest";
import { compileTools, type ToolFormatName, toolInstructions } from "../index.js";

const weather = {
  name: "weather",
  description: "What it is like outside",
  parameters: { type: "object", properties: { city: { type: "string" } } },
};
const FORMATS: readonly ToolFormatName[] = [
  ...(["qwen3-coder", "glm", "minimax", "llama3", "mistral", "mistral-v11"] as const),
  ...(["deepseek", "deepseek-v3.1", "kimi", "harmony"] as const),
];

describe("instructions for tools", () => {
  it("have the tools and what is demanded", () => {
    const text = toolInstructions([weather], { choice: "required" });
    expect(text).toContain("You have to call a function.");
    expect(text).toContain(`\n${JSON.stringify(weather)}\n`);
    expect(toolInstructions([weather], { choice: { name: "weather" } })).toContain(
      "Call the function weather.",
    );
    expect(toolInstructions([weather], { hasJsonContent: true })).toMatch(
      /\nIf you call none, answer with JSON\.$/,
    );
  });

  it("show a call that the format's grammar takes", () => {
    const parameters = { type: "object", properties: { name_of_parameter: { type: "string" } } };
    for (const format of FORMATS) {
      const text = toolInstructions([weather], { format });
      const call = text.slice(text.indexOf("looks like this:\n") + "looks like this:\n".length);
      const { parse } = compileTools([{ name: "name_of_function", parameters }], { format });
      const { calls, isCut } = parse(call);
      expect({
        isCut,
        calls: calls.map((each) => ({ ...each, arguments: JSON.parse(each.arguments) })),
      }).toEqual({
        isCut: false,
        calls: [{ name: "name_of_function", arguments: { name_of_parameter: "value" } }],
      });
    }
  });

  it("tell how a text is given", () => {
    const text = toolInstructions([{ name: "sum", description: "adds", takesText: true }]);
    expect(text).toBe(
      'You can call functions.\nTo call the function sum (adds), write <tool_input name="sum">, a new line, its input, and nothing else.',
    );
  });
});
