import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { judge } from "../test/oracles.js";
import { allowedTokens, randomNumbers } from "../test/walk.js";
import {
  compileJsonSchema,
  type Grammar,
  LanguageLimitError,
  Matcher,
  SchemaLimitError,
  type SchemaLimits,
  UnsatisfiableSchemaError,
} from "./index.js";

const vocabulary = byteVocabulary();
const eos = vocabulary.eosTokenIds[0] as number;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Each item needs formulas of its own, since none may come again. */
const growing = {
  type: "object",
  required: ["a", "z"],
  properties: {
    a: { type: "array", uniqueItems: true, items: { type: "integer" } },
    z: { type: "string", minLength: 2 },
  },
};
const numbers = `{"a": [${Array.from({ length: 300 }, (_, i) => i).join(", ")}`;

/** Reads a text byte by byte as long as it may. */
function read(matcher: Matcher, text: string): string {
  for (const byte of encoder.encode(text)) if (!matcher.mask().has(byte) || !matcher.accept(byte)) break;
  return decoder.decode(matcher.bytes);
}

/** Takes the one token that each mask has, to the end. */
function follow(matcher: Matcher): string {
  while (!matcher.isEnded) {
    const allowed = allowedTokens(matcher);
    expect(allowed).toHaveLength(1);
    expect(matcher.accept(allowed[0] as number)).toBe(true);
  }
  return decoder.decode(matcher.bytes);
}

function limitOf(compile: () => unknown): string | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    if (!(error instanceof SchemaLimitError)) throw error;
    expect(error.reason).toContain(String(error.value));
    return error.limit;
  }
}

describe("objects that must all differ", () => {
  const item = {
    type: "object",
    properties: { id: { type: "integer" }, name: { type: "string" } },
    required: ["id"],
  };
  const array = (minItems: number, items: object = item) => ({
    type: "array",
    uniqueItems: true,
    minItems,
    items,
  });
  const limits = { maxAlternatives: 16 };

  it("are refused when the schema is compiled, if there must be too many to be told apart", () => {
    expect(limitOf(() => compileJsonSchema(array(385)))).toBe("maxAlternatives");
    expect(limitOf(() => compileJsonSchema(array(13), { limits }))).toBe("maxAlternatives");
    const several = { type: "array", uniqueItems: true, contains: item, minContains: 13 };
    expect(limitOf(() => compileJsonSchema(several, { limits }))).toBe("maxAlternatives");
    // Other items will do, or none.
    compileJsonSchema(array(13, { anyOf: [item, { type: "integer" }] }), { limits });
    compileJsonSchema({ ...array(13), uniqueItems: false }, { limits });
    expect(() => compileJsonSchema({ ...array(13), maxItems: 12 }, { limits })).toThrow(
      UnsatisfiableSchemaError,
    );
  });

  it("are not begun where something else matches", () => {
    const schema = {
      type: "object",
      properties: { a: array(13), b: array(12) },
      additionalProperties: false,
    };
    const matcher = new Matcher(compileJsonSchema(schema, { limits }), vocabulary);
    expect(read(matcher, '{"a')).toBe('{"');
    matcher.reset();
    expect(read(matcher, '{"b": [{"id": 1')).toBe('{"b": [{"id": 1');
  });

  it("come to an end where one more could not be told from those before it", async () => {
    for (const [minItems, items] of [
      [12, item],
      [13, { anyOf: [item, { type: "integer" }] }],
      [3, { ...item, required: ["id", "name"] }],
    ] as const) {
      const schema = array(minItems, items);
      const verdict = await judge(schema);
      const matcher = new Matcher(compileJsonSchema(schema, { limits }), vocabulary);
      let text = "[";
      for (let i = 0; i < 14; i++) {
        const next = `${text}${i === 0 ? "" : ", "}{"id": ${i}, "name": "x${i}"}`;
        matcher.reset();
        if (read(matcher, next) !== next) break;
        text = next;
      }
      // As many as three quarters of the alternatives; what follows is another item, or nothing.
      expect(text.match(/id/g)).toHaveLength(12);
      expect(matcher.limitHit).toBeUndefined();
      for (const [more, isAllowed] of [
        ["]", minItems < 13],
        [", 1]", "anyOf" in items],
        [", {", false],
      ] as const) {
        matcher.reset();
        expect(read(matcher, text + more) === text + more, more).toBe(isAllowed);
        if (isAllowed) expect(verdict(text + more)).toBe("valid");
      }
    }
  });
});

describe("a limit that is hit in the middle of an output", () => {
  it("ends the output by its short completion, and says so", () => {
    const matcher = new Matcher(compileJsonSchema(growing, { limits: { maxFormulaNodes: 100 } }), vocabulary);
    const before = read(matcher, numbers);
    expect(before).toMatch(/^\{"a": \[0, 1, .*\d$/);
    const { error, length } = matcher.limitHit ?? {};
    expect(error).toBeInstanceOf(SchemaLimitError);
    expect(error?.limit).toBe("maxFormulaNodes");
    expect(length).toBe(before.length);
    const text = follow(matcher);
    expect(text).toBe(`${before}],"z":"aa"}`);
  });

  it("ends it validly wherever the limit is", async () => {
    const verdict = await judge(growing);
    let hit = 0;
    for (let maxFormulaNodes = 20; maxFormulaNodes < 160; maxFormulaNodes += 3) {
      let grammar: Grammar;
      try {
        grammar = compileJsonSchema(growing, { limits: { maxFormulaNodes }, whitespace: "flexible" });
      } catch (error) {
        expect(error).toBeInstanceOf(SchemaLimitError);
        continue;
      }
      const random = randomNumbers(maxFormulaNodes);
      const matcher = new Matcher(grammar, vocabulary);
      for (let steps = 0; steps < 400 && !matcher.isEnded; steps++) {
        const allowed = allowedTokens(matcher).filter((id) => id !== eos || matcher.limitHit !== undefined);
        if (allowed.length === 0) break;
        // A token of the mask is not accepted only where it hits a limit.
        if (!matcher.accept(allowed[Math.floor(random() * allowed.length)] as number)) {
          expect(matcher.limitHit).toBeDefined();
        }
      }
      if (matcher.limitHit === undefined) continue;
      hit++;
      follow(matcher);
      expect(verdict(decoder.decode(matcher.bytes)), decoder.decode(matcher.bytes)).not.toBe("invalid");
    }
    expect(hit).toBeGreaterThan(10);
  });

  it("does so for states of strings and patterns, and for questions that are too hard", () => {
    const pattern = { type: "array", items: { type: "string", pattern: "^(a|b)*a(a|b){12}$" } };
    const states = new Matcher(compileJsonSchema(pattern, { limits: { maxLexemeNodes: 3000 } }), vocabulary);
    const random = randomNumbers(1);
    const letters = Array.from({ length: 6000 }, () => (random() < 0.5 ? "a" : "b")).join("");
    read(states, `["${letters}`);
    expect(states.limitHit?.error).toBeInstanceOf(LanguageLimitError);
    expect(JSON.parse(follow(states))[0]).toMatch(/^(a|b)*a(a|b){12}$/);

    const allOf = Array.from({ length: 12 }, (_, i) => ({ contains: { enum: [i, i + 1, i + 2] } }));
    const hard = { type: "object", properties: { easy: {}, hard: { type: "array", allOf, maxItems: 3 } } };
    const grammar = compileJsonSchema(hard, { limits: { maxSatSteps: 50 } });
    const question = new Matcher(grammar, vocabulary);
    read(question, '{"easy": 1, "h');
    expect(question.limitHit?.error.limit).toBe("maxSatSteps");
    expect(Object.keys(JSON.parse(follow(question)))).not.toContain("hard");
  });

  it("is forgotten by taking back what led to it, and by a new start", () => {
    const matcher = new Matcher(compileJsonSchema(growing, { limits: { maxFormulaNodes: 100 } }), vocabulary);
    read(matcher, numbers);
    expect(matcher.limitHit).toBeDefined();
    const copy = matcher.clone();
    expect(copy.limitHit).toBeDefined();
    matcher.rollback(1);
    expect(matcher.limitHit).toBeUndefined();
    expect(allowedTokens(matcher).length).toBeGreaterThan(1);
    copy.reset();
    expect(copy.limitHit).toBeUndefined();
    expect(copy.accept(0x7b)).toBe(true);
  });

  it("is not a matter of drafts that are only tried", () => {
    const matcher = new Matcher(compileJsonSchema(growing, { limits: { maxFormulaNodes: 100 } }), vocabulary);
    const draft = [...encoder.encode(numbers)];
    expect(matcher.validateTokens(draft)).toBeLessThan(draft.length);
    expect(matcher.limitHit).toBeUndefined();
    expect(read(matcher, '{"a": [')).toBe('{"a": [');
    const hit = new Matcher(compileJsonSchema(growing, { limits: { maxFormulaNodes: 100 } }), vocabulary);
    read(hit, numbers);
    hit.rollback(1);
    for (let i = 0; i < 3; i++) hit.validateTokens([...encoder.encode("0, 1, 2, 3")]);
    expect(hit.limitHit).toBeUndefined();
  });

  it("ends the output where a mask takes too long", () => {
    const matcher = new Matcher(compileJsonSchema(growing, { limits: { maskMilliseconds: 0 } }), vocabulary);
    for (let steps = 0; steps < 200 && matcher.limitHit === undefined; steps++) {
      const allowed = allowedTokens(matcher);
      matcher.accept(numbers.charCodeAt(matcher.bytes.length) || (allowed[0] as number));
    }
    expect(matcher.limitHit?.error.limit).toBe("maskMilliseconds");
    expect(JSON.parse(follow(matcher))).toHaveProperty("z");
  });
});

describe("limits at compile time", () => {
  const deep = (depth: number) => `${'{"items":'.repeat(depth)}{}${"}".repeat(depth)}`;
  const cases: [keyof SchemaLimits, number, unknown][] = [
    ["maxBytes", 20, '{"type": "object", "minProperties": 1}'],
    ["maxDepth", 10, deep(20)],
    ["maxSchemas", 10, { anyOf: Array.from({ length: 20 }, () => ({ type: "string" })) }],
    ["maxFormulaNodes", 20, { enum: Array.from({ length: 50 }, (_, i) => [i]) }],
    [
      "maxSatSteps",
      2,
      // Four items have to be found that match twelve conditions: no sample shows that it can be done.
      {
        type: "array",
        allOf: Array.from({ length: 12 }, (_, i) => ({ contains: { enum: [i, i + 1, i + 2] } })),
        maxItems: 4,
      },
    ],
    ["maxPatternLength", 10, { pattern: "^abcdefghijkl$" }],
    ["maxLexemeNodes", 40, { pattern: "^(abc|def|ghi){3,9}(x|y|z)+[0-9]{3}$" }],
    [
      "compileMilliseconds",
      0,
      { allOf: Array.from({ length: 300 }, (_, i) => ({ anyOf: [{ minLength: i }, { minItems: i }] })) },
    ],
  ];

  it.each(cases)("%s = %d is a typed error that names it", (limit, value, schema) => {
    expect(limitOf(() => compileJsonSchema(schema, { limits: { [limit]: value } }))).toBe(limit);
    expect(limitOf(() => compileJsonSchema(schema))).toBeUndefined();
  });

  it("maxAlternatives bounds what a value is read against side by side", () => {
    const branch = (i: number) => ({ required: ["a", `b${i}`], properties: { a: { enum: [i, i + 1] } } });
    const branches = Array.from({ length: 20 }, (_, i) => branch(i));
    const begin = (maxAlternatives: number, anyOf: object[]) => {
      const schema = { type: "object", anyOf };
      const matcher = new Matcher(compileJsonSchema(schema, { limits: { maxAlternatives } }), vocabulary);
      return { text: read(matcher, '{"a": 1'), limit: matcher.limitHit?.error.limit, matcher };
    };
    expect(begin(40, branches)).toMatchObject({ text: '{"a": 1', limit: undefined });
    const { matcher, limit } = begin(10, [...branches, { required: ["c"] }]);
    expect(limit).toBe("maxAlternatives");
    expect(Object.keys(JSON.parse(follow(matcher)))).toContain("c");
    // Every output needs what is over the limit.
    expect(limitOf(() => begin(10, branches))).toBe("maxAlternatives");
  });

  it("maxAlternatives refuses lists of arrays that all begin with too many, lists of such objects beside others, and no others", () => {
    const list = (one: (i: number) => unknown) => ({ enum: Array.from({ length: 600 }, (_, i) => one(i)) });
    const limits = [
      list((id) => ({ id, name: `n${id}` })),
      list((i) => [i]),
      list((i) => `text ${i}`),
      list((i) => ({ kind: i % 10, tens: i % 100, id: i })),
      list((i) => [i % 10, i % 100, i]),
      { not: list((id) => ({ id, name: `n${id}` })) },
      list((id) => ({ id })),
      { not: list((id) => ({ id })) },
    ].map((schema) => limitOf(() => compileJsonSchema(schema)));
    const [none, limit] = [undefined, "maxAlternatives"];
    expect(limits).toEqual([none, limit, none, none, none, limit, none, none]);
  });
});
