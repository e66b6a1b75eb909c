import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { schemas } from "../../../benchmarks/shared/random-schemas.js";
import { always } from "../test/always.js";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { compileRandom, isLimitError } from "../test/compile-random.js";
import { leastSteps } from "../test/least-ends.js";
import { judge } from "../test/oracles.js";
import { allowedTokens, randomNumbers } from "../test/walk.js";
import { Goals } from "./automaton/goals.js";
import { compileJson, compileJsonSchema, compileRegex, type JsonSchemaOptions, Matcher } from "./index.js";

const vocabulary = byteVocabulary();
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const SCHEMAS = Number(process.env.GRAMMASK_COMPLETION_SCHEMAS ?? 150);

function after(schema: unknown, text: string, options: JsonSchemaOptions = {}): Matcher {
  const matcher = new Matcher(compileJsonSchema(schema, options), vocabulary);
  if (!matcher.acceptBytes(encoder.encode(text))) throw new Error(`refused ${text}`);
  return matcher;
}

function completionText(matcher: Matcher): string {
  return decoder.decode(matcher.shortestCompletion().bytes);
}

describe("shortest completions", () => {
  const person = {
    type: "object",
    required: ["name", "age"],
    properties: { name: { type: "string", minLength: 2 }, age: { enum: [100, 20] }, note: {} },
  };

  it("end what is open by what must come", () => {
    expect(completionText(after(person, ""))).toBe('{"name":"aa","age":20}');
    expect(completionText(after(person, '{"name": "x'))).toBe('a","age":20}');
    expect(completionText(after(person, '{"name": "xyz", "age": 1'))).toBe("e2}");
    expect(completionText(after(person, '{"name": "xyz", "age": 100, '))).toBe('"":1}');
    expect(completionText(after(person, '{"name": "xyz", "age": 100}'))).toBe("");
    expect(completionText(after(true, '[{"a": [tru'))).toBe("e]}]");
    expect(completionText(after(true, '["\\ud83d'))).toMatch(/^\\ud[c-f][0-9a-f]{2}"\]$/i);
  });

  it("know keys by their beginnings", () => {
    expect(completionText(after(person, '{"na'))).toBe('me":"aa","age":20}');
    expect(completionText(after(person, '{"note": 1, "n', { order: "any" }))).toBe('ame":"aa","age":20}');
    expect(completionText(after(person, '{"note": 1, "q', { order: "any" }))).toBe(
      '":1,"name":"aa","age":20}',
    );
    const closed = { ...person, additionalProperties: false };
    expect(completionText(after(closed, '{"note": 1, "n', { order: "any" }))).toBe('ame":"aa","age":20}');
    expect(completionText(after(closed, '{"note": 1, "n\\u0', { order: "any" }))).toBe(
      '061me":"aa","age":20}',
    );
  });

  it("write the whitespace that the policy wants", () => {
    expect(completionText(after(person, '{\n  "name"', { whitespace: "pretty" }))).toBe(
      ': "aa",\n  "age": 20\n}',
    );
    expect(completionText(after(person, "{\n ", { whitespace: "pretty" }))).toBe(
      ' "name": "aa",\n  "age": 20\n}',
    );
    expect(completionText(after({ type: "array" }, "[\n  1\n", { whitespace: "pretty" }))).toBe("]");
  });

  it("choose the alternative that ends first", () => {
    const schema = {
      oneOf: [
        {
          type: "object",
          required: ["kind", "long"],
          properties: { kind: { const: "a" }, long: { minLength: 9, type: "string" } },
        },
        { type: "object", required: ["kind"], properties: { kind: { const: "bcdef" } } },
      ],
    };
    expect(completionText(after(schema, ""))).toBe('{"kind":"bcdef"}');
    expect(completionText(after(schema, '{"kind":"a'))).toBe('","long":"aaaaaaaaa"}');
    expect(completionText(after({ type: "array", contains: { const: "abc" }, minItems: 2 }, ""))).toMatch(
      /^\[1,"abc"\]$|^\["abc",1\]$/,
    );
    expect(completionText(after({ uniqueItems: true, type: "array", items: { enum: [1, 2] } }, "[1,"))).toBe(
      "2]",
    );
  });

  it("leave recursion by its shortest way out", () => {
    const schema = {
      $defs: {
        node: {
          type: "object",
          required: ["next"],
          properties: { next: { anyOf: [{ $ref: "#/$defs/node" }, { $ref: "#/$defs/leaf" }] } },
        },
        leaf: { type: "object", required: ["leaf"], properties: { leaf: { type: "string", minLength: 30 } } },
      },
      $ref: "#/$defs/node",
    };
    const leaf = `"leaf":"${"a".repeat(30)}"}`;
    expect(completionText(after(schema, ""))).toBe(`{"next":{${leaf}}`);
    expect(completionText(after(schema, '{"next":{"next":{'))).toBe(`},${leaf}}`);
  });

  it("are found for long arrays, deep nesting and many alternatives", () => {
    expect(completionText(after({ type: "array", minItems: 5000 }, "[")).length).toBe(2 * 5000);
    expect(completionText(after(true, '[{"a":'.repeat(2000))).length).toBe(1 + 2 * 2000);
    const oneOf = Array.from({ length: 30 }, (_, i) => ({
      type: "object",
      required: ["type", `a${i}`, `b${i}`],
      properties: { type: { const: `kind${i}` } },
    }));
    expect(completionText(after({ oneOf }, "", { order: "any" }))).toHaveLength(
      '{"type":"kind1","a1":1,"b1":1}'.length,
    );
    const properties = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`k${i}`, { type: "string", minLength: i % 7 }]),
    );
    const many = after({ type: "object", properties, minProperties: 20 }, "{", { order: "any" });
    const { bytes } = many.shortestCompletion();
    expect(many.acceptBytes(bytes) && many.isComplete).toBe(true);
  });

  it("are found without a look at every alternative", () => {
    const others = vi.spyOn(Goals.prototype, "others");
    const oneOf = Array.from({ length: 40 }, (_, i) => ({
      properties: { v: { const: `k${i}` } },
      required: ["v", `name${i}`],
    }));
    const whole = '{"v":"k1","name1":1}';
    for (const order of ["any", "schema"] as const) {
      for (const text of ["", "{", '{"', '{"v', '{"v":', '{"v":"']) {
        const matcher = after({ oneOf }, text, { order });
        others.mockClear();
        expect(text.length + completionText(matcher).length).toBe(whole.length);
        // Each of the alternatives was compared with all others.
        expect(others.mock.calls.length).toBeLessThan(10);
      }
    }
    others.mockRestore();
  });

  it("are found where constants of all kinds tell alternatives apart", () => {
    const constants = [0, "0", 0.5, [0], { k: 0 }, null, 1, "1", 1.5, [1], { k: 1 }, true];
    const oneOf = constants.map((value, i) => ({
      type: "object",
      properties: { v: { const: value } },
      required: ["v", `name${i}`],
    }));
    expect(completionText(after({ oneOf }, "", { order: "any" }))).toHaveLength('{"v":0,"name0":1}'.length);
    expect(completionText(after({ oneOf }, '{"v":[1', { order: "any" }))).toBe('],"name9":1}');
    expect(completionText(after({ oneOf }, '{"name5"', { order: "any" }))).toBe(':1,"v":null}');
  });

  it("end texts that are not JSON", () => {
    const matcher = new Matcher(compileRegex("(ab){2,}c|x+"), vocabulary);
    matcher.acceptBytes(encoder.encode("aba"));
    expect(completionText(matcher)).toBe("bc");
  });

  it("are nothing where the output has ended", () => {
    const matcher = after(true, "1");
    expect(matcher.shortestCompletion()).toEqual({ bytes: new Uint8Array(0), tokens: 0 });
    matcher.accept(vocabulary.eosTokenIds[0] as number);
    expect(matcher.shortestCompletion().tokens).toBe(0);
  });

  it("count the fewest tokens that spell them", () => {
    const { tokens } = after(person, '{"name').shortestCompletion();
    // `":"`, a, a, `","`, a, g, e, `":`, 2, 0, `}`
    expect(tokens).toBe(11);
  });
});

/** Goes some random tokens into an output; some of them are drawn from few, so that texts do not get too long. */
function wander(matcher: Matcher, random: () => number): void {
  for (let left = Math.floor(random() * 12); left > 0; left--) {
    const allowed = allowedTokens(matcher).filter((id) => !vocabulary.isEos(id));
    if (allowed.length === 0) return;
    matcher.accept(allowed[Math.floor(random() * allowed.length)] as number);
  }
}

describe("short completions over random schemas", () => {
  it(
    "end every output by what the judges call valid",
    async () => {
      let completions = 0;
      await fc.assert(
        fc.asyncProperty(
          schemas,
          fc.integer(),
          fc.constantFrom<"schema" | "any">("schema", "any"),
          async (schema, walkSeed, order) => {
            try {
              const grammar = compileRandom(schema, order);
              if (grammar === undefined) return;
              const verdict = await judge(schema);
              const random = randomNumbers(walkSeed);
              for (let i = 0; i < 5; i++) {
                const matcher = new Matcher(grammar, vocabulary);
                wander(matcher, random);
                const { bytes } = matcher.shortestCompletion();
                expect(matcher.acceptBytes(bytes) && matcher.isComplete).toBe(true);
                const text = decoder.decode(matcher.bytes);
                expect(verdict(text), text).not.toBe("invalid");
                completions++;
              }
            } catch (error) {
              if (!isLimitError(error)) throw error;
            }
          },
        ),
        { numRuns: SCHEMAS, endOnFailure: true },
      );
      expect(completions).toBeGreaterThan(SCHEMAS);
    },
    60_000 + SCHEMAS * 200,
  );

  it(
    "are the shortest, by breadth-first search, in nearly all cases",
    () => {
      // Bytes that are enough for shortest texts: structure, digits, letters of names and literals, an escape.
      const alphabet = Array.from(encoder.encode('{}[]:,"-.0123456789abcdefklnrstuy \\'));
      const all = [
        ...alphabet,
        ...Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => id >= 256),
      ];
      const longer = { bytes: [] as number[], tokens: [] as number[], unknown: 0 };
      const found = fc.property(schemas, fc.integer(), (schema, walkSeed) => {
        try {
          const grammar = compileRandom(schema, "schema");
          if (grammar === undefined) return;
          const matcher = new Matcher(grammar, vocabulary);
          wander(matcher, randomNumbers(walkSeed));
          const { bytes, tokens } = matcher.shortestCompletion();
          const least = leastSteps(matcher, alphabet, bytes.length, 1500);
          if (least === "unknown") longer.unknown++;
          else {
            longer.bytes.push(bytes.length - (least ?? bytes.length));
            if (process.env.GRAMMASK_COMPLETION_SCHEMAS && least !== undefined && least < bytes.length)
              console.log(
                JSON.stringify(schema),
                decoder.decode(matcher.bytes),
                "+",
                decoder.decode(bytes),
                least,
              );
          }
          const leastTokens = leastSteps(matcher, all, tokens, 800);
          if (leastTokens === "unknown") longer.unknown++;
          else longer.tokens.push(tokens - (leastTokens ?? tokens));
        } catch (error) {
          if (!isLimitError(error)) throw error;
        }
      });
      const counted = always(SCHEMAS);
      fc.assert(found, { numRuns: counted, seed: 1, endOnFailure: true });
      expect(longer.bytes.length).toBeGreaterThan(counted / 4);
      expect(longer.bytes.filter((n) => n > 0).length).toBeLessThanOrEqual(longer.bytes.length / 50);
      expect(longer.tokens.filter((n) => n > 1).length).toBeLessThanOrEqual(longer.tokens.length / 20);
      fc.assert(found, { numRuns: SCHEMAS - counted, endOnFailure: true });
      if (process.env.GRAMMASK_COMPLETION_SCHEMAS) {
        const counts = (list: number[]) =>
          [...new Set(list)].map((n) => [n, list.filter((m) => m === n).length]);
        console.log(
          "longer by: in bytes",
          counts(longer.bytes),
          "in tokens",
          counts(longer.tokens),
          longer.unknown,
          "unknown",
        );
      }
    },
    60_000 + SCHEMAS * 1000,
  );
});

describe("completions of any JSON", () => {
  it("end it wherever it is", () => {
    const text = '{"a": [1, -2.5e3, {"b\\u00e9": "x\\ny", "c": [null, true, false, {}]}], "d": "\u{1F600}"}';
    const bytes = encoder.encode(text);
    for (let length = 0; length <= bytes.length; length++) {
      const matcher = new Matcher(compileJson(), vocabulary);
      matcher.acceptBytes(bytes.subarray(0, length));
      expect(matcher.acceptBytes(matcher.shortestCompletion().bytes) && matcher.isComplete).toBe(true);
      JSON.parse(decoder.decode(matcher.bytes));
    }
  });
});
