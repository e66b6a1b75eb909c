import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { accepts } from "../../../test/accepts.js";
import { byteVocabulary } from "../../../test/byte-vocabulary.js";
import { randomNumbers, randomWalk } from "../../../test/walk.js";
import { compileTools, GrammarError, Matcher, type Tool } from "../../index.js";

const PLACE = {
  type: "object",
  properties: { place: { type: "string", maxLength: 30 } },
  required: ["place"],
  additionalProperties: false,
};
const WEATHER: Tool = { name: "weather", parameters: PLACE };
const SUM: Tool = { name: "sum", input: { lark: 'start: N ("+" N)+\nN: /[0-9]{1,3}/' } };
const CALL = '<tool_call>\n{"name": "weather", "arguments": {"place": "Oslo"}}\n</tool_call>';

describe("tools beside a schema for the content", () => {
  const content = { schema: { type: ["object", "array"], maxProperties: 2, maxItems: 2 } };
  const { grammar, parse } = compileTools([WEATHER], { format: "hermes", content });

  it("are called, or there is a value of the schema, and nothing else", () => {
    for (const text of ["{}", '{"a": "<tool_call>"}', "[1,2]", CALL])
      expect(accepts(grammar, text), text).toBe(true);
    for (const text of ["", "Hi", "1", "[1,2,3]", `{}${CALL}`, `Hi ${CALL}`])
      expect(accepts(grammar, text), text).toBe(false);
  });

  it("are told from the content, also where that speaks of calls, and as it grows", () => {
    const value = JSON.stringify({ a: CALL });
    expect(parse(value)).toEqual({ content: value, reasoning: undefined, calls: [], isCut: false });
    expect(parse(CALL)).toMatchObject({ content: "", calls: [{ name: "weather" }], isCut: false });
    for (let length = 1; length < CALL.length; length++)
      expect(parse(CALL.slice(0, length))).toMatchObject({ content: "", calls: [], isCut: true });
    for (let length = 1; length < value.length; length++)
      expect(parse(value.slice(0, length)).content).toBe(value.slice(0, length));
  });

  it("go with every format that has a marker", () => {
    for (const format of [
      "hermes",
      "qwen3-coder",
      "glm",
      "minimax",
      "mistral",
      "mistral-v11",
      "deepseek",
      "harmony",
    ] as const) {
      const tools = compileTools([WEATHER], { format, content });
      const validate = new Ajv2020().compile(content.schema);
      const [matcher, vocabulary] = [
        (v: ReturnType<typeof byteVocabulary>) => new Matcher(tools.grammar, v),
        byteVocabulary([]),
      ];
      for (let seed = 0; seed < 10; seed++) {
        const text = randomWalk(matcher(vocabulary), randomNumbers(seed), 20);
        const output = tools.parse(text);
        expect(output.isCut, text).toBe(false);
        if (output.calls.length === 0) expect(validate(JSON.parse(output.content)), text).toBe(true);
        else expect(output.content, text).toBe("");
      }
    }
  });

  it("stand in a channel of harmony, also where the value has its marks as text", () => {
    const { grammar: channels, parse: read } = compileTools([WEATHER], { format: "harmony", content });
    const value = JSON.stringify({ a: "<|end|><|channel|>commentary to=functions.weather <|message|>{}" });
    const final = "<|channel|>final<|message|>";
    const call = '<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{"place": "Oslo"}';
    for (const text of [`${final}${value}`, `${final}[1,2]`, call])
      expect(accepts(channels, text), text).toBe(true);
    for (const text of [value, `${final}Hi`, `${final}1`, `${final}{}${call}`, `${final}`])
      expect(accepts(channels, text), text).toBe(false);
    expect(read(`${final}${value}`)).toMatchObject({ content: value, calls: [], isCut: false });
    expect(read(`${final}${value}<|return|>`)).toMatchObject({ content: value, calls: [], isCut: false });
    expect(read(call)).toMatchObject({ content: "", calls: [{ name: "weather" }], isCut: false });
    for (let length = 1; length < value.length; length++)
      expect(read(`${final}${value.slice(0, length)}`)).toMatchObject({
        content: value.slice(0, length),
        calls: [],
      });
  });

  it("are refused where content and calls could be taken for each other, or there is no choice", () => {
    for (const format of ["plain", "llama3"] as const)
      expect(() => compileTools([WEATHER], { format, content })).toThrow(GrammarError);
    expect(() => compileTools([WEATHER], { format: "hermes", content, choice: "required" })).toThrow(
      '"auto"',
    );
    expect(() => compileTools([WEATHER], { format: "hermes", content, reasoning: "optional" })).toThrow(
      "reasoning",
    );
  });
});

describe("a tool whose input is a text", () => {
  for (const format of ["plain", "hermes", "mistral"] as const) {
    it(`is called by a whole output, beside text and other calls: ${format}`, () => {
      const { grammar, parse } = compileTools([WEATHER, SUM], { format });
      const call = '<tool_input name="sum">\n1+20+3';
      expect(parse(call)).toEqual({
        content: "",
        reasoning: undefined,
        calls: [{ name: "sum", arguments: '{"input":"1+20+3"}' }],
        isCut: false,
      });
      for (const text of [call, "Hi", "<tool", "1+2"]) expect(accepts(grammar, text), text).toBe(true);
      for (const text of [
        `${call}+`,
        '<tool_input name="sum">\nx',
        '<tool_input name="weather">\n{}',
        `${call}\n${call}`,
      ])
        expect(accepts(grammar, text), text).toBe(false);
      expect(parse("<tool")).toMatchObject({ content: "<tool", isCut: false });
      expect(parse('<tool_input name="su')).toMatchObject({ content: "", calls: [], isCut: true });
      for (let seed = 0; seed < 20; seed++) {
        const text = randomWalk(
          new Matcher(grammar, byteVocabulary(["<tool_input", ' name="sum'])),
          randomNumbers(seed),
          20,
        );
        for (const { name, arguments: json } of parse(text).calls)
          if (name === "sum")
            expect((JSON.parse(json) as { input: string }).input).toMatch(/^[0-9]{1,3}(\+[0-9]{1,3})+$/);
      }
    });
  }

  it("may be demanded, alone and among others", () => {
    const required = compileTools([WEATHER, SUM], { format: "plain", choice: "required" });
    const named = compileTools([WEATHER, SUM], { format: "plain", choice: { name: "sum" } });
    const only = compileTools([SUM], { format: "plain", choice: "required" });
    for (const { grammar } of [required, named, only]) {
      expect(accepts(grammar, '<tool_input name="sum">\n1+2')).toBe(true);
      expect(accepts(grammar, "Hi")).toBe(false);
    }
    const json = '{"name": "weather", "arguments": {"place": "x"}}';
    expect([required, named, only].map(({ grammar }) => accepts(grammar, json))).toEqual([
      true,
      false,
      false,
    ]);
  });
});
