import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BenchTokenizer } from "./tokenizer.js";

const file = fileURLToPath(
  new URL("../../../../models/smollm2-135m-instruct/tokenizer.json", import.meta.url),
);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "grammask-tokenizer-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a text's tokens have its bytes, also where it has names of special tokens", () => {
  const tokenizer = new BenchTokenizer(file, undefined);
  expect(tokenizer.eos).toBe(2);
  for (const text of [
    "",
    '{"a": 1.5}',
    "é 😀\u0000\n",
    "<|im_end|>",
    "a<|im_start|><|im_end|>b",
    "<|im_end",
  ]) {
    const ids = tokenizer.encode(text);
    const bytes = ids.map((id) => Buffer.from(tokenizer.vocabulary.tokenBytes(id) ?? []));
    expect(Buffer.concat(bytes).toString()).toBe(text);
  }
  expect(tokenizer.encode("hello world")).toHaveLength(2);
});

test("a tokenizer that writes texts in another way: the longest tokens", () => {
  const json = JSON.parse(readFileSync(file, "utf8"));
  json.normalizer = { type: "Lowercase" };
  const lower = join(folder, "tokenizer.json");
  writeFileSync(lower, JSON.stringify(json));
  const tokenizer = new BenchTokenizer(lower, 0);
  expect(tokenizer.eos).toBe(0);
  const text = tokenizer.encode("Hello World").map((id) => tokenizer.vocabulary.tokenText(id));
  expect(text).toEqual(["Hello", " World"]);
});

test("no end that is known by its name, no tokenizer", () => {
  const other = join(folder, "other.json");
  writeFileSync(
    other,
    JSON.stringify({ model: { type: "BPE", vocab: { a: 0 }, merges: [] }, added_tokens: [] }),
  );
  expect(() => new BenchTokenizer(other, undefined)).toThrow("--eos");
  expect(() => new BenchTokenizer(join(folder, "none.json"), undefined)).toThrow("Cannot read the tokenizer");
  writeFileSync(other, "{}");
  expect(() => new BenchTokenizer(other, 1)).toThrow("Cannot use the tokenizer");
});
