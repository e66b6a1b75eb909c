import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../test/walk.js";
import { compileJsonSchema, Matcher, Vocabulary } from "../index.js";

/** The tokenizer.json of a real model; that of the bundled model by default. */
const file =
  process.env.GRAMMASK_TOKENIZER ??
  fileURLToPath(new URL("../../../../models/smollm2-135m-instruct/tokenizer.json", import.meta.url));

const schemas: [string, unknown][] = [
  ["anything", true],
  [
    "an object",
    { properties: { name: { type: "string", maxLength: 40 }, age: { type: "integer" } }, required: ["name"] },
  ],
  [
    "a closed object",
    {
      properties: { name: { enum: ["red", "green"] }, id: { pattern: "^[a-z]+-\\d+$" } },
      additionalProperties: false,
    },
  ],
  ["an array of different texts", { type: "array", items: { type: "string" }, uniqueItems: true }],
];

describe("masks of a real vocabulary", () => {
  const vocabulary = Vocabulary.fromTokenizerJson(readFileSync(file, "utf8"), { eosTokenIds: [0] });

  it.each(schemas)("are what trying tokens says: %s", (_, schema) => {
    const grammar = compileJsonSchema(schema, { order: "any" });
    const random = randomNumbers(11);
    for (let walk = 0; walk < 3; walk++) {
      const matcher = new Matcher(grammar, vocabulary);
      for (let step = 0; step < 16 && !matcher.isEnded; step++) {
        const mask = matcher.mask();
        const allowed: number[] = [];
        for (let id = 0; id < vocabulary.size; id++) if (mask.has(id)) allowed.push(id);
        expect(allowed.length).toBe(mask.count);
        const drawn = Array.from({ length: 300 }, () => Math.floor(random() * vocabulary.size));
        // Tokens with quotes and brackets are where masks are hard; others are drawn.
        for (let id = step % 16; id < vocabulary.size; id += 16) {
          if (/["[\]{}:,]/.test(vocabulary.tokenText(id))) drawn.push(id);
        }
        for (const id of drawn) {
          const accepted = matcher.accept(id);
          if (accepted) matcher.rollback(1);
          expect(mask.has(id), `${id} after ${Buffer.from(matcher.bytes).toString()}`).toBe(accepted);
        }
        matcher.accept(allowed[Math.floor(random() * allowed.length)] as number);
      }
    }
  });
});
