import { compileJsonSchema, Matcher, Vocabulary } from "@grammask/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomNumbers } from "../../core/test/walk.js";
import { MaskPool, MaskPoolError } from "../dist/index.js";

/** The bytes, and the end. */
const vocabulary = Vocabulary.fromBytes(
  Array.from({ length: 257 }, (_, byte) => (byte < 256 ? Uint8Array.of(byte) : null)),
  { eosTokenIds: [256] },
);
const SCHEMAS = [
  { type: "object", properties: { a: { type: "integer" } }, required: ["a"] },
  { enum: ["one", "two", { three: 3 }] },
  { type: "array", items: { type: "boolean" }, maxItems: 3 },
];

describe("MaskPool", () => {
  let pool: MaskPool;
  beforeAll(() => {
    pool = new MaskPool({ vocabulary, sequences: 7, threads: 2, tokensPerStep: 4 });
  });
  afterAll(() => pool.dispose());

  const words = (matcher: Matcher) => {
    const mask = new Uint32Array(pool.maskWords);
    if (!matcher.isEnded) matcher.fillBitmask(mask);
    return mask;
  };

  it("has the masks of matchers, through steps of several tokens and back again", async () => {
    const random = randomNumbers(5);
    const pick = (matcher: Matcher) => {
      const mask = matcher.mask();
      const ids = Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => mask.has(id));
      return ids[Math.floor(random() * ids.length)] as number;
    };
    const matchers = Array.from({ length: 7 }, (_, i) => {
      const grammar = compileJsonSchema(SCHEMAS[i % 3]);
      return new Matcher(grammar, vocabulary);
    });
    await Promise.all(matchers.map((_, i) => pool.open(i, SCHEMAS[i % 3] as object)));
    for (let round = 0; round < 40; round++) {
      for (const [i, matcher] of matchers.entries()) {
        expect(pool.mask(i)).toEqual(words(matcher));
        if (matcher.isEnded || random() < 0.2) continue;
        const back = random() < 0.3 ? Math.min(2, matcher.length) : 0;
        matcher.rollback(back);
        const tokens: number[] = [];
        for (let left = 1 + Math.floor(random() * 3); left > 0 && !matcher.isEnded; left--) {
          const token = pick(matcher);
          matcher.accept(token);
          tokens.push(token);
        }
        pool.push(i, tokens, back);
      }
      await pool.step();
      for (const [i, matcher] of matchers.entries()) {
        expect(pool.state(i).isComplete).toBe(matcher.isEnded || matcher.isComplete);
      }
    }
  });

  it("says how many tokens were accepted", async () => {
    await pool.open(3, { const: "abc" });
    const bytes = [...new TextEncoder().encode('"ax')];
    pool.push(3, bytes);
    await pool.step();
    expect(pool.state(3)).toEqual({ accepted: 2, isComplete: false });
    pool.push(3, [...new TextEncoder().encode('bc"')]);
    await pool.step();
    expect(pool.state(3)).toEqual({ accepted: 3, isComplete: true });
  });

  it("hands on why a schema cannot be compiled, and goes on", async () => {
    const refused = pool.open(0, { type: "string", maxLength: -1 });
    await expect(refused).rejects.toThrow(MaskPoolError);
    await expect(refused).rejects.toMatchObject({ code: "invalid-schema" });
    await pool.open(0, { type: "string" });
    await pool.close(0);
    pool.push(0, [1]);
    await pool.step();
  });

  it("refuses what is out of range, and calls after its end", async () => {
    expect(() => pool.push(7, [])).toThrow(RangeError);
    expect(() => pool.push(0, [1, 2, 3, 4, 5])).toThrow(RangeError);
    expect(() => new MaskPool({ vocabulary, sequences: 0 })).toThrow(RangeError);
    expect(() => new MaskPool({ vocabulary, sequences: 1, threads: 0 })).toThrow(RangeError);
    const short = new MaskPool({ vocabulary, sequences: 1 });
    const cut = short.open(0, {});
    await short.dispose();
    await expect(cut).rejects.toThrow("disposed");
    await expect(short.step()).rejects.toThrow("disposed");
  });
});
