import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../test/byte-vocabulary.js";
import { compileJsonSchema, type JsonSchemaOptions, Matcher, Vocabulary } from "./index.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const vocabulary = byteVocabulary();

function matcherOf(schema: unknown, options?: JsonSchemaOptions): Matcher {
  return new Matcher(compileJsonSchema(schema, options), vocabulary);
}

const write = (matcher: Matcher, text: string) => matcher.acceptBytes(encoder.encode(text));

describe("forced text and tokens", () => {
  const forced = {
    type: "object",
    properties: { answer: { enum: [true, "try"] }, why: { const: null } },
    required: ["answer", "why"],
    additionalProperties: false,
  };
  const strict: JsonSchemaOptions = { whitespace: "compact", escapes: "minimal" };

  it("forcedBytes are those without a choice, up to a possible end", () => {
    const matcher = matcherOf(forced, strict);
    const next = () => decoder.decode(matcher.forcedBytes());
    expect(next()).toBe('{"answer":');
    expect(matcher.length).toBe(0);
    expect(decoder.decode(matcher.forcedBytes(3))).toBe('{"a');
    write(matcher, '{"answer":t');
    expect(next()).toBe('rue,"why":null}');
    write(matcher, 'rue,"why":null}');
    expect(next()).toBe("");
    // An end that is possible is a choice too.
    const number = matcherOf({ enum: [1, 12] }, { ...strict, numbers: "plain" });
    expect(decoder.decode(number.forcedBytes())).toBe("1");
    const endless = matcherOf({ type: "array", items: { const: true }, minItems: 1_000_000 }, strict);
    expect(endless.forcedBytes().length).toBe(4096);
  });

  it("forcedTokens without an encoder are those whose masks have one token", () => {
    const bytesOnly = byteVocabulary([]);
    const grammar = compileJsonSchema(forced, strict);
    const matcher = new Matcher(grammar, bytesOnly);
    const tokens = matcher.forcedTokens();
    expect(decoder.decode(Uint8Array.from(tokens))).toBe('{"answer":');
    expect(matcher.length).toBe(0);
    for (const token of tokens) {
      expect(matcher.mask().count).toBe(1);
      expect(matcher.accept(token)).toBe(true);
    }
    expect(matcher.mask().count).toBe(2);
    matcher.accept("t".charCodeAt(0));
    const rest = matcher.forcedTokens();
    expect(decoder.decode(Uint8Array.from(rest.slice(0, -1)))).toBe('rue,"why":null}');
    expect(rest.at(-1)).toBe(bytesOnly.eosTokenIds[0]);
    // With tokens that begin alike there is a choice, although the text is forced.
    expect(new Matcher(grammar, vocabulary).forcedTokens()).toEqual([]);
  });

  it("forcedTokens has an end where the grammar has none", () => {
    const endless = compileJsonSchema({ type: "array", items: { const: true }, minItems: 1e9 }, strict);
    const tokens = new Matcher(endless, byteVocabulary([])).forcedTokens();
    expect(tokens.length).toBeGreaterThan(100);
    expect(tokens.length).toBeLessThan(100_000);
  });

  it("forcedTokens with an encoder are what it makes of the forced text, but for the last token", () => {
    const words = [
      '{"',
      "answer",
      '":',
      "t",
      "rue",
      "true",
      ',"',
      "why",
      "null",
      "}",
      '"',
      "try",
      "{",
      "a",
      "n",
    ];
    const encode = (text: string): number[] => {
      const tokens: number[] = [];
      for (let at = 0; at < text.length; ) {
        const fits = words.filter((word) => text.startsWith(word, at)).sort((a, b) => b.length - a.length);
        if (fits[0] === undefined) throw new Error(`cannot encode ${text.slice(at)}`);
        tokens.push(words.indexOf(fits[0]));
        at += fits[0].length;
      }
      return tokens;
    };
    const eosId = words.length;
    const withEncoder = Vocabulary.fromBytes([...words.map((word) => encoder.encode(word)), null], {
      eosTokenIds: [eosId],
      encode,
    });
    const matcher = new Matcher(compileJsonSchema(forced, strict), withEncoder);
    const read = (tokens: readonly number[]) => tokens.map((token) => words[token] ?? "END");
    // The last one might merge with what follows: the colon, or the quote alone.
    expect(read(matcher.forcedTokens())).toEqual(['{"', "answer"]);
    for (const token of matcher.forcedTokens()) expect(matcher.accept(token)).toBe(true);
    expect(matcher.accept(words.indexOf('":'))).toBe(true);
    expect(read(matcher.forcedTokens())).toEqual([]);
    expect(matcher.accept(words.indexOf("true"))).toBe(true);
    expect(read(matcher.forcedTokens())).toEqual([',"', "why", '":', "null", "}", "END"]);
    expect(read(matcher.forcedTokens())).toEqual([',"', "why", '":', "null", "}", "END"]);
  });

  it("forcedContinuation may exchange the last token, and leaves the matcher where it was", () => {
    const words = ["{", '"', "a", "b", ":", ",", "}", '":', '",', ',"', '","', '{"', "x"];
    const encode = (text: string): number[] => {
      const best = (at: number) =>
        words.reduce(
          (a, b, i) => (text.startsWith(b, at) && b.length > words[a]!.length ? i : a),
          words.indexOf(text[at]!),
        );
      const tokens: number[] = [];
      for (let at = 0; at < text.length; at += words[tokens.at(-1)!]!.length) tokens.push(best(at));
      return tokens;
    };
    const small = Vocabulary.fromBytes([...words.map((word) => encoder.encode(word)), null], {
      eosTokenIds: [words.length],
      encode,
    });
    const schema = {
      type: "object",
      properties: { a: { enum: ["x", "xx"] }, b: { enum: ["a", "b"] } },
      required: ["a", "b"],
      additionalProperties: false,
    };
    const matcher = new Matcher(compileJsonSchema(schema, strict), small);
    const read = ({ tokens, replacesLast }: { tokens: number[]; replacesLast: boolean }) => [
      tokens.map((token) => words[token]),
      replacesLast,
    ];
    for (const word of ['{"', "a", '":', '"', "x"]) expect(matcher.accept(words.indexOf(word))).toBe(true);
    expect(read(matcher.forcedContinuation())).toEqual([[], false]);
    matcher.accept(words.indexOf('"'));
    const [length, text, mask] = [matcher.length, decoder.decode(matcher.bytes), matcher.mask()];
    expect(read(matcher.forcedContinuation())).toEqual([['","', "b", '":', '"'], true]);
    expect(read(matcher.forcedContinuation(1))).toEqual([['","'], true]);
    expect([matcher.length, decoder.decode(matcher.bytes), matcher.mask()]).toEqual([length, text, mask]);
    // Without leave to exchange it, the rest is written apart.
    expect(matcher.forcedTokens().map((token) => words[token])).toEqual([',"', "b", '":', '"']);
    matcher.rollback(1);
    for (const token of encode('","b":')) expect(matcher.accept(token)).toBe(true);
    expect(decoder.decode(matcher.bytes)).toBe('{"a":"x","b":');
  });

  it("forcedTokens stops where the encoder writes what the grammar does not take", () => {
    const bytesOnly = byteVocabulary([]);
    const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    const wrong = Vocabulary.fromBytes([...tokens, null], {
      eosTokenIds: [256],
      encode: (text) => [...encoder.encode(text.replace("answer", "ANSWER"))],
    });
    const grammar = compileJsonSchema(forced, strict);
    expect(new Matcher(grammar, wrong).forcedTokens()).toEqual(
      new Matcher(grammar, bytesOnly).forcedTokens(),
    );
  });

  it("forcedTokens asks the tokenizer once for a text in its place", () => {
    const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    const asked: string[] = [];
    const counting = Vocabulary.fromBytes([...tokens, null], {
      eosTokenIds: [256],
      encode: (text) => {
        asked.push(text);
        return [...encoder.encode(text)];
      },
    });
    const first = new Matcher(compileJsonSchema(forced, strict), counting).forcedTokens();
    expect(new Set(asked).size).toBe(asked.length);
    const { length } = asked;
    expect(length).toBeGreaterThan(0);
    // Another grammar that forces the same text, and one with another choice behind it.
    expect(new Matcher(compileJsonSchema(forced, strict), counting).forcedTokens()).toEqual(first);
    expect(asked).toHaveLength(length);
    const other = compileJsonSchema(
      { ...forced, properties: { ...forced.properties, answer: { type: "integer" } } },
      strict,
    );
    new Matcher(other, counting).forcedTokens();
    expect(asked.length).toBeGreaterThan(length);
  });
});
