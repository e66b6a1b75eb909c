import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { randomStatement, smallValues } from "../../test/random-formulas.js";
import { randomNumbers } from "../../test/walk.js";
import {
  compileJsonSchema,
  type Grammar,
  type JsonSchemaOptions,
  Matcher,
  SchemaLimitError,
  UnsatisfiableSchemaError,
} from "../index.js";
import type { JsonNode } from "../json/index.js";
import { jsonNumber, LanguageArena, normalisedNumber } from "../language/index.js";
import { Constants } from "./constants.js";
import { Derivatives } from "./derivative.js";
import { FALSE, type Formula, FormulaStore, JsonType, TRUE } from "./formula.js";
import { ALL_KEYS } from "./key-availability.js";
import { Satisfiability } from "./satisfiability.js";

function build(schemas: readonly Formula[] = [], maxSatSteps = 20_000) {
  const arena = new LanguageArena();
  const store = new FormulaStore(arena, { maxNodes: 1_000_000 });
  const numbers = { all: jsonNumber(arena), normalised: normalisedNumber(arena) };
  const derivatives = new Derivatives(store, (id) => schemas[id] as Formula, numbers);
  const constants = new Constants(
    store,
    () => {
      throw new Error("only scalars");
    },
    512,
    () => false,
  );
  const constant = (value: JsonNode) => constants.formula([value]);
  const asked = { constant, isSurelySatisfiable: () => false, listed: () => [] };
  return { store, satisfiability: new Satisfiability(store, derivatives, { maxSatSteps }, asked) };
}

const vocabulary = byteVocabulary([]);

function accepts(grammar: Grammar, text: string): boolean {
  const matcher = new Matcher(grammar, vocabulary);
  return matcher.acceptBytes(new TextEncoder().encode(text)) && matcher.isComplete;
}

function isSatisfiable(schema: unknown, options: JsonSchemaOptions = {}): boolean {
  try {
    compileJsonSchema(schema, options);
    return true;
  } catch (error) {
    if (error instanceof UnsatisfiableSchemaError) return false;
    throw error;
  }
}

/** One more pigeon than holes, as properties: that they do not fit takes a search in any case. */
function pigeons<T>(
  holes: number,
  { required, some, notBoth }: { required(name: string): T; some(of: T[]): T; notBoth(a: T, b: T): T },
): T[] {
  const name = (pigeon: number, hole: number) => required(`p${pigeon}h${hole}`);
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const somewhere = range(holes + 1).map((p) => some(range(holes).map((h) => name(p, h))));
  const apart = range(holes).flatMap((h) =>
    range(holes + 1).flatMap((p) => range(p).map((q) => notBoth(name(p, h), name(q, h)))),
  );
  return [...somewhere, ...apart];
}

function pigeonFormula(store: FormulaStore, holes: number): Formula {
  return store.and(
    pigeons<Formula>(holes, {
      required: (name) => store.required(name),
      some: (formulas) => store.or(formulas),
      notBoth: (a, b) => store.and([a, b]) ^ 1,
    }),
  );
}

describe("satisfiability", () => {
  it("is what trying all small values says", () => {
    const random = randomNumbers(3);
    const values = smallValues();
    const counts = [0, 0];
    for (let i = 0; i < 600; i++) {
      const { store, satisfiability } = build();
      // Several statements at once, so that a good part has no member.
      const list = Array.from({ length: 1 + (i % 4) }, () =>
        randomStatement(store, random, 1, { negations: false }),
      );
      const member = values.find((value) => list.every((statement) => statement.holds(value)));
      const answer = satisfiability.value(store.and(list.map((statement) => statement.formula)));
      if (answer !== (member !== undefined)) {
        throw new Error(`formula ${i}: said ${answer}, member ${JSON.stringify(member)}`);
      }
      counts[Number(answer)] = (counts[Number(answer)] as number) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(60);
  });

  it("answers questions in any order, again and again", () => {
    const random = randomNumbers(4);
    const { store, satisfiability } = build();
    const asked: [Formula, boolean][] = [];
    for (let i = 0; i < 150; i++) {
      const { formula } = randomStatement(store, random, 1, { negations: false });
      asked.push([formula, satisfiability.value(formula)]);
    }
    expect(asked.some(([, answer]) => !answer)).toBe(true);
    for (const [formula, answer] of asked.toReversed()) expect(satisfiability.value(formula)).toBe(answer);
  });

  it("of the rest of an object asks which names are left", () => {
    const { store, satisfiability } = build();
    const without = (...names: string[]) => ({
      id: names.length,
      isAvailable: (k: string) => !names.includes(k),
    });
    const a = store.required("a");
    const b = store.required("b");
    expect(satisfiability.object(store.and([a, b]), ALL_KEYS)).toBe(true);
    expect(satisfiability.object(store.and([a, b]), without("a"))).toBe(false);
    expect(satisfiability.object(store.or([a, b]), without("a"))).toBe(true);
    expect(satisfiability.object(store.or([a, b]), without("a", "b"))).toBe(false);
    expect(satisfiability.object(TRUE, without("a", "b"))).toBe(true);
    expect(satisfiability.object(FALSE, ALL_KEYS)).toBe(false);
  });

  it("of recursion is the least fixed point: no exit, no value", () => {
    const next = (extra: object = {}) => ({
      type: "object",
      properties: { next: { $ref: "#" } },
      required: ["next"],
      ...extra,
    });
    expect(isSatisfiable(next())).toBe(false);
    expect(isSatisfiable({ ...next(), required: [] })).toBe(true);
    expect(isSatisfiable({ anyOf: [next(), { type: "null" }] })).toBe(true);
    expect(isSatisfiable({ type: "array", items: { $ref: "#" }, minItems: 1 })).toBe(false);
    expect(isSatisfiable({ type: "array", items: { $ref: "#" } })).toBe(true);
    const pair = (exit: boolean) => ({
      $ref: "#/$defs/even",
      $defs: {
        even: { type: "array", prefixItems: [{ $ref: "#/$defs/odd" }], minItems: 1 },
        odd: {
          anyOf: [
            { type: "object", required: ["e"], properties: { e: { $ref: "#/$defs/even" } } },
            ...(exit ? [{ type: "object", required: ["stop"] }] : []),
          ],
        },
      },
    });
    expect(isSatisfiable(pair(false))).toBe(false);
    expect(isSatisfiable(pair(true))).toBe(true);
    expect(accepts(compileJsonSchema(pair(true)), '[{"e":[{"stop":1}]}]')).toBe(true);
  });

  it("of a recursive branch takes nothing from the others", () => {
    // The first branch never ends; a name that only it could carry is not offered.
    const schema = {
      type: "object",
      anyOf: [{ required: ["loop"] }, { required: ["end"] }],
      properties: { loop: { $ref: "#/$defs/loop" }, end: { type: "null" } },
      $defs: { loop: { type: "object", required: ["loop"], properties: { loop: { $ref: "#/$defs/loop" } } } },
    };
    const grammar = compileJsonSchema(schema);
    expect(accepts(grammar, '{"end":null}')).toBe(true);
    const matcher = new Matcher(grammar, vocabulary);
    expect(matcher.acceptBytes(new TextEncoder().encode('{"'))).toBe(true);
    expect(matcher.acceptBytes(new TextEncoder().encode("l"))).toBe(false);
    expect(matcher.acceptBytes(new TextEncoder().encode("e"))).toBe(true);
  });

  it("of many schemas that refer to each other at random agrees with iterating from below", () => {
    const random = randomNumbers(5);
    const below = (n: number) => Math.floor(random() * n);
    const counts = [0, 0];
    for (let round = 0; round < 200; round++) {
      const size = 2 + below(8);
      // Each definition: some branches, each needing some definitions.
      const branches = Array.from({ length: size }, () =>
        Array.from({ length: 1 + below(2) }, () =>
          Array.from({ length: below(12) === 0 ? 0 : 1 + below(2) }, () => below(size)),
        ),
      );
      const known = new Set<number>();
      for (let before = -1; before < known.size; ) {
        before = known.size;
        branches.forEach((list, i) => {
          if (list.some((needs) => needs.every((need) => known.has(need)))) known.add(i);
        });
      }
      const definition = (list: readonly (readonly number[])[]) => ({
        anyOf: list.map((needs, i) =>
          (i + round) % 2 === 0
            ? {
                type: "object",
                required: needs.map((_, k) => `k${k}`),
                properties: Object.fromEntries(
                  needs.map((need, k) => [`k${k}`, { $ref: `#/$defs/d${need}` }]),
                ),
              }
            : {
                type: "array",
                minItems: needs.length,
                prefixItems: [...needs.map((need) => ({ $ref: `#/$defs/d${need}` })), true],
              },
        ),
      });
      const $defs = Object.fromEntries(branches.map((list, i) => [`d${i}`, definition(list)]));
      const answer = isSatisfiable({ $ref: "#/$defs/d0", $defs });
      expect(answer, JSON.stringify($defs)).toBe(known.has(0));
      counts[Number(answer)] = (counts[Number(answer)] as number) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(20);
  });

  it("looks 2,500 required objects or 3,000 items deep without overflowing the stack", () => {
    const limits = { maxDepth: 10_000 };
    const nested = (depth: number, innermost: string) =>
      '{"type":"object","required":["a"],"properties":{"a":'.repeat(depth) + innermost + "}}".repeat(depth);
    expect(isSatisfiable(nested(2500, "false"), { limits })).toBe(false);
    const grammar = compileJsonSchema(nested(2500, '{"type":"null"}'), { limits });
    expect(accepts(grammar, `${'{"a":'.repeat(2500)}null${"}".repeat(2500)}`)).toBe(true);
    expect(accepts(grammar, `${'{"a":'.repeat(2500)}1${"}".repeat(2500)}`)).toBe(false);
    const arrays = (innermost: string) =>
      '{"type":"array","minItems":1,"items":'.repeat(3000) + innermost + "}".repeat(3000);
    expect(isSatisfiable(arrays("false"), { limits })).toBe(false);
    expect(isSatisfiable(arrays("true"), { limits })).toBe(true);
  });

  it("stops at the limit of steps with a typed error", () => {
    const { store, satisfiability } = build([], 5);
    const ask = () => satisfiability.object(pigeonFormula(store, 5), ALL_KEYS);
    expect(ask).toThrow(SchemaLimitError);
    try {
      ask();
    } catch (error) {
      expect(error).toMatchObject({ code: "schema-limit", limit: "maxSatSteps", value: 5 });
    }
    // The limit is for one question, and the next one starts afresh.
    expect(satisfiability.object(store.required("a"), ALL_KEYS)).toBe(true);
    const schema = {
      type: "object",
      allOf: pigeons<object>(5, {
        required: (name) => ({ required: [name] }),
        some: (anyOf) => ({ anyOf }),
        notBoth: (a, b) => ({ not: { allOf: [a, b] } }),
      }),
    };
    expect(() => compileJsonSchema(schema, { limits: { maxSatSteps: 5 } })).toThrow(SchemaLimitError);
    expect(isSatisfiable(schema)).toBe(false);
  });

  it("tells soon what takes few steps, and of other questions nothing", () => {
    const { store, satisfiability } = build([], 100_000);
    const hard = pigeonFormula(store, 6);
    const ask = () => satisfiability.object(hard, ALL_KEYS);
    expect(satisfiability.soon(ask)).toBeUndefined();
    expect(satisfiability.soon(() => satisfiability.object(store.required("a"), ALL_KEYS))).toBe(true);
    expect(ask()).toBe(false);
    // The answer is known now.
    expect(satisfiability.soon(ask)).toBe(false);
  });
});

describe("objects of many properties", () => {
  it.each(["20001", "1e500", "1e999999999"])(
    "that need more than a question has steps are not begun: %s",
    (count) => {
      const { store, satisfiability } = build();
      const least = store.and([store.type(JsonType.Object), store.propCount(Number.MAX_SAFE_INTEGER)]);
      expect(satisfiability.value(least)).toBe(false);
      expect(satisfiability.leavesOutLarge).toBe(true);
      expect(satisfiability.stepsTaken).toBeLessThan(5);
      expect(() => compileJsonSchema(`{"type":"object","minProperties":${count}}`)).toThrow(
        expect.objectContaining({ limit: "maxSatSteps", value: 20_000 }),
      );
      const grammar = compileJsonSchema(`{"minProperties":${count}}`);
      const matcher = new Matcher(grammar, vocabulary);
      expect(matcher.mask().has("{".charCodeAt(0))).toBe(false);
      expect(matcher.limitHit).toBeUndefined();
      expect(accepts(grammar, '"a"')).toBe(true);
      expect(accepts(grammar, "[]")).toBe(true);
    },
  );

  it("are counted by their names, where these are finitely many", () => {
    const names = (least: number, pattern: string) =>
      isSatisfiable({ type: "object", minProperties: least, propertyNames: { pattern } });
    expect(names(8191, "^[ab]{0,12}$")).toBe(true);
    expect(names(8192, "^[ab]{0,12}$")).toBe(false);
    expect(names(19_000, "^[ab]*$")).toBe(true);
    const grammar = compileJsonSchema(
      {
        type: "object",
        minProperties: 3,
        propertyNames: { pattern: "^[ab]$|^c$" },
        additionalProperties: {},
      },
      { order: "any" },
    );
    expect(accepts(grammar, '{"a":1,"c":1,"b":1}')).toBe(true);
    expect(accepts(grammar, '{"a":1,"c":1}')).toBe(false);
    const two = { properties: { a: false }, propertyNames: { pattern: "^[abc]$" } };
    expect(isSatisfiable({ type: "object", minProperties: 2, ...two })).toBe(true);
    expect(isSatisfiable({ type: "object", minProperties: 3, ...two })).toBe(false);
  });

  it("need steps for names that are many and finite", () => {
    const schema = { type: "object", minProperties: 15_000, propertyNames: { pattern: "^[ab]{0,20}$" } };
    expect(isSatisfiable(schema)).toBe(true);
    expect(() => compileJsonSchema(schema, { limits: { maxSatSteps: 14_000 } })).toThrow(SchemaLimitError);
  });
});
