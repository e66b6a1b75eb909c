import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { accepts } from "../../../test/accepts.js";
import { randomNumbers, randomWalk } from "../../../test/walk.js";
import {
  compileTools,
  GrammarError,
  Matcher,
  type Tool,
  type ToolFormatName,
  toolFormatOf,
  Vocabulary,
} from "../../index.js";
import { parametersOf } from "./format.js";

const TOOLS: Tool[] = [
  {
    name: "weather",
    parameters: {
      type: "object",
      properties: {
        city: { type: "string", pattern: "^[A-Za-z <>/]{1,12}$" },
        days: { $ref: "#/$defs/days" },
        unit: { enum: ["C", "F"] },
      },
      required: ["city"],
      additionalProperties: false,
      $defs: { days: { type: "integer", minimum: 1, maximum: 9 } },
    },
  },
  {
    name: "weather2",
    parameters: {
      type: "object",
      properties: { text: { type: "string" } },
      required: ["text"],
      additionalProperties: false,
    },
  },
];

const OSLO = { name: "weather", arguments: '{"city":"Oslo","days":3}' };
const TEXT = { name: "weather2", arguments: '{"text":"a\\nb"}' };

/** Two calls, or one and no second, as the models' templates write them. */
const OUTPUTS: Readonly<Record<ToolFormatName, { one: string; two?: string; no: string[] }>> = {
  plain: {
    one: '{"name": "weather", "arguments": {"city": "Oslo", "days": 3}}',
    two: '{"name": "weather", "arguments": {"city": "Oslo", "days": 3}}\n{"name": "weather2", "arguments": {"text": "a\\nb"}}',
    no: ['{"name": "weather", "arguments": {"city": 1}}'],
  },
  hermes: {
    one: '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo", "days": 3}}\n</tool_call>',
    two: '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo", "days": 3}}\n</tool_call>\n<tool_call>\n{"name": "weather2", "arguments": {"text": "a\\nb"}}\n</tool_call>',
    no: ["<tool_call>\n</tool_call>"],
  },
  "qwen3-coder": {
    one: "<tool_call>\n<function=weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
    two: "<tool_call>\n<function=weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=weather2>\n<parameter=text>\na\nb\n</parameter>\n</function>\n</tool_call>",
    no: [
      "<tool_call>\n<function=weather>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
      "<tool_call>\n<function=weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n10\n</parameter>\n</function>\n</tool_call>",
      "<tool_call>\n<function=weather>\n<parameter=city>\nO1\n</parameter>\n</function>\n</tool_call>",
    ],
  },
  glm: {
    one: "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>",
    two: "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>\n<tool_call>weather2\n<arg_key>text</arg_key>\n<arg_value>a\nb</arg_value>\n</tool_call>",
    no: ["<tool_call>weather\n</tool_call>"],
  },
  minimax: {
    one: '<minimax:tool_call>\n<invoke name="weather">\n<parameter name="city">Oslo</parameter>\n<parameter name="days">3</parameter>\n</invoke>\n</minimax:tool_call>',
    two: '<minimax:tool_call>\n<invoke name="weather">\n<parameter name="city">Oslo</parameter>\n<parameter name="days">3</parameter>\n</invoke>\n<invoke name="weather2">\n<parameter name="text">a\nb</parameter>\n</invoke>\n</minimax:tool_call>',
    no: ["<minimax:tool_call></minimax:tool_call>"],
  },
  llama3: {
    one: '<|python_tag|>{"name": "weather", "parameters": {"city": "Oslo", "days": 3}}',
    two: '{"name": "weather", "parameters": {"city": "Oslo", "days": 3}}; {"name": "weather2", "parameters": {"text": "a\\nb"}}',
    no: ['{"name": "weather", "arguments": {"city": "Oslo"}}'],
  },
  mistral: {
    one: '[TOOL_CALLS] [{"name": "weather", "arguments": {"city": "Oslo", "days": 3}}]',
    two: '[TOOL_CALLS][{"name": "weather", "arguments": {"city": "Oslo", "days": 3}}, {"name": "weather2", "arguments": {"text": "a\\nb"}}]',
    no: ["[TOOL_CALLS][]"],
  },
  "mistral-v11": {
    one: '[TOOL_CALLS]weather[ARGS]{"city": "Oslo", "days": 3}',
    two: '[TOOL_CALLS]weather[ARGS]{"city": "Oslo", "days": 3}[TOOL_CALLS]weather2[ARGS]{"text": "a\\nb"}',
    no: ["[TOOL_CALLS]weather[ARGS]"],
  },
  deepseek: {
    one: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n{"city": "Oslo", "days": 3}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    two: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n{"city": "Oslo", "days": 3}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>weather2\n```json\n{"text": "a\\nb"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    no: ["<｜tool▁calls▁begin｜><｜tool▁calls▁end｜>"],
  },
  "deepseek-v3.1": {
    one: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{"city": "Oslo", "days": 3}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    two: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{"city": "Oslo", "days": 3}<｜tool▁call▁end｜><｜tool▁call▁begin｜>weather2<｜tool▁sep｜>{"text": "a\\nb"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    no: ["<｜tool▁calls▁begin｜><｜tool▁calls▁end｜>"],
  },
  kimi: {
    one: '<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0<|tool_call_argument_begin|>{"city": "Oslo", "days": 3}<|tool_call_end|><|tool_calls_section_end|>',
    two: '<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0<|tool_call_argument_begin|>{"city": "Oslo", "days": 3}<|tool_call_end|><|tool_call_begin|>functions.weather2:1<|tool_call_argument_begin|>{"text": "a\\nb"}<|tool_call_end|><|tool_calls_section_end|>',
    no: ["<|tool_calls_section_begin|><|tool_calls_section_end|>"],
  },
  harmony: {
    one: '<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{"city": "Oslo", "days": 3}',
    no: [
      "<|channel|>commentary to=functions.other <|constrain|>json<|message|>{}",
      "<|channel|>final<|message|>a<|end|>",
    ],
  },
};

const NAMES = Object.keys(OUTPUTS) as ToolFormatName[];
const encoder = new TextEncoder();

/** Every byte, and the markers of a format as special tokens. */
function vocabularyWith(markers: readonly string[]): Vocabulary {
  const tokens = Array.from({ length: 256 }, (_, byte): Uint8Array | null => Uint8Array.of(byte));
  for (const marker of [...markers, "</tool_call>", "}}\n", '{"', '"}']) tokens.push(encoder.encode(marker));
  const eos = tokens.push(null) - 1;
  const specialTokenIds = markers.map((_, i) => 256 + i);
  return Vocabulary.fromBytes(tokens, { eosTokenIds: [eos], specialTokenIds });
}

describe("formats of tool calls", () => {
  for (const format of NAMES) {
    const { one, two, no } = OUTPUTS[format];

    it(`read what models write: ${format}`, () => {
      const tools = compileTools(TOOLS, { format });
      const outputs = two === undefined ? [one] : [one, two];
      for (const [i, text] of outputs.entries()) {
        expect(accepts(tools.grammar, text), text).toBe(true);
        const calls = i === 0 ? [OSLO] : [OSLO, TEXT];
        expect(tools.parse(text)).toEqual({ content: "", reasoning: undefined, calls, isCut: false });
        // Cut anywhere, it says so, or has fewer calls; nothing of a call becomes text.
        for (let length = one.length - 20; length < text.length; length++) {
          const cut = tools.parse(text.slice(0, length));
          expect(cut.calls).toEqual(calls.slice(0, cut.calls.length));
        }
      }
      for (const text of no) expect(accepts(tools.grammar, text), text).toBe(false);
      const single = compileTools(TOOLS, { format, parallel: false });
      expect(accepts(single.grammar, one)).toBe(true);
      if (two !== undefined) expect(accepts(single.grammar, two)).toBe(false);
    });

    it(`give back valid arguments, whatever the masks allow: ${format}`, () => {
      const markers = [...new Set(one.match(/<[|｜][^<>]+[|｜]>|\[[A-Z_]+\]/g) ?? [])];
      const validators = new Map(
        TOOLS.map(({ name, parameters }) => [
          name,
          new Ajv2020().compile(parametersOf(parameters) as object),
        ]),
      );
      for (const vocabulary of [vocabularyWith(markers), vocabularyWith([])]) {
        const tools = compileTools(TOOLS, { format, choice: "required" });
        let calls = 0;
        for (let seed = 0; seed < 15; seed++) {
          const text = randomWalk(new Matcher(tools.grammar, vocabulary), randomNumbers(seed), 60);
          const output = tools.parse(text);
          expect(output.isCut, text).toBe(false);
          expect(output.content, text).toBe("");
          expect(output.calls.length, text).toBeGreaterThan(0);
          for (const call of output.calls) {
            calls++;
            expect(validators.get(call.name)?.(JSON.parse(call.arguments)), `${text} ${call.arguments}`).toBe(
              true,
            );
          }
        }
        expect(calls).toBeGreaterThanOrEqual(15);
      }
    });

    it(`have free text in which nothing looks like a call: ${format}`, () => {
      const tools = compileTools(TOOLS, { format, reasoning: "optional" });
      for (let seed = 0; seed < 15; seed++) {
        const text = randomWalk(new Matcher(tools.grammar, vocabularyWith([])), randomNumbers(seed), 15);
        expect(tools.parse(text).isCut, text).toBe(false);
      }
    });
  }

  it("ask for special tokens where the vocabulary has them", () => {
    const vocabulary = vocabularyWith(["[TOOL_CALLS]", "[ARGS]"]);
    const matcher = new Matcher(compileTools(TOOLS, { format: "mistral-v11" }).grammar, vocabulary);
    for (const byte of encoder.encode("Hi ")) expect(matcher.accept(byte)).toBe(true);
    expect(matcher.mask().has(256)).toBe(true);
    expect(matcher.mask().has(257)).toBe(false);
    expect(matcher.accept(256)).toBe(true);
    for (const byte of encoder.encode("weather2")) expect(matcher.accept(byte)).toBe(true);
    expect(matcher.accept(257)).toBe(true);
    expect(matcher.acceptBytes(encoder.encode('{"text": "a\\nb"}'))).toBe(true);
    expect(matcher.isComplete).toBe(true);
    const text = new TextDecoder().decode(matcher.bytes);
    expect(text).toBe('Hi [TOOL_CALLS]weather2[ARGS]{"text": "a\\nb"}');
    expect(compileTools(TOOLS, { format: "mistral-v11" }).parse(text).calls).toEqual([TEXT]);
  });

  it("of harmony have channels", () => {
    const { grammar, parse } = compileTools(TOOLS, { format: "harmony", reasoning: "optional" });
    const text =
      '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary<|message|>Wait.<|end|><|start|>assistant<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{"city": "Oslo", "days": 3}';
    expect(accepts(grammar, text)).toBe(true);
    expect(parse(text)).toEqual({ content: "Wait.", reasoning: "Hm.", calls: [OSLO], isCut: false });
    const answer =
      "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>It rains.";
    expect(accepts(grammar, answer)).toBe(true);
    expect(parse(answer)).toEqual({ content: "It rains.", reasoning: "Hm.", calls: [], isCut: false });
    expect(parse("<|channel|>analysis<|message|>H").isCut).toBe(true);
  });

  it("are told by chat templates", () => {
    expect(toolFormatOf("{{ '<|im_start|>' }}")).toBe("plain");
    expect(toolFormatOf('<tool_call>\\n{\\"name\\": <function-name>')).toBe("hermes");
    expect(toolFormatOf("<tool_call>\n<function=example>")).toBe("qwen3-coder");
    expect(toolFormatOf("<tool_call>{name}\n<arg_key>")).toBe("glm");
    expect(toolFormatOf("{%- set toolcall_begin_token = '<minimax:tool_call>' -%}")).toBe("minimax");
    expect(toolFormatOf("'[TOOL_CALLS] ['")).toBe("mistral");
    expect(toolFormatOf("'[TOOL_CALLS]' + name + '[ARGS]'")).toBe("mistral-v11");
    expect(toolFormatOf("<|channel|>analysis")).toBe("harmony");
    expect(toolFormatOf("<|tool_calls_section_begin|>")).toBe("kimi");
    expect(toolFormatOf("'<｜tool▁call▁begin｜>' + type + '<｜tool▁sep｜>' + name + '```json'")).toBe(
      "deepseek",
    );
    expect(toolFormatOf("'<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>'+ name + '<｜tool▁sep｜>'")).toBe(
      "deepseek-v3.1",
    );
    expect(toolFormatOf('{"name": f, "parameters": d}')).toBe("llama3");
  });

  it("with parameters as XML refuse schemas that these cannot follow", () => {
    const compile = (parameters: unknown) => () =>
      compileTools([{ name: "f", parameters }], { format: "glm" });
    expect(compile({ type: "object", properties: {}, minProperties: 1 })).toThrow(GrammarError);
    expect(compile({ type: "object", anyOf: [] })).toThrow('"anyOf"');
    expect(compile({ type: "object", properties: { "a b": {} } })).toThrow("name");
    expect(compile({ type: "object", properties: {}, required: ["a"] })).toThrow('"a" has no schema');
  });
});
