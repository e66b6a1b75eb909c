import { expect, it } from "vitest";
import { Vocabulary } from "../index.js";
import { JsonStringAutomaton, LanguageArena } from "../language/index.js";
import { bitsetHas } from "../vocabulary/index.js";
import { freeStrings } from "./free-strings.js";

const texts: string[] = [..."aäb"].flatMap((character) =>
  Array.from({ length: 20 }, (_, i) => character.repeat(i + 1)),
);

it("the tokens that need at most some code points are the same in whatever order they are asked for", () => {
  for (const order of [
    [3, 12, 5, 1, 0, 19, 20, 4],
    [20, 0, 19, 1, 10, 9],
  ]) {
    const vocabulary = Vocabulary.fromBytes(
      texts.map((text) => new TextEncoder().encode(text)),
      { eosTokenIds: [] },
    );
    const { byNeed } = freeStrings(new JsonStringAutomaton(new LanguageArena()), vocabulary);
    for (const codePoints of order) {
      const { words } = byNeed.within(codePoints);
      const wrong = texts.filter((text, id) => bitsetHas(words, id) !== text.length <= codePoints);
      expect(wrong).toEqual([]);
    }
  }
});
