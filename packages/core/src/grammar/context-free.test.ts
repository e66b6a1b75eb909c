import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { randomLexedTree, randomTree } from "../../test/random-trees.js";
import { recognises } from "../../test/tree-recogniser.js";
import { GrammarError, Matcher } from "../index.js";
import { compileTree } from "./context-free.js";
import type { GrammarNode, GrammarTree } from "./tree.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** All texts of a and b up to a length. */
function textsUpTo(length: number): string[] {
  const texts = [""];
  for (const text of texts) if (text.length < length) texts.push(`${text}a`, `${text}b`);
  return texts;
}

const TEXTS = textsUpTo(6);
const TOKENS = ["aa", "ab", "ba", "aba", "bbb", "abab", "aaaa", "a b", "b ", " a", " ab", "ba b", "ab a"];

describe("context-free grammars", () => {
  it("have the texts that a plain recogniser finds, and no dead ends", () => {
    const vocabulary = byteVocabulary(["aa", "ab", "ba", "aba", "bbb"]);
    const counts = { none: 0, accepted: 0, refused: 0, checked: 0 };
    fc.assert(
      fc.property(randomTree, (grammar) => {
        const members = new Set(TEXTS.filter((text) => recognises(grammar, text)));
        let compiled: ReturnType<typeof compileTree>;
        try {
          compiled = compileTree("test", grammar);
        } catch (error) {
          if (!(error instanceof GrammarError)) throw error;
          expect(members.size).toBe(0);
          counts.none++;
          return;
        }
        for (const text of TEXTS) {
          const matcher = new Matcher(compiled, vocabulary);
          const isRead = matcher.acceptBytes(encoder.encode(text));
          expect(isRead && matcher.isComplete, text).toBe(members.has(text));
          if (members.has(text)) counts.accepted++;
          else counts.refused++;
          if (!isRead) {
            expect(TEXTS.some((member) => members.has(member) && member.startsWith(text))).toBe(false);
            continue;
          }
          // What was read is the beginning of a text.
          const rest = decoder.decode(matcher.shortestCompletion().bytes);
          if (text.length + rest.length < 20) {
            expect(recognises(grammar, text + rest), `${text}|${rest}`).toBe(true);
            counts.checked++;
          }
          for (let more = 0; more < rest.length && text.length + more <= 6; more++) {
            const shorter = TEXTS.filter((other) => other.length === text.length + more);
            expect(shorter.some((other) => other.startsWith(text) && members.has(other))).toBe(false);
          }
        }
      }),
      { numRuns: 300, seed: 11 },
    );
    expect(counts.none).toBeGreaterThan(10);
    expect(counts.accepted).toBeGreaterThan(1000);
    expect(counts.refused).toBeGreaterThan(1000);
    expect(counts.checked).toBeGreaterThan(1000);
  }, 60_000);

  it.each([
    ["texts", randomTree, 40],
    ["terminals that end at the longest or shortest", randomLexedTree, 150],
  ] as const)(
    "have the masks that trying every token says: %s",
    (_, tree, numRuns) => {
      const vocabulary = byteVocabulary(TOKENS);
      fc.assert(
        fc.property(tree, fc.infiniteStream(fc.nat()), (grammar, choices) => {
          let matcher: Matcher;
          try {
            matcher = new Matcher(compileTree("test", grammar), vocabulary);
          } catch (error) {
            if (error instanceof GrammarError) return;
            throw error;
          }
          for (let step = 0; step < 8 && !matcher.isEnded; step++) {
            const mask = matcher.mask();
            const allowed: number[] = [];
            for (let id = 0; id < vocabulary.size; id++) {
              const isAllowed = matcher.clone().accept(id);
              expect(mask.has(id)).toBe(isAllowed);
              if (isAllowed) allowed.push(id);
            }
            expect(mask.count).toBe(allowed.length);
            expect(allowed.length).toBeGreaterThan(0);
            matcher.accept(allowed[choices.next().value % allowed.length] as number);
          }
        }),
        { numRuns, seed: 12 },
      );
    },
    60_000,
  );

  it("keep no stack for what repeats, on either side", () => {
    const vocabulary = byteVocabulary([]);
    const right: GrammarTree = {
      start: "root",
      rules: new Map<string, GrammarNode>([
        [
          "root",
          {
            kind: "choice",
            items: [
              {
                kind: "sequence",
                items: [
                  { kind: "rule", name: "x" },
                  { kind: "rule", name: "root" },
                ],
              },
              { kind: "text", text: "." },
            ],
          },
        ],
        [
          "x",
          {
            kind: "choice",
            items: [
              {
                kind: "sequence",
                items: [
                  { kind: "text", text: "(" },
                  { kind: "rule", name: "x" },
                  { kind: "text", text: ")" },
                ],
              },
              { kind: "text", text: "a" },
            ],
          },
        ],
      ]),
    };
    const grammar = compileTree("test", right);
    const matcher = new Matcher(grammar, vocabulary);
    expect(matcher.acceptBytes(encoder.encode("((a))(a)".repeat(5_000)))).toBe(true);
    expect(matcher.acceptBytes(encoder.encode("."))).toBe(true);
    expect(matcher.isComplete).toBe(true);
    expect(accepts(grammar, `${"(".repeat(20_000)}a${")".repeat(20_000)}.`)).toBe(true);
    const { sets } = grammar.automaton as unknown as { sets: { size: number } };
    expect(sets.size).toBeLessThan(50_000);
  });
});
