/** Regular expressions as texts. */
import type { LeafTheory } from "../../language/algebra.js";
import type { Language, LanguageArena } from "../../language/index.js";
import type { StepBuilder } from "../../language/step-builder.js";
import { copyStep, type FormatBuilder, whole } from "./builder.js";
import { atLeast, orderedDigits } from "./ordered-digits.js";
import { characterClass } from "./regex-class.js";

/** How deep groups and assertions may nest; balanced parentheses of any depth are not regular. */
const MAX_DEPTH = 6;
/** Digits of a number in a quantifier. */
const MAX_COUNT_DIGITS = 4;

/** Values of `\p` that every engine knows: general categories, and the most common other properties. */
const PROPERTIES =
  "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Co Cn " +
  "Letter Lowercase_Letter Uppercase_Letter Mark Number Punctuation Symbol Separator Any ASCII Alphabetic " +
  "Lowercase Uppercase White_Space Emoji ID_Start ID_Continue " +
  "Script=Latin Script=Greek Script=Cyrillic Script=Han Script=Hiragana Script=Katakana Script=Hangul " +
  "Script=Arabic Script=Hebrew Script=Thai Script=Devanagari";

/** Of `NameTheory`, where the name is to come. */
const START = 0;
/** Characters that a group's name may begin with, ascending. */
const NAME_START = "$ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/**
 * Patterns of ECMA-262, section 22.2.1, that are valid with the flag `u` and without it. A subset: groups nest to a
 * depth of `MAX_DEPTH`; at most one group has a name, and it is not inside another; back-references are to that group
 * by its name, stand behind it, and only if the name is one character (that two names of any length are the same is
 * not regular); ends of ranges as `characterClass` has them; no `\0`.
 */
export const regex: FormatBuilder = (arena) => {
  const count = quantifier(arena);
  const bodies = bodiesByDepth(arena, count);
  const body = bodies[MAX_DEPTH]!;
  const afterName = arena.concat(arena.text(">"), bodies[MAX_DEPTH - 1]!, arena.text(")"), count);
  const named = arena.concat(arena.text("(?<"), whole(arena, "[A-Za-z_$][A-Za-z0-9_$]*"), afterName, body);
  const referred = arena.leaf(new NameTheory(arena, count, afterName), START);
  const rest = arena.union([named, arena.concat(arena.text("(?<"), referred)]);
  return arena.concat(body, arena.repeat(rest, 0, 1));
};

/**
 * A name of one character, the rest of its group, and what may follow, which may refer to the group by this name. States:
 * `START`, and the name behind it, so that what follows one is made only where it is read.
 */
class NameTheory implements LeafTheory {
  constructor(
    private readonly arena: LanguageArena,
    private readonly count: Language,
    private readonly afterName: Language,
  ) {}

  nullable(): boolean {
    return false;
  }

  minLength(): number {
    return 1;
  }

  step(state: number, out: StepBuilder): void {
    if (state === START) this.stepName(out);
    else copyStep(this.arena, this.after(String.fromCharCode(state)), out);
  }

  private stepName(out: StepBuilder): void {
    const { arena } = this;
    out.add(0, arena.empty);
    for (const name of NAME_START) {
      const codePoint = name.charCodeAt(0);
      out.add(codePoint, arena.leaf(this, codePoint));
      out.add(codePoint + 1, arena.empty);
    }
  }

  private after(name: string): Language {
    const { arena, count, afterName } = this;
    const reference = arena.concat(arena.text(`\\k<${name}>`), count);
    return arena.concat(afterName, bodiesByDepth(arena, count, [reference])[MAX_DEPTH]!);
  }
}

/** Terms, those of `more` too, and `|` in any order, with groups nested to depth 0, 1, and so on. */
function bodiesByDepth(arena: LanguageArena, count: Language, more: readonly Language[] = []): Language[] {
  const inClass = classEscape(arena);
  const outside = whole(arena, "u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}");
  const atom = arena.union([
    whole(arena, "[^\\^$\\\\.*+?()\\[\\]{}|]|\\."),
    arena.concat(arena.text("\\"), arena.union([inClass, outside])),
    characterClass(arena, inClass),
  ]);
  const assertion = whole(arena, "[|\\^$]|\\\\[bB]");
  const flat = [arena.concat(atom, count), assertion, ...more];
  const close = arena.text(")");
  const bodies: Language[] = [];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const inside = bodies.at(-1);
    const nested =
      inside === undefined
        ? []
        : [
            arena.concat(whole(arena, "\\((?:\\?:)?"), inside, close, count),
            arena.concat(whole(arena, "\\(\\?<?[=!]"), inside, close),
          ];
    bodies.push(arena.repeat(arena.union([...flat, ...nested]), 0, Number.POSITIVE_INFINITY));
  }
  return bodies;
}

/** What may follow a backslash inside and outside of classes, except for hexadecimal escapes of fixed length. */
function classEscape(arena: LanguageArena): Language {
  const properties = arena.concat(
    whole(arena, "[pP]\\{"),
    arena.choice(PROPERTIES.split(" ")),
    arena.text("}"),
  );
  return arena.union([
    whole(arena, "[\\^$\\\\.*+?()\\[\\]{}|/dDsSwWtnvfr]|c[A-Za-z]"),
    arena.intersection([
      whole(arena, "u\\{(?:[0-9A-Fa-f]{1,5}|10[0-9A-Fa-f]{4})\\}"),
      // Without the flag `u`, decimal digits in braces are a quantifier.
      whole(arena, "u\\{[0-9]*[A-Fa-f].*"),
    ]),
    properties,
  ]);
}

/** `QuantifierOpt`: bounds in order, without leading zeros. */
function quantifier(arena: LanguageArena): Language {
  const longer = (digits: number) => whole(arena, `[1-9][0-9]{${digits},${MAX_COUNT_DIGITS}}`);
  const counts = orderedDigits(arena, {
    base: 10,
    min: 1,
    max: MAX_COUNT_DIGITS,
    mayBegin: (digits) => digits === "0" || digits[0] !== "0",
    isFree: (digits) => digits !== "" && digits[0] !== "0",
    mayEnd: false,
    after: (first) => {
      const more = arena.union([atLeast(arena, first, 10), longer(first.length)]);
      const second = arena.concat(arena.text(","), arena.repeat(more, 0, 1));
      return arena.concat(arena.repeat(second, 0, 1), arena.text("}"));
    },
  });
  const one = arena.union([whole(arena, "[*+?]"), arena.concat(arena.text("{"), counts)]);
  return arena.repeat(arena.concat(one, whole(arena, "\\??")), 0, 1);
}
