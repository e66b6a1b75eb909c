/** Character classes of ECMA-262, for the format `regex`. */
import type { LeafTheory } from "../../language/algebra.js";
import type { Language, LanguageArena } from "../../language/index.js";
import type { StepBuilder } from "../../language/step-builder.js";
import { whole } from "./builder.js";
import { atLeast, orderedDigits } from "./ordered-digits.js";

/**
 * Classes whose ranges are in order: the ends of a range are two characters as they are, or two escapes of one form,
 * `\xHH` or `\uHHHH`. A hyphen that is no range stands first or last, or is escaped.
 * @param escapes what a class may contain after a backslash besides those
 */
export function characterClass(arena: LanguageArena, escapes: Language): Language {
  const backslash = arena.text("\\");
  const item = arena.union([
    arena.leaf(new CharacterTheory(arena), 0),
    arena.concat(
      backslash,
      arena.union([escapes, whole(arena, "[b\\-]"), hexadecimal(arena, "x", 2), hexadecimal(arena, "u", 4)]),
    ),
  ]);
  const hyphen = whole(arena, "-?");
  const items = arena.repeat(item, 0, Number.POSITIVE_INFINITY);
  return arena.concat(whole(arena, "\\[\\^?"), hyphen, items, hyphen, arena.text("]"));
}

/** `\uHHHH` without its backslash, and a second one that is not less. */
function hexadecimal(arena: LanguageArena, letter: string, length: number): Language {
  const digits = orderedDigits(arena, {
    base: 16,
    min: length,
    max: length,
    // A surrogate at the beginning could make a pair with the end of the item before.
    mayBegin: (prefix) => length < 4 || !/^d[89a-f]/.test(prefix),
    isFree: (prefix) => length < 4 || /^[^d]|^d./.test(prefix),
    mayEnd: true,
    after: (first) => {
      const second = arena.concat(arena.text(`-\\${letter}`), atLeast(arena, first, 16));
      return arena.repeat(second, 0, 1);
    },
  });
  return arena.concat(arena.text(letter), digits);
}

/** Where blocks begin beyond ASCII; no range between plain characters has both ends in one of them. */
const BLOCKS = [
  ...Array.from({ length: (0x600 - 0xa0) / 16 }, (_, i) => 0xa0 + 16 * i),
  ...[0x600, 0x700, 0x900, 0xe00, 0x1000, 0x1e00, 0x2000, 0x2100, 0x3000, 0x3040, 0x3080, 0x30a0, 0x30e0],
  ...[0x3100, 0x3400, 0x4e00, 0x9000, 0xac00, 0xd000, 0xe000, 0xf900, 0xff00, 0x10000],
];

/**
 * One character, and if one likes a hyphen and one that does not come before it. To keep the states few, a range that
 * begins beyond ASCII ends in a later block (`а-я`, `一-龥`). No end lies beyond the first plane, because without the flag
 * `u` it would be the half of a pair.
 */
class CharacterTheory implements LeafTheory {
  constructor(private readonly arena: LanguageArena) {}

  nullable(): boolean {
    return false;
  }

  minLength(): number {
    return 1;
  }

  step(_state: number, out: StepBuilder): void {
    const { arena } = this;
    out.add(0, arena.epsilon);
    for (let codePoint = 0x20; codePoint < 0x7f; codePoint++) {
      const isSpecial = "-\\]".includes(String.fromCodePoint(codePoint));
      out.add(codePoint, isSpecial ? arena.empty : this.#rangeTo(codePoint));
    }
    out.add(0x7f, arena.epsilon);
    for (let i = 0; i + 1 < BLOCKS.length; i++) out.add(BLOCKS[i]!, this.#rangeTo(BLOCKS[i + 1]!));
    out.add(0x10000, arena.epsilon);
  }

  /** Nothing, or a hyphen and a character from this one on. */
  #rangeTo(least: number): Language {
    const { arena } = this;
    const { sets } = arena;
    const plain = sets.complement(sets.ofRanges([0x2d, 0x2d, 0x5c, 0x5d]));
    const last = arena.codePoints(sets.intersection(sets.range(least, 0xffff), plain));
    return arena.repeat(arena.concat(arena.text("-"), last), 0, 1);
  }
}
