import { describe, expect, it } from "vitest";
import { accepts } from "../../../test/accepts.js";
import { byteVocabulary } from "../../../test/byte-vocabulary.js";
import { complaintOf } from "../../../test/complaint.js";
import { randomNumbers, randomWalk } from "../../../test/walk.js";
import { compileStructuralTag, Matcher, Vocabulary } from "../../index.js";

const CITY = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const call = (name: string) => ({
  type: "tag",
  begin: `<function=${name}>`,
  content: { type: "json_schema", json_schema: CITY },
  end: "</function>",
});
const TRIGGERED = { type: "triggered_tags", triggers: ["<function="], tags: [call("f"), call("g")] };

const CASES: Readonly<Record<string, { format: unknown; yes: string[]; no: string[] }>> = {
  "a constant, a pattern and a grammar in sequence": {
    format: {
      type: "sequence",
      elements: [
        { type: "const_string", value: "a" },
        { type: "regex", pattern: "[0-9]{2}" },
        { type: "grammar", grammar: 'root ::= x x\nx ::= "(" x? ")"' },
        { type: "grammar", grammar: 'root ::= x\nx ::= "x" x?' },
      ],
    },
    yes: ["a12()(())xx"],
    no: ["a12()x", "a1()()x", "a12()()"],
  },
  "optional, plus, star and repeat": {
    format: {
      type: "sequence",
      elements: [
        { type: "optional", content: { type: "const_string", value: "a" } },
        { type: "plus", content: { type: "const_string", value: "b" } },
        { type: "star", content: { type: "const_string", value: "c" } },
        { type: "repeat", min: 1, max: 2, content: { type: "const_string", value: "d" } },
        { type: "repeat", min: 0, max: -1, content: { type: "const_string", value: "e" } },
      ],
    },
    yes: ["bd", "abbccddeee"],
    no: ["d", "ab", "bddd"],
  },
  "triggered tags": {
    format: TRIGGERED,
    yes: ["", "free < text", 'a<function=f>{"city": "x"}</function> b <function=g>{"city": "y"}</function>'],
    no: ["<function=", "<function=h>", '<function=f>{"city": 1}</function>', '<function=f>{"city": "x"}'],
  },
  "triggered tags, at least one": {
    format: { ...TRIGGERED, at_least_one: true },
    yes: ['<function=f>{"city": "x"}</function>', '<function=f>{"city": "x"}</function> and'],
    no: ["", "a", 'a<function=f>{"city": "x"}</function>'],
  },
  "triggered tags, exactly one": {
    format: { ...TRIGGERED, at_least_one: true, stop_after_first: true },
    yes: ['<function=f>{"city": "x"}</function>'],
    no: ['<function=f>{"city": "x"}</function> and', ""],
  },
  "triggered tags, at most one": {
    format: { ...TRIGGERED, stop_after_first: true },
    yes: ["", "a", 'a<function=f>{"city": "x"}</function>'],
    no: ['<function=f>{"city": "x"}</function> and'],
  },
  "thinking, with a tag's end in free text": {
    format: {
      type: "sequence",
      elements: [
        { type: "tag", begin: "<think>", content: { type: "any_text" }, end: ["</think>", "</t>"] },
        TRIGGERED,
      ],
    },
    yes: ["<think>a <function= b</think>c", "<think></t>"],
    no: ["<think>", "a", "<think>a</think>b<function=x"],
  },
  "limits of characters": {
    format: {
      type: "tag",
      begin: "(",
      content: { type: "any_text", max_chars: 3, excludes: ["x"] },
      end: ")",
    },
    yes: ["()", "(éaé)"],
    no: ["(abcd)", "(x)", "())"],
  },
  "tags with a separator": {
    format: { type: "tags_with_separator", tags: [call("f")], separator: ",", at_least_one: true },
    yes: [
      '<function=f>{"city": "x"}</function>',
      '<function=f>{"city": "x"}</function>,<function=f>{"city": "y"}</function>',
    ],
    no: ["", '<function=f>{"city": "x"}</function>,', "a"],
  },
  dispatch: {
    format: {
      type: "tag",
      begin: "<r>",
      content: {
        type: "dispatch",
        rules: [
          ["<a>", { type: "const_string", value: "1" }],
          ["<b>", { type: "const_string", value: "2" }],
        ],
      },
      end: "</r>",
    },
    yes: ["<r></r>", "<r>x<a>1y<b>2</r>"],
    no: ["<r><a>2</r>", "<r>"],
  },
  "parameters as XML": {
    format: { type: "json_schema", json_schema: CITY, style: "qwen_xml" },
    yes: ["<parameter=city>\nOslo\n</parameter>", "<parameter=city>\nOslo\n</parameter>\n"],
    no: ["", "<parameter=city>Oslo</parameter>"],
  },
  "any order": {
    format: {
      type: "json_schema",
      json_schema: {
        type: "object",
        properties: { a: { const: 1 }, b: { const: 2 } },
        required: ["a", "b"],
        additionalProperties: false,
      },
      any_order: true,
    },
    yes: ['{"b": 2, "a": 1}', '{"a": 1, "b": 2}'],
    no: ['{"a": 1}'],
  },
};

describe("structural tags", () => {
  for (const [name, { format, yes, no }] of Object.entries(CASES)) {
    it(`are read: ${name}`, () => {
      const grammar = compileStructuralTag({ type: "structural_tag", format });
      for (const text of yes) expect(accepts(grammar, text), text).toBe(true);
      for (const text of no) expect(accepts(grammar, text), text).toBe(false);
      const vocabulary = byteVocabulary(["<function=", "</think>", "</function>"]);
      for (let seed = 0; seed < 15; seed++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), randomNumbers(seed), 20);
        expect(accepts(grammar, text), text).toBe(true);
      }
    });
  }

  it("are read in their older form, and as text", () => {
    const structures = [{ begin: "<function=f>", schema: CITY, end: "</function>" }];
    const grammar = compileStructuralTag(
      JSON.stringify({ type: "structural_tag", structures, triggers: ["<function="] }),
    );
    expect(accepts(grammar, 'a<function=f>{"city": "x"}</function>')).toBe(true);
    expect(accepts(grammar, "a<function=g>")).toBe(false);
  });

  it("ask for tokens", () => {
    const tokens = Array.from({ length: 256 }, (_, byte): Uint8Array | null => Uint8Array.of(byte));
    for (const name of ["<|a|>", "<|b|>", "<|c|>"]) tokens.push(new TextEncoder().encode(name));
    const vocabulary = Vocabulary.fromBytes([...tokens, null], {
      eosTokenIds: [259],
      specialTokenIds: [256, 257, 258],
    });
    const token = (name: string | number) => ({ type: "token", token: name });
    const grammar = compileStructuralTag({
      type: "sequence",
      elements: [
        {
          type: "tag",
          begin: token("<|a|>"),
          content: { type: "any_tokens", exclude_tokens: [0x78] },
          end: token(257),
        },
        {
          type: "token_triggered_tags",
          trigger_tokens: ["<|c|>"],
          tags: [
            {
              type: "tag",
              begin: token("<|c|>"),
              content: { type: "const_string", value: "y" },
              end: token("<|b|>"),
            },
          ],
        },
      ],
    });
    const matcher = new Matcher(grammar, vocabulary);
    expect([...(matcher.mask().ids ?? [])]).toEqual([256]);
    expect(matcher.accept(256)).toBe(true);
    expect(matcher.mask().count).toBe(258);
    expect(matcher.mask().has(0x78) || matcher.mask().has(259)).toBe(false);
    for (const id of [0xff, 258, 257]) expect(matcher.accept(id)).toBe(true);
    expect(matcher.isComplete).toBe(true);
    for (const id of [0x61, 258]) expect(matcher.accept(id)).toBe(true);
    expect([...(matcher.mask().ids ?? [])]).toEqual([0x79]);
    expect(matcher.isComplete).toBe(false);
    expect(matcher.completionTokens()).toBe(2);
    for (const id of [0x79, 257, 0x62]) expect(matcher.accept(id)).toBe(true);
    expect(matcher.isComplete).toBe(true);
  });

  it("limit the tokens of a part", () => {
    const vocabulary = byteVocabulary(["aaa"]);
    const content = { type: "any_text", max_tokens: 2 };
    const matcher = new Matcher(
      compileStructuralTag({ type: "tag", begin: "<t>", content, end: "</t>" }),
      vocabulary,
    );
    matcher.acceptBytes(new TextEncoder().encode("<t>"));
    expect(matcher.accept(256)).toBe(true);
    expect(matcher.accept(0x62)).toBe(true);
    expect(matcher.allowedBytes()).toEqual([0x3c]);
  });

  it("say which format is wrong", () => {
    const complaint = (format: unknown) => complaintOf(() => compileStructuralTag(format));
    expect(complaint({ type: "or", elements: [{ type: "x" }] })).toBe(
      'Format $.elements[0]: there is no type "x".',
    );
    expect(complaint({ type: "const_string" })).toBe('Format $: "value" is missing.');
    expect(complaint({ type: "const_string", value: "a", max: 1 })).toBe(
      'Format $: the field "max" is not supported here.',
    );
    expect(complaint({ ...TRIGGERED, triggers: ["<x"] })).toContain('no tag begins with the trigger "<x"');
    expect(complaint({ type: "json_schema", json_schema: {}, style: "cohere_xml" })).toContain("cohere_xml");
    expect(complaint("{")).toContain("not JSON");
    expect(complaint(3)).toContain("an object is needed");
  });
});
