import { expect, test } from "vitest";
import { FormulaStore } from "../json-schema/formula.js";
import { compilePattern, LanguageArena } from "../language/index.js";
import { KeyRegions } from "./key-regions.js";
import { PropertyNames } from "./property-order.js";

const PATTERNS = [
  "^name:(en|nl)$",
  "^(name|title):[a-z]{2}$",
  "^[a-z]+:en$",
  "^title",
  "^contacts:[0-3]:(mail|name)$",
  "^$",
];
const MENTIONED = ["name:nl", "title"];
const OTHERS = [
  "",
  "name:en",
  "name:de",
  "title:en",
  "title:x",
  "x:en",
  "contacts:0:mail",
  "contacts:4:mail",
  "zzz",
];

// Lists, some of which overlap, alone and beside languages without an end.
test.each([[[0]], [[0, 4]], [[0, 2]], [[2, 3]], [[0, 1, 2, 3, 4, 5]]])(
  "patterns %j split names by which of them match",
  (which) => {
    const arena = new LanguageArena();
    const store = new FormulaStore(arena, { maxNodes: 10_000 });
    const patterns = which.map((i) => PATTERNS[i] as string);
    const sets = patterns.map((pattern) => store.keyLanguage(compilePattern(arena, pattern).language));
    const regions = new KeyRegions(store).of(sets, new PropertyNames().list(MENTIONED));
    for (const name of OTHERS) {
      const own = regions.filter(({ language }) => arena.matches(language, name));
      const matching = sets.filter((_, i) => new RegExp(patterns[i] as string, "u").test(name));
      expect(
        own.map(({ members }) => [...members]),
        name,
      ).toEqual([matching]);
    }
    for (const name of MENTIONED)
      expect(regions.some(({ language }) => arena.matches(language, name))).toBe(false);
    for (const { language } of regions) expect(arena.isEmpty(language)).toBe(false);
  },
);
