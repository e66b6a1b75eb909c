import { describe, expect, it } from "vitest";
import { automatonOf } from "../../test/automaton-of.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { randomNumbers } from "../../test/walk.js";
import { ByteTrail } from "../automaton/byte-trail.js";
import type { Config } from "../automaton/configs.js";
import { compileJson, compileJsonSchema, type Grammar, Matcher } from "../index.js";
import { MaskStore } from "./mask-store.js";
import { Masks } from "./masks.js";
import type { TokenMask } from "./token-mask.js";

const vocabulary = byteVocabulary();
const encoder = new TextEncoder();

interface Position {
  readonly config: Config;
  readonly trail: ByteTrail;
  readonly length: number;
}

function read({ automaton }: Grammar, text: string): Position {
  const bytes = encoder.encode(text);
  const trail = new ByteTrail();
  const config = automaton.read(automaton.start, bytes, trail, 0);
  if (config === 0) throw new Error(text);
  return { config, trail, length: bytes.length };
}

/** The mask, by trying every token. */
function bruteForce(grammar: Grammar, text: string): number[] {
  const matcher = new Matcher(grammar, vocabulary);
  matcher.acceptBytes(encoder.encode(text));
  const ids: number[] = [];
  for (let id = 0; id < vocabulary.size; id++) {
    if (!matcher.accept(id)) continue;
    ids.push(id);
    matcher.rollback(1);
  }
  return ids;
}

function idsOf(mask: TokenMask): number[] {
  return Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => mask.has(id));
}

const grammars: [string, Grammar, readonly string[]][] = [
  [
    "any JSON",
    compileJson({ whitespace: "flexible" }),
    [
      "",
      "[",
      '["',
      '["a',
      '{"',
      '{"a',
      '{"b',
      '{"a":1,"',
      '{"b":1,"',
      '{"a":"',
      "1",
      "-",
      "1.5",
      "tr",
      '"\\',
      '"\\u00',
      '"\\ud83d',
      "[ ",
    ],
  ],
  [
    "strings with limits, enums and keys",
    compileJsonSchema(
      {
        type: "object",
        properties: {
          a: { type: "string", maxLength: 3 },
          b: { enum: ["red", "green", "gre", "é"] },
          c: { type: "string", minLength: 300, maxLength: 1000 },
          key: { type: "array", items: { type: "string", minLength: 1 }, maxItems: 2 },
        },
        required: ["a"],
        additionalProperties: { type: "integer", maximum: 12 },
      },
      { order: "any" },
    ),
    [
      "{",
      '{"',
      '{"a',
      '{"a":"',
      '{"a":"a',
      '{"a":"abc',
      '{"a":"","',
      '{"a":"","b":"',
      '{"a":"","b":"gre',
      '{"a":"","c":"',
      `{"a":"","c":"${"x".repeat(295)}`,
      `{"a":"","c":"${"x".repeat(299)}`,
      `{"a":"","c":"${"x".repeat(995)}`,
      '{"a":"","key":["',
      '{"a":"","key":["x","',
      '{"a":"","zz":1',
      '{"a":"","z',
    ],
  ],
];

describe.each(grammars)("masks of %s", (_, grammar, texts) => {
  it.each([0, 1, 2000, 64 * 1024 * 1024])("within %i bytes are what trying every token says", (maxBytes) => {
    const masks = new Masks(automatonOf(grammar), vocabulary, new MaskStore(vocabulary, maxBytes));
    const random = randomNumbers(maxBytes);
    const expected = new Map(texts.map((text) => [text, bruteForce(grammar, text)]));
    // In random order, again and again: what was evicted is computed again.
    for (let i = 0; i < 120; i++) {
      const text = texts[Math.floor(random() * texts.length)] as string;
      const { config, trail, length } = read(grammar, text);
      const mask = masks.get(config, trail, length);
      expect(idsOf(mask), text).toEqual(expected.get(text));
      expect(mask.count).toBe(expected.get(text)?.length);
    }
  });

  it("leave the output and the open key as they are", () => {
    const masks = new Masks(automatonOf(grammar), vocabulary, new MaskStore(vocabulary, 0));
    for (const text of texts) {
      const { config, trail, length } = read(grammar, text);
      const { keyStart } = trail;
      masks.get(config, trail, length);
      expect(new TextDecoder().decode(trail.bytes.subarray(0, length))).toBe(text);
      expect(trail.keyStart).toBe(keyStart);
    }
  });
});
