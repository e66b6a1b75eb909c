import { describe, expect, it } from "vitest";
import { type Language, LanguageArena } from "./arena.js";
import { DEAD } from "./byte-automaton.js";
import { JsonStringAutomaton } from "./json-string.js";
import type { LexemeAutomaton } from "./lexeme-automaton.js";
import { LanguageLimitError } from "./limits.js";
import { randomExpression, randomNumbers } from "./testing.js";
import { TextAutomaton } from "./text.js";

const utf8 = new TextEncoder();
/** Code points at the borders of UTF-8 lengths, surrogates, escapes, and letters. */
const BORDERS = [
  ...'ab"\\/\b\f\n\r\t\u0000\u001f \u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{103ff}\u{10400}\u{1f642}\u{10ffff}éß',
];

function read(automaton: LexemeAutomaton, state: number, bytes: Iterable<number>): number {
  for (const byte of bytes) state = automaton.step(state, byte);
  return state;
}

/** One of the spellings of a text in JSON, at random, without the quotes. */
function randomSpelling(text: string, random: () => number): string {
  return [...text].map((character) => randomEscape(character, random)).join("");
}

function randomEscape(character: string, random: () => number): string {
  const short = {
    '"': '\\"',
    "\\": "\\\\",
    "/": "\\/",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
  }[character];
  const mustEscape = character < " " || character === '"' || character === "\\";
  const choice = Math.floor(random() * 3);
  if (choice === 0 && short) return short;
  if (choice === 1 && !mustEscape) return character;
  return Array.from({ length: character.length }, (_, i) => {
    const digits = character.charCodeAt(i).toString(16).padStart(4, "0");
    return `\\u${[...digits].map((digit) => (random() < 0.5 ? digit : digit.toUpperCase())).join("")}`;
  }).join("");
}

/** Whether the rest of a JSON string after the opening quote is one, by JSON.parse; its content if so. */
function parsed(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(`"${text}`);
    return typeof value === "string" && !/\p{Surrogate}/u.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Expects every state that was seen to have a way to a final state. */
function expectLive(automaton: LexemeAutomaton, from: number): void {
  const predecessors = new Map<number, number[]>();
  const seen = [from];
  for (let i = 0; i < seen.length && seen.length < 3000; i++) {
    for (let byte = 0; byte < 256; byte++) {
      const next = automaton.step(seen[i]!, byte);
      if (next === DEAD) continue;
      const before = predecessors.get(next);
      if (before) before.push(seen[i]!);
      else {
        predecessors.set(next, [seen[i]!]);
        if (!seen.includes(next)) seen.push(next);
      }
    }
  }
  if (seen.length >= 3000) return;
  const live = seen.filter((state) => automaton.isFinal(state));
  for (const state of live)
    for (const before of predecessors.get(state) ?? []) if (!live.includes(before)) live.push(before);
  expect(new Set(live)).toEqual(new Set(seen));
}

describe("JsonStringAutomaton", () => {
  it("accepts every spelling of the members and nothing else", () => {
    const alphabet = "aé中";
    for (let seed = 1; seed <= 120; seed++) {
      const arena = new LanguageArena();
      const automaton = new JsonStringAutomaton(arena);
      const { language, has } = randomExpression(arena, seed, alphabet, 3);
      const random = randomNumbers(seed);
      const start = automaton.start(language);
      expect(start === DEAD).toBe(arena.isEmpty(language));
      for (let i = 0; i < 30; i++) {
        const text = Array.from(
          { length: Math.floor(random() * 5) },
          () => [...alphabet][Math.floor(random() * 3)],
        ).join("");
        const end = read(automaton, start, utf8.encode(`${randomSpelling(text, random)}"`));
        expect(automaton.isFinal(end), `seed ${seed}: ${text}`).toBe(has(text));
      }
      if (start !== DEAD) expectLive(automaton, start);
      for (let state = 1; state < Math.min(automaton.count, 300); state++) {
        expect(automaton.isFinal(read(automaton, state, automaton.completion(state)!))).toBe(true);
      }
    }
  });

  it("reads the code points at all borders, in all spellings", () => {
    const arena = new LanguageArena();
    const automaton = new JsonStringAutomaton(arena);
    const random = randomNumbers(7);
    const free = automaton.start(arena.any);
    for (const character of BORDERS) {
      const only = automaton.start(arena.text(`${character}x`));
      const except = automaton.start(arena.complement(arena.choice([character])));
      for (let i = 0; i < 12; i++) {
        const spelling = randomEscape(character, random);
        const bytes = utf8.encode(spelling);
        expect(automaton.isFinal(read(automaton, free, utf8.encode(`${spelling}"`)))).toBe(true);
        expect(automaton.isFinal(read(automaton, only, utf8.encode(`${spelling}x"`)))).toBe(true);
        expect(read(automaton, only, utf8.encode(`${spelling}"`))).toBe(DEAD);
        expect(read(automaton, except, utf8.encode(`${spelling}"`))).toBe(DEAD);
        expect(automaton.isFinal(read(automaton, except, utf8.encode(`${spelling}${spelling}"`)))).toBe(true);
        for (let end = 1; end < bytes.length; end++) {
          expect(read(automaton, only, bytes.subarray(0, end))).not.toBe(DEAD);
        }
      }
    }
    expectLive(automaton, free);
  });

  it("agrees with JSON.parse on random bytes", () => {
    const arena = new LanguageArena();
    const automaton = new JsonStringAutomaton(arena);
    const free = automaton.start(arena.any);
    const random = randomNumbers(11);
    const pieces = [
      "\\u",
      "\\",
      "d8",
      "D8",
      "dc",
      "DF",
      "00",
      "\\ud83d",
      "\\ude42",
      "a",
      "\\n",
      "\\x",
      "é",
      "\u0001",
    ].map((piece) => [...utf8.encode(piece)]);
    pieces.push(
      [0xc0],
      [0xc2],
      [0xe0],
      [0xed],
      [0xa0],
      [0x80],
      [0xbf],
      [0x9f],
      [0xf0],
      [0xf4],
      [0x90],
      [0x8f],
      [0xf5],
      [0xff],
    );
    let accepted = 0;
    for (let i = 0; i < 20_000; i++) {
      const count = Math.floor(random() * 7);
      const bytes = Uint8Array.from(
        Array.from({ length: count }, () => pieces[Math.floor(random() * pieces.length)]!)
          .flat()
          .concat(0x22),
      );
      const content = parsed(bytes);
      const final = automaton.isFinal(read(automaton, free, bytes));
      expect(final, [...bytes].join(" ")).toBe(content !== undefined);
      if (final) accepted++;
    }
    expect(accepted).toBeGreaterThan(500);
  });

  it("shares the states of partial code points", () => {
    const arena = new LanguageArena();
    const automaton = new JsonStringAutomaton(arena);
    expectLive(automaton, automaton.start(arena.any));
    // Dead, content, end; UTF-8: 1 + 3 + 3 (plain, E0, ED; plain, F0, F4); escape, hex and surrogate pairs.
    expect(automaton.count).toBeLessThan(30);
  });

  it("writes only minimal escapes on request", () => {
    const arena = new LanguageArena();
    const automaton = new JsonStringAutomaton(arena, { escapes: "minimal" });
    const start = automaton.start(arena.any);
    for (const text of ['a"\\/\n\u0001\u001f', "é🙂\u007f"]) {
      const spelled = JSON.stringify(text).slice(1);
      expect(automaton.isFinal(read(automaton, start, utf8.encode(spelled)))).toBe(true);
    }
    for (const other of ["\\/", "\\u0061", "\\u000a", "\\u0022", "\\ud83d"]) {
      expect(read(automaton, start, utf8.encode(other))).toBe(DEAD);
    }
    expectLive(automaton, start);
    expect(automaton.step(automaton.start(arena.text("ab")), 0x5c)).toBe(DEAD);
  });

  it("tells at the end which parts contain the text", () => {
    const arena = new LanguageArena();
    const automaton = new JsonStringAutomaton(arena);
    const parts = [arena.text("é"), arena.choice(["é", "x"]), arena.length(2, 3)];
    const start = automaton.start(arena.observe(arena.any, parts));
    const membership = (spelling: string) => {
      const end = read(automaton, start, utf8.encode(`${spelling}"`));
      expect(automaton.isFinal(end)).toBe(true);
      expect(automaton.hasNext(end)).toBe(false);
      return arena.parts(automaton.language(end)).map((part) => arena.nullable(part));
    };
    expect(membership("\\u00E9")).toEqual([true, true, false]);
    expect(membership("x")).toEqual([false, true, false]);
    expect(membership("ab")).toEqual([false, false, true]);
    expect(read(automaton, start, utf8.encode('y"'))).toBe(read(automaton, start, utf8.encode('yyyy"')));
  });
});

describe("TextAutomaton", () => {
  it("reads on where the states are too many for full rows", () => {
    const arena = new LanguageArena();
    const automaton = new TextAutomaton(arena);
    const text = Array.from({ length: 1500 }, (_, i) =>
      String.fromCodePoint(0x61 + (i % 26), 0x3b1 + (i % 24)),
    ).join("");
    const start = automaton.start(arena.text(text));
    const bytes = utf8.encode(text);
    for (let round = 0; round < 2; round++)
      expect(automaton.isFinal(read(automaton, start, bytes))).toBe(true);
    expect(automaton.count).toBeGreaterThan(3000);
    expect(read(automaton, start, bytes.slice(0, 4000).fill(0x78, 3998))).toBe(DEAD);
    expect(automaton.completion(read(automaton, start, bytes.slice(0, 4000)))).toEqual([
      ...bytes.slice(4000),
    ]);
  });

  it("completes JSON strings with quotes and backslashes by escapes", () => {
    const arena = new LanguageArena();
    for (const escapes of ["any", "minimal"] as const) {
      const automaton = new JsonStringAutomaton(arena, { escapes });
      for (const text of ['a"b\\c', '"', "\\", "\n\u0000"]) {
        const bytes = automaton.completion(automaton.start(arena.text(text)))!;
        expect(JSON.parse(`"${new TextDecoder().decode(Uint8Array.from(bytes))}`)).toBe(text);
      }
    }
    const texts = new TextAutomaton(arena);
    expect(texts.completion(texts.start(arena.text('"\\n')))).toEqual([...utf8.encode('"\\n')]);
  });

  it("stops at the limit of states with a typed error", () => {
    const arena = new LanguageArena({ maxStates: 20 });
    const automaton = new TextAutomaton(arena);
    const start = automaton.start(arena.length(0, 100));
    expect(() => read(automaton, start, utf8.encode("x".repeat(50)))).toThrow(LanguageLimitError);
    expect(automaton.step(start, 0x78)).not.toBe(DEAD);
  });

  it("reads the UTF-8 of the members", () => {
    const arena = new LanguageArena();
    const automaton = new TextAutomaton(arena);
    const texts = [...BORDERS, "true", "null", "-12"];
    const start = automaton.start(arena.choice(texts));
    for (const text of texts) {
      const end = read(automaton, start, utf8.encode(text));
      expect(automaton.isFinal(end)).toBe(true);
      expect(automaton.hasNext(end)).toBe(false);
    }
    expect(automaton.hasNext(start)).toBe(true);
    expect(read(automaton, start, [0xed, 0xa0])).toBe(DEAD);
    expect(read(automaton, start, [0xc0])).toBe(DEAD);
    expectLive(automaton, start);
    const free: Language = arena.any;
    expect(automaton.isFinal(automaton.start(free))).toBe(true);
    expect(automaton.hasNext(automaton.start(free))).toBe(true);
  });
});
