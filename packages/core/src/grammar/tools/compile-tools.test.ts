import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { accepts } from "../../../test/accepts.js";
import { byteVocabulary } from "../../../test/byte-vocabulary.js";
import { randomNumbers, randomWalk } from "../../../test/walk.js";
import { compileTools, GrammarError, Matcher, type Tool } from "../../index.js";
import { parametersOf } from "./format.js";
import type { ToolOptions } from "./types.js";

const TOOLS: Tool[] = [
  {
    name: "weather",
    parameters: {
      type: "object",
      properties: {
        city: { type: "string", minLength: 1, maxLength: 20 },
        days: { $ref: "#/$defs/days" },
        unit: { enum: ["C", "F"] },
      },
      required: ["city"],
      additionalProperties: false,
      $defs: { days: { type: "integer", minimum: 1, maximum: 9 } },
    },
  },
  { name: "now" },
];

const CASES: {
  options: ToolOptions;
  yes: [string, ReturnType<ReturnType<typeof compileTools>["parse"]>][];
  no: string[];
}[] = [
  {
    options: { format: "hermes" },
    yes: [
      ["Hello <b>.", { content: "Hello <b>.", reasoning: undefined, calls: [], isCut: false }],
      [
        'Let me see.\n<tool_call>\n{"name": "weather", "arguments": {"city": "</tool_call>", "days": 3}}\n</tool_call>\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>',
        {
          content: "Let me see.",
          reasoning: undefined,
          calls: [
            { name: "weather", arguments: '{"city":"</tool_call>","days":3}' },
            { name: "now", arguments: "{}" },
          ],
          isCut: false,
        },
      ],
    ],
    no: [
      "<tool_call>",
      '<tool_call>\n{"name": "other", "arguments": {}}\n</tool_call>',
      '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call> more',
      '<tool_call>\n{"name": "weather", "arguments": {"city": "A", "days": 10}}\n</tool_call>',
    ],
  },
  {
    options: { format: "hermes", reasoning: "optional", parallel: false },
    yes: [
      [
        '<think>\nA <tool_call>?\n</think>\n\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>',
        { content: "", reasoning: "A <tool_call>?", calls: [{ name: "now", arguments: "{}" }], isCut: false },
      ],
      ["<think></think>Hi", { content: "Hi", reasoning: "", calls: [], isCut: false }],
    ],
    no: [
      '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>',
    ],
  },
  {
    options: { format: "plain", choice: "required" },
    yes: [
      [
        '{"name": "now", "arguments": {}}\n{"name": "weather", "arguments": {"city": "Oslo", "unit": "C"}}',
        {
          content: "",
          reasoning: undefined,
          calls: [
            { name: "now", arguments: "{}" },
            { name: "weather", arguments: '{"city":"Oslo","unit":"C"}' },
          ],
          isCut: false,
        },
      ],
    ],
    no: ["Hi", '{"name": "now"}', ""],
  },
  {
    options: { format: "plain", choice: { name: "now" } },
    yes: [
      [
        '{"name": "now", "arguments": {}}',
        { content: "", reasoning: undefined, calls: [{ name: "now", arguments: "{}" }], isCut: false },
      ],
    ],
    no: ['{"name": "weather", "arguments": {"city": "Oslo"}}', "x"],
  },
  {
    options: { format: "plain", choice: "none", reasoning: "open" },
    yes: [["so</think>\n\nHi", { content: "Hi", reasoning: "so", calls: [], isCut: false }]],
    no: ['so</think>{"name": "now", "arguments": {}}', "so"],
  },
];

describe("tool calls", () => {
  for (const { options, yes, no } of CASES) {
    it(`are what the options allow: ${JSON.stringify(options)}`, () => {
      const { grammar, parse } = compileTools(TOOLS, options);
      for (const [text, output] of yes) {
        expect(accepts(grammar, text), text).toBe(true);
        expect(parse(text)).toEqual(output);
      }
      for (const text of no) expect(accepts(grammar, text), text).toBe(false);
    });

    it(`come back from whatever the masks allow: ${JSON.stringify(options)}`, () => {
      const tools = compileTools(TOOLS, options);
      const vocabulary = byteVocabulary([
        "<tool_call>",
        "</tool_call>",
        "<think>",
        "</think>",
        '{"name": "',
        "}\n</",
        '"}',
        "{}}",
      ]);
      const validators = new Map(
        TOOLS.map(({ name, parameters }) => [
          name,
          new Ajv2020().compile(parametersOf(parameters) as object),
        ]),
      );
      let calls = 0;
      for (let seed = 0; seed < 20; seed++) {
        const text = randomWalk(new Matcher(tools.grammar, vocabulary), randomNumbers(seed), 30);
        const output = tools.parse(text);
        expect(output.isCut, text).toBe(false);
        for (const call of output.calls) {
          calls++;
          const isValid = validators.get(call.name)?.(JSON.parse(call.arguments));
          expect(isValid, call.arguments).toBe(true);
        }
      }
      if (options.choice === "required" || typeof options.choice === "object")
        expect(calls).toBeGreaterThanOrEqual(20);
    });
  }

  it("are cut where the output is", () => {
    const { parse } = compileTools(TOOLS, { format: "hermes", reasoning: "optional" });
    const text =
      '<think>a</think>b<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>\n<tool_call>\n{"na';
    expect(parse(text)).toEqual({
      content: "b",
      reasoning: "a",
      calls: [{ name: "now", arguments: "{}" }],
      isCut: true,
    });
    expect(parse("<think>a")).toEqual({ content: "", reasoning: "a", calls: [], isCut: true });
  });

  it("are refused where tools or options make no sense", () => {
    expect(() => compileTools([{ name: "a b" }])).toThrow(GrammarError);
    expect(() => compileTools([{ name: "a" }, { name: "a" }])).toThrow('two tools called "a"');
    expect(() => compileTools(TOOLS, { choice: { name: "c" } })).toThrow('no tool "c"');
    expect(() => compileTools([], { choice: "required" })).toThrow(GrammarError);
    expect(() => compileTools(TOOLS, { format: "xyz" as never })).toThrow('no format "xyz"');
    expect(accepts(compileTools([]).grammar, "anything")).toBe(true);
  });
});
