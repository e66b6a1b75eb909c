import { describe, expect, it } from "vitest";
import { codePointsOf, JsonStringAutomaton, LanguageArena, TextAutomaton } from "./index.js";

describe("fewBytes", () => {
  const arena = new LanguageArena();
  const languages = [
    arena.text("name"),
    arena.choice(["name", "next", "é", "a\nb"]),
    arena.complement(arena.choice(["name", "next"])),
    arena.any,
    arena.concat(arena.text("a"), arena.any),
  ];

  it.each([
    ["JSON strings", new JsonStringAutomaton(arena)],
    ["text", new TextAutomaton(arena)],
  ])("has every byte that can follow: %s", (_, automaton) => {
    const seen = new Set<number>();
    const pending = languages.map((language) => automaton.start(language));
    let told = 0;
    for (let state = pending.pop(); state !== undefined && seen.size < 400; state = pending.pop()) {
      if (seen.has(state)) continue;
      seen.add(state);
      const few = automaton.fewBytes(state);
      if (few !== undefined) told++;
      expect([...(few ?? [])].sort((x, y) => x - y)).toEqual([...(few ?? [])]);
      for (let byte = 0; byte < 256; byte++) {
        const next = automaton.step(state, byte);
        if (next === 0) continue;
        if (few !== undefined) expect(few).toContain(byte);
        pending.push(next);
      }
    }
    expect(told).toBeGreaterThan(5);
    expect(automaton.fewBytes(automaton.start(arena.any))).toBeUndefined();
  });

  it("tells states with one shape of segments apart by where they lead", () => {
    const automaton = new JsonStringAutomaton(arena);
    const [ax, bx, abx] = ["ax", "bx", "abx"].map((text) => automaton.start(arena.text(text))) as [
      number,
      number,
      number,
    ];
    expect(automaton.step(ax, 0x61)).toBe(automaton.step(bx, 0x62));
    expect(automaton.step(ax, 0x62)).toBe(0);
    expect(automaton.step(abx, 0x61)).toBe(bx);
    const end = automaton.step(automaton.step(automaton.step(ax, 0x61), 0x78), 0x22);
    expect(automaton.isFinal(end)).toBe(true);
    expect(automaton.step(automaton.step(ax, 0x61), 0x22)).toBe(0);
  });
});

describe("excepts", () => {
  it("says of all texts but some what matches says", () => {
    const arena = new LanguageArena();
    const texts = ["", "a", "ab", "é", "😀", "name", "na", "names", "next"];
    for (const left of [["name"], ["name", "next", "é", "😀"], ["a", "ab", "name"]]) {
      const language = arena.complement(arena.choice(left));
      const isKnown = arena.isAllButListed(language);
      expect(isKnown).toBe(true);
      for (const text of texts) {
        expect(arena.excepts(language, codePointsOf(text)), text).toBe(left.includes(text));
        expect(arena.matches(language, text), text).toBe(!left.includes(text));
      }
    }
    for (const other of [arena.any, arena.text("name"), arena.empty])
      expect(arena.isAllButListed(other)).toBe(false);
  });
});
