import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { compileJsonSchema, type Grammar, Matcher, UnsatisfiableSchemaError } from "../src/index.js";
import { isLimitError } from "../src/json-schema/errors.js";
import { byteVocabulary } from "./byte-vocabulary.js";
import { allowedTokens, randomNumbers, randomWalk } from "./walk.js";

const SCHEMAS = Number(process.env.GRAMMASK_UNIQUE_SCHEMAS ?? 80);
const SEED = Number(process.env.GRAMMASK_SEED ?? 1);

/** Values with one spelling each. */
const VALUES = [null, true, false, [], {}, [true]];
/** Numbers that doubles do not tell apart. */
const HARD_NUMBER = /\d[eE]|\d{15}/;
const encoder = new TextEncoder();

/** Every array of the values with up to three items. */
const ARRAYS: unknown[][] = [[]];
for (let i = 0, length = 0; length < 3; i++) {
  const array = ARRAYS[i] as unknown[];
  length = array.length;
  if (length < 3) for (const value of VALUES) ARRAYS.push([...array, value]);
}

type Random = () => number;
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** A schema of items: some of the values, or of endlessly many. */
function randomItem(random: Random, isListed: boolean): object {
  if (!isListed && random() < 0.5) {
    return pick(random, [
      { type: ["boolean", "string"] },
      { type: ["null", "string"], maxLength: 2 },
      { type: ["array", "boolean"], items: { enum: [true] } },
      {
        not: { enum: [null, ...VALUES.slice(1).filter(() => random() < 0.5)] },
        minimum: -99,
        maximum: 99,
        multipleOf: 0.5,
      },
      { type: ["null", "integer"] },
    ]);
  }
  const some = VALUES.filter(() => random() < 0.4);
  return { enum: some.length > 0 ? some : [pick(random, VALUES)] };
}

function randomConstraint(random: Random, isListed: boolean, depth: number): object {
  const count = () => Math.floor(random() * 4);
  const item = () => randomItem(random, isListed);
  const inner = () => randomConstraint(random, isListed, depth - 1);
  const simple: readonly (() => object)[] = [
    () => ({ uniqueItems: true }),
    () => ({ not: { uniqueItems: true } }),
    () => ({ minItems: count() }),
    () => ({ maxItems: count() }),
    () => ({ items: item() }),
    () => ({ contains: item(), minContains: 1 + (count() % 2) }),
    () => ({ contains: item(), minContains: 0, maxContains: 1 + (count() % 2) }),
    () => ({ prefixItems: Array.from({ length: 1 + count() }, item) }),
  ];
  const compound: readonly (() => object)[] = [
    () => ({ allOf: [inner(), inner()] }),
    () => ({ anyOf: [inner(), inner()] }),
    () => ({ oneOf: [inner(), inner()] }),
    () => ({ oneOf: [{ uniqueItems: true, ...inner() }, inner(), inner()] }),
    () => ({ not: inner() }),
  ];
  return pick(random, depth > 0 && random() < 0.75 ? compound : simple)();
}

function randomSchema(random: Random, isListed: boolean): object {
  const allOf = [randomConstraint(random, isListed, 2), { not: { uniqueItems: true } }];
  const repeated = random() < 0.5 ? allOf : [allOf[0], randomConstraint(random, isListed, 1)];
  const items = isListed ? { enum: VALUES } : randomItem(random, isListed);
  return { type: "array", maxItems: pick(random, [2, 3, 3]), items, allOf: repeated };
}

const vocabulary = byteVocabulary([]);

/** Undefined: no value matches. */
function compile(schema: object): Grammar | undefined {
  try {
    return compileJsonSchema(schema, { whitespace: "compact" });
  } catch (error) {
    if (error instanceof UnsatisfiableSchemaError) return undefined;
    throw error;
  }
}

/** Reads a text; throws at a limit. */
function reads(matcher: Matcher, text: string): boolean {
  matcher.reset();
  const isRead = matcher.acceptBytes(encoder.encode(text));
  if (matcher.limitHit !== undefined) throw matcher.limitHit.error;
  return isRead;
}

describe("arrays whose items differ, or do not", () => {
  it("of finite sets are just those that a validator accepts, and every beginning goes on as they do", () => {
    const random = randomNumbers(SEED);
    const count = { states: 0, empty: 0, limits: 0 };
    for (let n = 0; n < SCHEMAS; n++) {
      const schema = randomSchema(random, true);
      const valid = new Ajv2020({ strict: false }).compile(schema);
      const texts = ARRAYS.filter((array) => valid(array)).map((array) => JSON.stringify(array));
      // Every beginning, with the bytes that follow it; "" for the end.
      const follows = new Map<string, Set<string>>();
      for (const text of texts) {
        for (let i = 0; i <= text.length; i++) {
          const begun = text.slice(0, i);
          follows.set(begun, (follows.get(begun) ?? new Set()).add(text.charAt(i)));
        }
      }
      try {
        const grammar = compile(schema);
        if (grammar === undefined) {
          expect(texts, JSON.stringify(schema)).toEqual([]);
          count.empty++;
          continue;
        }
        const matcher = new Matcher(grammar, vocabulary);
        for (const [begun, next] of follows) {
          expect(reads(matcher, begun), `${begun} ${JSON.stringify(schema)}`).toBe(true);
          const allowed = allowedTokens(matcher)
            .filter((id) => id < 128)
            .map((id) => String.fromCharCode(id));
          if (matcher.isComplete) allowed.push("");
          expect(allowed.sort(), `after ${begun}: ${JSON.stringify(schema)}`).toEqual([...next].sort());
          count.states++;
          const { bytes } = matcher.shortestCompletion();
          expect(texts, JSON.stringify(schema)).toContain(begun + new TextDecoder().decode(bytes));
        }
      } catch (error) {
        if (!isLimitError(error)) throw error;
        count.limits++;
      }
    }
    if (process.env.GRAMMASK_UNIQUE_SCHEMAS) console.log(count);
    expect(count.states).toBeGreaterThan(SCHEMAS * 20);
    expect(count.empty).toBeLessThan(SCHEMAS / 2);
    expect(count.limits).toBeLessThanOrEqual(SCHEMAS / 100);
  }, 120_000);

  it("of endless sets are never stuck, end validly, and those of a few values are all accepted", () => {
    const random = randomNumbers(SEED + 1);
    // Limits: numbers of more than 1,000 digits cannot be asked for again.
    const count = { walks: 0, empty: 0, limits: 0, accepted: 0 };
    for (let n = 0; n < SCHEMAS; n++) {
      const schema = randomSchema(random, false);
      const valid = new Ajv2020({ strict: false }).compile(schema);
      const texts = ARRAYS.filter((array) => valid(array)).map((array) => JSON.stringify(array));
      try {
        const grammar = compile(schema);
        if (grammar === undefined) {
          expect(texts, JSON.stringify(schema)).toEqual([]);
          count.empty++;
          continue;
        }
        const matcher = new Matcher(grammar, vocabulary);
        for (const text of texts) {
          const isAccepted = reads(matcher, text) && matcher.isComplete;
          expect(isAccepted, `${text}: ${JSON.stringify(schema)}`).toBe(true);
          count.accepted++;
        }
        for (let walk = 0; walk < 5; walk++) {
          matcher.reset();
          const text = randomWalk(matcher, random);
          if (matcher.limitHit !== undefined) throw matcher.limitHit.error;
          if (HARD_NUMBER.test(text)) continue;
          expect(valid(JSON.parse(text)), `${text}: ${JSON.stringify(schema)}`).toBe(true);
          count.walks++;
        }
      } catch (error) {
        if (isLimitError(error)) count.limits++;
        else throw new Error(JSON.stringify(schema), { cause: error });
      }
    }
    if (process.env.GRAMMASK_UNIQUE_SCHEMAS) console.log(count);
    expect(count.walks).toBeGreaterThan(SCHEMAS);
    expect(count.accepted).toBeGreaterThan(SCHEMAS * 3);
    expect(count.limits).toBeLessThanOrEqual(SCHEMAS / 20);
  }, 120_000);

  it("whose choices leave few values in some cases only are read to where a validator accepts them", () => {
    const random = randomNumbers(SEED + 2);
    const below = (n: number) => Math.floor(random() * n);
    const letters = ["a", "b", "c", "d", "e", "f", "g"];
    const letter = () => pick(random, letters.slice(0, 4));
    // Each is endless; two of them leave a few values, or one.
    const low = () => ({ pattern: `^[a-${pick(random, letters.slice(0, 2))}]` });
    const high = () => ({ pattern: `^[${letter()}-z]` });
    const some = () => pick(random, [low, high, () => true])();
    const tight = () => ({
      prefixItems: [some(), low(), some()],
      items: false,
      allOf: [{ items: { maxLength: 1 } }],
    });
    const begun = () => ({ prefixItems: [{ const: letter() }, high()] });
    const branches = () => [tight(), begun(), ...(random() < 0.5 ? [pick(random, [tight, begun])()] : [])];
    const count = { begun: 0, dead: 0 };
    for (let n = 0; n < SCHEMAS / 4; n++) {
      const schema = {
        type: "array",
        uniqueItems: true,
        minItems: 2,
        maxItems: 2 + below(2),
        items: { type: "string", pattern: "^[a-z]" },
        [pick(random, ["anyOf", "anyOf", "oneOf"])]: branches(),
      };
      const valid = new Ajv2020({ strict: false }).compile(schema);
      // Longer texts are told by their first letter, and no array has more than three.
      const longer = letters.slice(0, 4).flatMap((letter) => [`${letter}x`, `${letter}y`]);
      const values = [...letters, ...longer];
      const accepted = new Set<string>();
      for (const first of values) {
        for (const second of [undefined, ...values]) {
          for (const third of second === undefined ? [undefined] : [undefined, ...values]) {
            const array = [first, second, third].filter((value) => value !== undefined);
            if (!valid(array)) continue;
            for (let end = 1; end <= array.length; end++) {
              const begun = JSON.stringify(array.slice(0, end)).slice(0, -1);
              accepted.add(begun).add(end < array.length ? `${begun},` : `${begun}]`);
            }
          }
        }
      }
      const grammar = compile(schema);
      if (grammar === undefined) {
        expect([...accepted], JSON.stringify(schema)).toEqual([]);
        continue;
      }
      const matcher = new Matcher(grammar, vocabulary);
      for (const first of values) {
        for (const second of [undefined, ...values]) {
          const array = [first, second].filter((value) => value !== undefined);
          for (const end of ["", ",", "]"]) {
            const text = JSON.stringify(array).slice(0, -1) + end;
            expect(reads(matcher, text), `${text} ${JSON.stringify(schema)}`).toBe(accepted.has(text));
            count[accepted.has(text) ? "begun" : "dead"]++;
          }
        }
      }
    }
    expect(count.begun).toBeGreaterThan(SCHEMAS);
    expect(count.dead).toBeGreaterThan(SCHEMAS);
  }, 120_000);

  it.each<[string, object, string[], string[]]>([
    [
      "the item may be the one that comes again",
      { type: "array", maxItems: 2, not: { uniqueItems: true } },
      ['[{"a":1},{"a":1.0}]', '["x","x"]'],
      ["[]", "[1]", '["x","y"'],
    ],
    [
      "only the second and third can be equal",
      {
        type: "array",
        prefixItems: [{ const: 1 }, { enum: [2, 3] }, { const: 2 }],
        maxItems: 3,
        not: { uniqueItems: true },
      },
      ["[1,2,2]"],
      ["[1,3", "[1,2]"],
    ],
    [
      "two conditions leave one value for another place",
      {
        type: "array",
        allOf: [
          { prefixItems: [{ type: ["integer", "boolean"] }, { type: "integer" }] },
          { items: { anyOf: [{ const: 1 }, { type: "boolean" }] } },
        ],
        minItems: 2,
        uniqueItems: true,
      },
      ["[true,1]", "[false,1,true]"],
      ["[1"],
    ],
    [
      "an item is needed or not as the first one says",
      {
        type: "array",
        prefixItems: [{ enum: [null, "a"] }, { const: null }],
        items: false,
        uniqueItems: true,
        anyOf: [{ prefixItems: [{ const: "a" }] }, { minItems: 2 }],
      },
      ['["a"]', '["a",null]'],
      ["[n"],
    ],
    [
      "one of two choices leaves one value",
      {
        type: "array",
        uniqueItems: true,
        minItems: 2,
        maxItems: 2,
        items: { type: "integer", minimum: 0 },
        anyOf: [{ prefixItems: [true, { maximum: 0 }] }, { prefixItems: [{ const: 7 }, { minimum: 5 }] }],
      },
      ["[1,0]", "[7,0]", "[7,6]"],
      ["[0", "[1,1", "[7,7]"],
    ],
    [
      "what differs or is repeated, from few values",
      {
        type: "array",
        items: { type: "boolean" },
        anyOf: [
          { uniqueItems: true, minItems: 3 },
          { maxItems: 2, not: { uniqueItems: true } },
        ],
      },
      ["[true,true]"],
      ["[true,f", "[]"],
    ],
    [
      "inside of others",
      {
        properties: {
          a: { type: "array", items: { maxItems: 2, not: { uniqueItems: true }, type: "array" } },
        },
      },
      ['{"a":[[1,1],[[2],[2]]]}'],
      ['{"a":[[1,2'],
    ],
    [
      "counts that are shared out",
      {
        type: "array",
        items: { enum: [null, true] },
        minItems: 3,
        allOf: [
          { contains: { const: null }, minContains: 0, maxContains: 2 },
          { contains: { const: true }, minContains: 0, maxContains: 2 },
        ],
      },
      ["[null,true,null]"],
      ["[null,null,n", "[null,true,null,true,"],
    ],
  ])("%s", (_, schema, accepted, refused) => {
    const matcher = new Matcher(compile(schema) as Grammar, vocabulary);
    for (const text of accepted) {
      for (let end = 0; end < text.length; end++) {
        expect(reads(matcher, text.slice(0, end))).toBe(true);
        expect(matcher.mask().has(text.charCodeAt(end)), `${text} at ${end}`).toBe(true);
      }
      expect(reads(matcher, text) && matcher.isComplete, text).toBe(true);
    }
    for (const text of refused)
      expect(reads(matcher, text) && (matcher.isComplete || !text.endsWith("]")), text).toBe(false);
  });

  it("say so where a number is too long to be asked for again", () => {
    const matcher = new Matcher(
      compile({ type: "array", maxItems: 2, not: { uniqueItems: true } }) as Grammar,
      vocabulary,
    );
    matcher.acceptBytes(encoder.encode("[1e5000,"));
    expect(matcher.limitHit?.error.limit).toBe("maxDigits");
    matcher.reset();
    expect(reads(matcher, "[1e90,1e90]") && matcher.isComplete).toBe(true);
  });
});
