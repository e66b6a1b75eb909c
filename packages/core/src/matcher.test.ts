import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemas } from "../../../benchmarks/shared/random-schemas.js";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { allowedTokens, randomNumbers } from "../test/walk.js";
import {
  compileJson,
  compileJsonSchema,
  type Grammar,
  type JsonSchemaOptions,
  Matcher,
  SchemaError,
  Vocabulary,
} from "./index.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const vocabulary = byteVocabulary();
const eos = vocabulary.eosTokenIds[0] as number;
const id = (text: string): number => {
  const found = Array.from({ length: vocabulary.size }, (_, i) => i).find((i) => textOf(i) === text);
  if (found === undefined) throw new Error(`no token ${text}`);
  return found;
};

function textOf(token: number): string | undefined {
  const bytes = vocabulary.tokenBytes(token);
  return bytes && decoder.decode(bytes);
}

function matcherOf(schema: unknown, options?: JsonSchemaOptions): Matcher {
  return new Matcher(compileJsonSchema(schema, options), vocabulary);
}

const write = (matcher: Matcher, text: string) => matcher.acceptBytes(encoder.encode(text));

/** All that can be seen of a matcher. */
function observe(matcher: Matcher): unknown {
  return {
    text: decoder.decode(matcher.bytes),
    length: matcher.length,
    complete: matcher.isComplete,
    ended: matcher.isEnded,
    bytes: matcher.allowedBytes(),
    tokens: allowedTokens(matcher),
  };
}

describe("accept", () => {
  const schema = { type: "object", properties: { a: { enum: ["red", "green"] }, b: true }, required: ["a"] };

  it("follows the grammar to the end of the sequence", () => {
    const matcher = matcherOf(schema);
    for (const text of ['{"', "a", '":', '"', "red", '"', "}"]) {
      expect(matcher.isComplete).toBe(false);
      expect(matcher.accept(eos)).toBe(false);
      expect(matcher.accept(id(text)), text).toBe(true);
    }
    expect(decoder.decode(matcher.bytes)).toBe('{"a":"red"}');
    expect([matcher.isComplete, matcher.isEnded, matcher.length]).toEqual([true, false, 7]);
    expect(allowedTokens(matcher)).toEqual([eos]);
    expect(matcher.accept(eos)).toBe(true);
    expect([matcher.isComplete, matcher.isEnded, matcher.length]).toEqual([true, true, 8]);
    expect(decoder.decode(matcher.bytes)).toBe('{"a":"red"}');
  });

  it("that returns false changes nothing", () => {
    const matcher = matcherOf(schema);
    // Each with a continuation that is wrong at its end only.
    const wrong: [string, string][] = [
      ["", '{"a":"red"}}'],
      ['{"a', '":"green"x'],
      ['{"a":"', 'red","b":{"c":1,"c"'],
      ['{"a":"r', "ex"],
      ['{"a":"red","', 'b":[1,2}'],
      ['{"a":"red","b":12', ',"zz":"\u0000'],
    ];
    for (const [text, more] of wrong) {
      matcher.reset();
      expect(write(matcher, text)).toBe(true);
      expect(matcher.clone().acceptBytes(encoder.encode(more.slice(0, -1)))).toBe(true);
      const before = observe(matcher);
      const allowed = new Set(allowedTokens(matcher));
      for (let token = 0; token < vocabulary.size; token++) {
        if (!allowed.has(token)) expect(matcher.accept(token)).toBe(false);
      }
      expect(write(matcher, more), text + more).toBe(false);
      for (const token of [-1, vocabulary.size, 1e9, 0.5, Number.NaN])
        expect(matcher.accept(token)).toBe(false);
      expect(observe(matcher)).toEqual(before);
    }
  });

  it("takes nothing behind the end", () => {
    const matcher = matcherOf(true);
    write(matcher, "1");
    matcher.accept(eos);
    expect(matcher.accept(eos)).toBe(false);
    expect(matcher.accept(id("1"))).toBe(false);
    expect(write(matcher, "1")).toBe(false);
    expect(matcher.allowedBytes()).toEqual([]);
    expect(matcher.forcedTokens()).toEqual([]);
    expect([...matcher.forcedBytes()]).toEqual([]);
    expect(allowedTokens(matcher)).toEqual([eos]);
  });

  it("takes text in any pieces, within characters and escapes too", () => {
    const text = '{"é\\u00e9":"\u{1F600}\\ud83d\\ude00","":[1.5e+3,true]}';
    const bytes = encoder.encode(text);
    const whole = matcherOf(true, { whitespace: "compact" });
    expect(whole.acceptBytes(bytes)).toBe(true);
    for (let cut = 1; cut < bytes.length; cut++) {
      const matcher = matcherOf(true, { whitespace: "compact" });
      expect(matcher.acceptBytes(bytes.subarray(0, cut))).toBe(true);
      expect(matcher.isComplete).toBe(false);
      expect(matcher.acceptBytes(bytes.subarray(cut))).toBe(true);
      expect(matcher.isComplete).toBe(true);
      expect(matcher.bytes).toEqual(bytes);
    }
  });

  it("never takes special tokens, padding, or a special token's bytes as that token", () => {
    const tokens = ["<s>", "1", "<pad>", "</s>", null, "</end>"].map((text) =>
      text === null ? null : encoder.encode(text),
    );
    const special = Vocabulary.fromBytes(tokens, { eosTokenIds: [3, 5], specialTokenIds: [0, 2], size: 40 });
    for (const grammar of [compileJson(), compileJsonSchema({ enum: [1, "<s></s>", 11] })]) {
      const matcher = new Matcher(grammar, special);
      expect(allowedTokens(matcher)).toEqual([1]);
      for (const token of [0, 2, 3, 4, 5, 6, 39, 40]) expect(matcher.accept(token)).toBe(false);
      expect(matcher.accept(1)).toBe(true);
      // Several ends of a sequence: any of them.
      expect(allowedTokens(matcher)).toEqual([1, 3, 5]);
      expect(matcher.accept(5)).toBe(true);
      expect(matcher.isEnded).toBe(true);
    }
  });
});

describe("rollback, clone, reset", () => {
  it("rollback returns to exactly what was before, for every number of steps", () => {
    fc.assert(
      fc.property(schemas, fc.integer(), fc.constantFrom("schema", "any"), (schema, seed, order) => {
        const grammar = compileOrSkip(schema, { order: order as "schema" | "any" });
        if (grammar === undefined) return;
        const random = randomNumbers(seed);
        const matcher = new Matcher(grammar, vocabulary);
        const history = [observe(matcher)];
        for (let step = 0; step < 12; step++) {
          const allowed = allowedTokens(matcher);
          const token = matcher.isEnded ? -1 : allowed[Math.floor(random() * allowed.length)];
          if (token === -1) break;
          expect(matcher.accept(token as number)).toBe(true);
          history.push(observe(matcher));
        }
        while (matcher.length > 0) {
          // Some steps back, perhaps one of another path on and back again.
          const count = 1 + Math.floor(random() * Math.min(3, matcher.length));
          matcher.rollback(count);
          history.length -= count;
          expect(observe(matcher)).toEqual(history.at(-1));
          const allowed = allowedTokens(matcher);
          expect(matcher.accept(allowed[Math.floor(random() * allowed.length)] as number)).toBe(true);
          matcher.rollback(1);
          expect(observe(matcher)).toEqual(history.at(-1));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("rollback inside keys forgets them", () => {
    const matcher = matcherOf(
      { type: "object", properties: { ab: { const: 1 }, abc: { const: 2 } } },
      { order: "any" },
    );
    for (const text of ['{"', "a", "b", "c", '":', "2", ',"', "a", "b"])
      expect(write(matcher, text), text).toBe(true);
    matcher.rollback(6);
    expect(decoder.decode(matcher.bytes)).toBe('{"ab');
    expect(write(matcher, '":2')).toBe(false);
    expect(write(matcher, '":1,"ab')).toBe(true);
    expect(write(matcher, '":')).toBe(false);
    expect(write(matcher, 'c":2,"ab')).toBe(true);
    expect(write(matcher, '":')).toBe(false);
    matcher.rollback(3);
    // Nothing is used up now.
    expect(decoder.decode(matcher.bytes)).toBe('{"a');
    expect(write(matcher, 'bc":2')).toBe(true);
    expect(write(matcher, ',"abc"')).toBe(false);
    expect(write(matcher, ',"ab":1}')).toBe(true);
    expect(matcher.isComplete).toBe(true);
  });

  it("rollback goes back across the end of the sequence", () => {
    const matcher = matcherOf({ type: "integer" });
    for (const token of [id("1"), id("12"), eos]) expect(matcher.accept(token)).toBe(true);
    matcher.rollback(1);
    expect([matcher.isEnded, matcher.isComplete]).toEqual([false, true]);
    expect(matcher.accept(id("1"))).toBe(true);
    matcher.rollback(2);
    expect(decoder.decode(matcher.bytes)).toBe("1");
  });

  it("rollback of more steps than there are is a RangeError, and changes nothing", () => {
    const matcher = matcherOf(true);
    write(matcher, "[");
    write(matcher, "1");
    for (const count of [3, -1, 0.5, Number.NaN]) expect(() => matcher.rollback(count)).toThrow(RangeError);
    expect(matcher.length).toBe(2);
    matcher.rollback(0);
    expect(decoder.decode(matcher.bytes)).toBe("[1");
    matcher.reset();
    expect(observe(matcher)).toEqual(observe(matcherOf(true)));
  });

  it("a clone goes its own way, in the middle of a key too", () => {
    const matcher = matcherOf(
      { type: "object", properties: { ab: { const: 1 }, ac: { const: 2 } } },
      { order: "any" },
    );
    for (const text of ['{"', "a"]) write(matcher, text);
    const before = observe(matcher);
    const clone = matcher.clone();
    expect(observe(clone)).toEqual(before);
    expect(write(clone, 'b":1,"a')).toBe(true);
    expect(observe(matcher)).toEqual(before);
    expect(write(matcher, 'c":2,"a')).toBe(true);
    expect(write(clone, 'c":')).toBe(true);
    expect(write(matcher, 'c":')).toBe(false);
    expect(write(matcher, 'b":')).toBe(true);
    clone.rollback(2);
    expect(observe(clone)).toEqual(before);
    clone.reset();
    expect(write(matcher, "1}")).toBe(true);
    expect(matcher.accept(eos)).toBe(true);
    expect(matcher.clone().isEnded).toBe(true);
    expect(clone.isEnded).toBe(false);
  });

  it("hold for outputs of many steps and long keys", () => {
    const matcher = matcherOf(true, { whitespace: "compact" });
    const key = "k".repeat(3000);
    expect(write(matcher, '{"')).toBe(true);
    for (let i = 0; i < 3000; i++) expect(write(matcher, "k")).toBe(true);
    const clone = matcher.clone();
    expect(write(matcher, `":1,"${key}`)).toBe(true);
    expect(write(matcher, '"')).toBe(false);
    expect(write(matcher, 'k":1}')).toBe(true);
    matcher.rollback(2502);
    expect(matcher.bytes.length).toBe(502);
    expect(write(matcher, '":1}')).toBe(true);
    expect(write(clone, '":1}')).toBe(true);
    expect(Object.keys(JSON.parse(decoder.decode(clone.bytes)) as object)).toEqual([key]);
  });
});

function compileOrSkip(schema: unknown, options: JsonSchemaOptions): Grammar | undefined {
  try {
    return compileJsonSchema(schema, options);
  } catch (error) {
    if (error instanceof SchemaError) return undefined;
    throw error;
  }
}

describe("looking ahead", () => {
  it("validateTokens counts what accept takes one by one, and does not move", () => {
    const matcher = matcherOf({ enum: ["red", "green"] });
    const draft = ['"', "red", '"'].map(id);
    const before = observe(matcher);
    expect(matcher.validateTokens(draft)).toBe(3);
    expect(matcher.validateTokens([...draft, eos])).toBe(4);
    expect(matcher.validateTokens([...draft, eos, eos])).toBe(4);
    expect(matcher.validateTokens([id('"'), id("gre"), id("red")])).toBe(2);
    expect(matcher.validateTokens([eos])).toBe(0);
    expect(matcher.validateTokens([])).toBe(0);
    expect(observe(matcher)).toEqual(before);
    matcher.accept(id('"'));
    expect(matcher.validateTokens(draft)).toBe(0);
    expect(matcher.validateTokens(draft.slice(1))).toBe(2);
  });

  it("allowedBytes are the bytes that acceptBytes takes", () => {
    const matcher = matcherOf({ type: "object", properties: { a: { enum: ["é", "è", "x"] } } });
    for (const text of ["", "{", '{"', '{"a', '{"a":"', '{"a":"x"']) {
      matcher.reset();
      write(matcher, text);
      const taken: number[] = [];
      for (let byte = 0; byte < 256; byte++) {
        if (!matcher.acceptBytes(Uint8Array.of(byte))) continue;
        taken.push(byte);
        matcher.rollback(1);
      }
      expect(matcher.allowedBytes(), text).toEqual(taken);
      expect(taken.length).toBeGreaterThan(0);
    }
    matcher.reset();
    write(matcher, '{"a":"');
    matcher.acceptBytes(Uint8Array.of(0xc3));
    expect(matcher.allowedBytes()).toEqual([0xa8, 0xa9]);
  });
});

describe("masks", () => {
  it("are shared: the same object at the same position, of every matcher", () => {
    const grammar = compileJsonSchema({ type: "object", properties: { a: { type: "string" } } });
    const matchers = [new Matcher(grammar, vocabulary), new Matcher(grammar, vocabulary)];
    for (const text of ["{", '"', "a", '": ', '"', "xyz", "w", '"', "}"]) {
      const masks = matchers.map((matcher) => {
        expect(write(matcher, text), text).toBe(true);
        return matcher.mask();
      });
      expect(masks[0]).toBe(masks[1]);
      expect(matchers[0]?.mask()).toBe(masks[0]);
      expect(matchers[0]?.clone().mask()).toBe(masks[0]);
    }
    // Another vocabulary has masks of its own.
    const other = new Matcher(grammar, byteVocabulary([]));
    expect(allowedTokens(other).every((token) => token < 256)).toBe(true);
  });

  it("say how many tokens they have, and which; ids out of range are none", () => {
    const matcher = matcherOf({ type: "array", items: { type: "string" } });
    for (const text of ["", "[", '["', '["a"', '["a"]']) {
      matcher.reset();
      write(matcher, text);
      const mask = matcher.mask();
      const ids = allowedTokens(matcher);
      expect(mask.count).toBe(ids.length);
      if (mask.ids !== undefined) expect([...mask.ids]).toEqual(ids);
      for (const token of [-1, vocabulary.size, vocabulary.size + 31, 1e9, -32])
        expect(mask.has(token)).toBe(false);
    }
  });
});

describe("with a real tokenizer", () => {
  const path = new URL("../../../models/smollm2-135m-instruct/tokenizer.json", import.meta.url);
  const real = Vocabulary.fromTokenizerJson(readFileSync(path, "utf8"), {
    eosTokenIds: [2, 0],
    size: 49_152 + 64,
  });
  /** What acceptance says of each token: the mask, by brute force. */
  function expectMask(matcher: Matcher, tokens: Iterable<number>): number {
    const mask = matcher.mask();
    let allowed = 0;
    for (const token of tokens) {
      const accepted = matcher.accept(token);
      if (accepted) {
        matcher.rollback(1);
        allowed++;
      }
      if (accepted !== mask.has(token)) {
        const where = `${real.tokenText(token)} behind ${decoder.decode(matcher.bytes)}`;
        throw new Error(`mask ${mask.has(token)}, accept ${accepted}: ${where}`);
      }
    }
    return allowed;
  }

  function* sample(random: () => number, count: number): Generator<number> {
    for (let i = 0; i < count; i++) yield Math.floor(random() * real.size);
  }

  const schema = {
    type: "object",
    properties: {
      name: { type: "string", minLength: 2, maxLength: 12 },
      kind: { enum: ["alpha", "beta", "été", 'a"b', 7, null] },
      tags: { type: "array", items: { type: "string", maxLength: 3 }, maxItems: 3 },
      size: { type: "number", minimum: 0, maximum: 150 },
      nested: { anyOf: [{ type: "object", required: ["x"] }, { type: "boolean" }] },
    },
    required: ["name", "kind"],
  };
  const texts = [
    '{"name": "Alice", "kind": "été", "tags": ["a", "bc"], "size": 12.5, "nested": {"x": [1, {"y": "zz"}]}, "other": "\u{1F600}"}',
    '{"name":"\\u0041\\n\\"b","kind":7,"size":1e1,"nested":true,"t":{"":""}}',
  ];

  it("masks are what accept says: all tokens at the borders, a sample within", () => {
    const random = randomNumbers(7);
    for (const options of [{}, { order: "any", whitespace: "flexible" }] as JsonSchemaOptions[]) {
      const matcher = new Matcher(compileJsonSchema(schema, options), real);
      let allowed = 0;
      for (const text of texts) {
        matcher.reset();
        for (const byte of encoder.encode(text)) {
          const mask = matcher.mask();
          allowed += expectMask(matcher, sample(random, 150));
          // Samples miss the few that small masks have.
          if (mask.ids !== undefined) allowed += expectMask(matcher, mask.ids);
          expect(matcher.acceptBytes(Uint8Array.of(byte)), decoder.decode(matcher.bytes)).toBe(true);
        }
        expect(matcher.isComplete).toBe(true);
      }
      expect(allowed).toBeGreaterThan(1000);
    }
  });

  it("masks are what accept says of every token in keys, strings and numbers", () => {
    const all = Array.from({ length: real.size }, (_, token) => token);
    const matcher = new Matcher(compileJsonSchema(schema), real);
    for (const text of [
      '{"',
      '{"name": "',
      '{"name": "ABCDEFGHIJ',
      '{"name":"ab","kind":',
      '{"name":"ab","kind":"a',
      '{"name":"ab","kind":7,"size":1',
      '{"name":"ab","kind":7,"z": "',
    ]) {
      matcher.reset();
      expect(write(matcher, text), text).toBe(true);
      expect(expectMask(matcher, all)).toBe(matcher.mask().count);
    }
  });

  it("a special token is never allowed, its text is", () => {
    const start = Array.from({ length: real.size }, (_, token) => token).filter((token) =>
      real.isSpecial(token),
    );
    expect(start.length).toBeGreaterThan(2);
    const matcher = new Matcher(compileJson(), real);
    for (const text of ["", '"', "{", "1"]) {
      matcher.reset();
      write(matcher, text);
      for (const token of start) {
        expect(matcher.mask().has(token)).toBe(text === "1" && real.isEos(token));
      }
      for (let token = 49_152; token < real.size; token++) expect(matcher.mask().has(token)).toBe(false);
    }
    matcher.reset();
    expect(write(matcher, '"<|im_end|>"')).toBe(true);
  });
});
