import { describe, expect, it } from "vitest";
import { automatonOf } from "../../test/automaton-of.js";
import { type Automaton, FrameKind, frameId, frameKind, Step } from "../automaton/automaton.js";
import { ByteTrail } from "../automaton/byte-trail.js";
import type { Config } from "../automaton/configs.js";
import { compileChoice, compileJsonSchema, compileRegex, type Grammar, Vocabulary } from "../index.js";
import { MaskStore } from "./mask-store.js";
import { Masks } from "./masks.js";

/**
 * Few tokens, so that all configs within some of them can be visited: bytes, and tokens that cross frames. Not every byte
 * is one, so there are places where none of them goes on.
 */
const TOKENS = [
  ...'"{}[]:,ab1-.e\\ ',
  '":',
  '"a":',
  '{"',
  '},{"',
  '","',
  '"}',
  '"]',
  "1,",
  "1}",
  "11",
  "true",
  "[1,",
  '{"a":1',
  'a"',
  '\\"',
  "ab",
  "}}",
  "é",
];

const encoder = new TextEncoder();
const bytes = [
  ...TOKENS.map((token) => encoder.encode(token)),
  // Halves of a character.
  Uint8Array.of(0xc3),
  Uint8Array.of(0xa9),
];
const END = bytes.length;
const vocabulary = Vocabulary.fromBytes([...bytes, null], { eosTokenIds: [END] });

const grammars: [string, Grammar][] = [
  ["strings", compileJsonSchema({ type: "string", minLength: 1, maxLength: 3 })],
  ["a pattern", compileJsonSchema({ type: "string", pattern: "^a[b1]*(ab)?$" })],
  ["alternatives", compileJsonSchema({ enum: ["a", "ab", 1, 11, true, ["a"], { a: 1 }, "é", 'a"'] })],
  ["numbers", compileJsonSchema({ type: "number", minimum: -1, maximum: 12, multipleOf: 0.5 })],
  [
    "objects",
    compileJsonSchema({
      type: "object",
      properties: { a: { enum: [1, true, "a"] }, ab: { type: "string", maxLength: 1 } },
      required: ["a"],
      additionalProperties: false,
    }),
  ],
  [
    "names by patterns, in any order",
    compileJsonSchema(
      {
        type: "object",
        patternProperties: { "^a": { const: 1 }, b$: { const: "a" } },
        propertyNames: { maxLength: 2 },
        maxProperties: 2,
      },
      { order: "any" },
    ),
  ],
  [
    "nested arrays",
    compileJsonSchema({ $defs: { a: { type: "array", items: { $ref: "#/$defs/a" } } }, $ref: "#/$defs/a" }),
  ],
  [
    "items that differ",
    compileJsonSchema({
      type: "array",
      items: { enum: [1, 11, true, "a", { a: 1 }] },
      uniqueItems: true,
      maxItems: 3,
    }),
  ],
  [
    "alternatives of objects",
    compileJsonSchema(
      {
        oneOf: [
          { type: "object", properties: { a: { const: 1 } }, required: ["a"], additionalProperties: false },
          { type: "object", properties: { b: { const: 1 } }, required: ["b"], maxProperties: 1 },
        ],
      },
      { whitespace: "flexible" },
    ),
  ],
  ["a regular expression", compileRegex("(a[b1]*,?){1,3}|\\{é+\\}")],
  ["a choice", compileChoice(["a", "ab", '{"a":1}', "é", "11"])],
];

interface Place {
  readonly config: Config;
  readonly text: Uint8Array;
}

function trailOf(text: Uint8Array): ByteTrail {
  const trail = new ByteTrail();
  trail.reserve(text.length + vocabulary.maxTokenBytes + 1);
  trail.bytes.set(text);
  return trail;
}

/** The config behind a token, or 0; byte by byte. */
function after(automaton: Automaton, { config, text }: Place, token: Uint8Array, keyStart: number): Config {
  const trail = trailOf(text);
  trail.keyStart = keyStart;
  let at = config;
  for (let i = 0; i < token.length; i++) {
    trail.bytes[text.length + i] = token[i]!;
    const { configs } = automaton;
    const step = automaton.advance(configs.state(at), configs.parent(at), token[i]!, trail, text.length + i);
    if (step !== Step.Read) return 0;
    at = configs.intern(automaton.nextState, automaton.nextParent);
  }
  return at;
}

/** Where the content of the last key begins: read again from the start. */
function keyStartOf(automaton: Automaton, text: Uint8Array): number {
  const trail = trailOf(text);
  const { configs } = automaton;
  let at = automaton.start;
  text.forEach((byte, i) => {
    automaton.advance(configs.state(at), configs.parent(at), byte, trail, i);
    at = configs.intern(automaton.nextState, automaton.nextParent);
  });
  return trail.keyStart;
}

/** What a place's continuations depend on: its config, and the text where that has a say. */
function identity(automaton: Automaton, { config, text }: Place, keyStart: number): string {
  const { configs, frames } = automaton;
  let from = text.length;
  for (let at = config; at !== 0; at = configs.parent(at)) {
    const state = configs.state(at);
    if (frameKind(state) !== FrameKind.Structure) continue;
    if (frames.waitsForKey(frameId(state))) from = Math.min(from, keyStart);
    if (frames.waitsForItem(frameId(state))) from = 0;
  }
  return `${config}:${Buffer.from(text.subarray(from)).toString("latin1")}`;
}

const DEPTH = 8;
/** So many places are visited; those within fewer tokens come first. */
const PLACES = 2500;

describe("masks in every config within some tokens", () => {
  it.each(grammars)("are what trying every token says: %s", (_, grammar) => {
    const automaton = automatonOf(grammar);
    const masks = new Masks(automaton, vocabulary, new MaskStore(vocabulary, 1 << 20));
    const seen = new Set<string>();
    let places: Place[] = [{ config: automaton.start, text: new Uint8Array(0) }];
    for (let depth = 0; depth <= DEPTH && places.length > 0; depth++) {
      const next: Place[] = [];
      for (const place of places) {
        const { config, text } = place;
        const keyStart = keyStartOf(automaton, text);
        const key = identity(automaton, place, keyStart);
        if (seen.has(key) || seen.size >= PLACES) continue;
        seen.add(key);
        const trail = trailOf(text);
        trail.keyStart = keyStart;
        const mask = masks.get(config, trail, text.length);
        const shown = JSON.stringify(new TextDecoder().decode(text));
        bytes.forEach((token, id) => {
          const then = after(automaton, place, token, keyStart);
          if (mask.has(id) !== (then !== 0)) {
            expect.fail(
              `${shown}: ${JSON.stringify(TOKENS[id] ?? id)} is ${then !== 0 ? "missing" : "wrong"}`,
            );
          }
          if (then !== 0) next.push({ config: then, text: Uint8Array.of(...text, ...token) });
        });
        expect(mask.has(END), shown).toBe(automaton.isComplete(config));
      }
      places = next;
    }
    expect(seen.size).toBeGreaterThan(5);
  });
});
