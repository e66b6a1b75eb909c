import { describe, expect, it } from "vitest";
import { PromptTooLongError } from "./errors.js";
import { encodePrompt } from "./prompt-ids.js";

/** A tokenizer whose tokens have so many characters, and that counts what it reads. */
function tokenizer(characters: number) {
  const seen = { read: 0 };
  const encode = (text: string) => {
    seen.read += text.length;
    return Array.from({ length: Math.ceil(text.length / characters) }, (_, i) => i);
  };
  return { encode, seen };
}

describe("the tokens of a prompt", () => {
  it("are those of the tokenizer where it may fit", () => {
    for (const characters of [1, 4, 30]) {
      for (const length of [1, 99, 100, 400, 401, 3000, 30_000]) {
        const text = "x".repeat(length);
        const { encode } = tokenizer(characters);
        const tokens = encode(text);
        if (tokens.length <= 112) {
          expect(encodePrompt(encode, text, 100)).toEqual(tokens);
        }
      }
    }
  });

  it("are read to where they are clearly too many, and no further", () => {
    const { encode, seen } = tokenizer(3);
    expect(() => encodePrompt(encode, "x".repeat(1_000_000), 100)).toThrow(PromptTooLongError);
    expect(seen.read).toBeLessThan(1000);
    expect(() => encodePrompt(encode, "x".repeat(1_000_000), 100)).toThrow(/has at least 167 tokens/);
  });

  it("cost a little more than twice as much where tokens are long", () => {
    const { encode, seen } = tokenizer(300);
    expect(encodePrompt(encode, "x".repeat(29_000), 100)).toHaveLength(97);
    expect(seen.read).toBeLessThan(2.5 * 29_000);
  });
});
