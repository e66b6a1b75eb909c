import { describe, expect, it } from "vitest";
import { TOOL_FORMATS } from "../grammar/tools/formats.js";
import { compileTools, exampleToolCall, GrammarError, type ToolFormatName, writeToolCall } from "../index.js";

const ARGUMENTS = { city: 'Oslo "x"\nå', days: 3, list: [1, { a: null }] };
const parameters = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" }, list: { type: "array" } },
};

describe("a call of a tool as text", () => {
  it.each(Object.keys(TOOL_FORMATS) as ToolFormatName[])("is read back: %s", (format) => {
    const tools = compileTools([{ name: "weather", parameters }], { format });
    const { calls, content, isCut } = tools.parse(writeToolCall("weather", ARGUMENTS, format));
    expect({
      calls: calls.map((call) => ({ ...call, arguments: JSON.parse(call.arguments) })),
      content,
      isCut,
    }).toEqual({ calls: [{ name: "weather", arguments: ARGUMENTS }], content: "", isCut: false });
    const example = tools.parse(exampleToolCall({ name: "weather", parameters }, format));
    expect(example.calls.map(({ name }) => name)).toEqual(["weather"]);
  });

  it("is written as models write it", () => {
    expect(writeToolCall("f", { a: 1 })).toBe('{"name": "f", "arguments": {"a":1}}');
    expect(writeToolCall("f", { "": "b" })).toBe('{"name": "f", "arguments": {"":"b"}}');
    expect(() => writeToolCall("a b", {})).toThrow(GrammarError);
  });
});
