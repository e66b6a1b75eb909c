import { describe, expect, it } from "vitest";
import { LanguageArena } from "../language/index.js";
import { type Formula, FormulaStore, JsonType, Kind } from "./formula.js";
import { withEarlier } from "./repeated-items.js";

describe("what items before were", () => {
  it("is one list of strings however many there were, in whichever order, beside other values", () => {
    const arena = new LanguageArena();
    const store = new FormulaStore(arena, { maxNodes: 100_000 });
    const constant = (texts: readonly string[]) =>
      store.and([store.type(JsonType.String), store.str(arena.choice(texts))]);
    const texts = ["a", "ab", "", "é", ...Array.from({ length: 100 }, (_, i) => `text${i}`)];
    const others = [store.type(JsonType.Null), store.schema(1), store.schema(2)];
    const items: Formula[] = [...texts.map((text) => constant([text])), ...others];
    const expected = store.or([constant(texts), ...others]);
    for (const order of [items, [...items].reverse()]) {
      const earlier = order.reduce((before, item) => withEarlier(store, before, item), store.not(0));
      expect(earlier).toBe(expected);
      let lists = 0;
      store.forEachAtom(earlier, (literal) => {
        if (store.kind(literal) === Kind.Str) lists++;
      });
      expect(lists).toBe(1);
    }
  });
});
