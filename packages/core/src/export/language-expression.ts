import { LeapSecondTheory } from "../json-schema/formats/leap-second.js";
import type { CodePointSet, Language, LanguageArena } from "../language/index.js";
import { Kind, UNBOUNDED as MANY } from "../language/nodes.js";
import { stringOf } from "../language/texts.js";
import {
  characters,
  choice,
  EMPTY,
  type Expression,
  NOTHING,
  type Range,
  repeat,
  sequence,
  text,
  UNBOUNDED,
} from "./expression.js";
import { explore, minimised } from "./machine.js";

/** How a character of a language is written in the output. */
export interface Spelling {
  text(value: string): Expression;
  characters(ranges: readonly Range[]): Expression;
}

/** Characters as they are. */
export const PLAIN: Spelling = { text, characters };

const SHORT = new Map(
  [..."\b\f\n\r\t"].map((character, i) => [character.codePointAt(0) as number, "bfnrt"[i]]),
);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEX = "0123456789abcdef";

const EVERY_CHARACTER: readonly Range[] = [
  [0, 0xd7ff],
  [0xe000, 0x10ffff],
];

/** Inside a JSON string, as `JSON.stringify` writes them; hexadecimal digits may be capitals. */
export const IN_STRING: Spelling = {
  text: (value) => text(JSON.stringify(value).slice(1, -1)),
  characters: (ranges) =>
    JSON.stringify(ranges) === JSON.stringify(EVERY_CHARACTER) ? ANY_IN_STRING : spellInString(ranges),
};

/** Any character in a JSON string: one object, so that it can be written once. */
export const ANY_IN_STRING: Expression = spellInString(EVERY_CHARACTER);

function spellInString(ranges: readonly Range[]): Expression {
  const raw: Range[] = [];
  const short: string[] = [];
  const long: string[][] = [[], []];
  for (const [first, last] of ranges) {
    for (let code = first; code <= Math.min(last, 0x1f); code++) {
      const letter = SHORT.get(code);
      const digit = HEX[code & 15] as string;
      if (letter === undefined) long[code >> 4]?.push(digit, digit.toUpperCase());
      else short.push(letter);
    }
    for (const code of [QUOTE, BACKSLASH]) {
      if (first <= code && code <= last) short.push(String.fromCodePoint(code));
    }
    for (const [low, high] of [
      [0x20, QUOTE - 1],
      [QUOTE + 1, BACKSLASH - 1],
      [BACKSLASH + 1, 0x10ffff],
    ] as const) {
      if (Math.max(first, low) <= Math.min(last, high))
        raw.push([Math.max(first, low), Math.min(last, high)]);
    }
  }
  const escapes = long.map((digits, i) => sequence(text(String(i)), oneOf(digits)));
  return choice(
    characters(raw),
    sequence(text("\\"), oneOf(short)),
    sequence(text("\\u00"), choice(...escapes.filter((each) => each !== NOTHING))),
  );
}

function oneOf(list: readonly string[]): Expression {
  return characters(
    list.map((character) => [character.codePointAt(0) as number, character.codePointAt(0) as number]),
  );
}

/** Writes the languages of one arena as expressions: by their structure, and where that has no words for it, as machines. */
export class LanguageExpressions {
  private readonly arena: LanguageArena;
  private readonly spelling: Spelling;
  private readonly known = new Map<Language, Expression>();

  constructor(arena: LanguageArena, spelling: Spelling) {
    this.arena = arena;
    this.spelling = spelling;
  }

  expression(language: Language): Expression {
    let found = this.known.get(language);
    if (found === undefined) {
      found = this.build(this.arena.goal(language));
      this.known.set(language, found);
    }
    return found;
  }

  private build(language: Language): Expression {
    const { arena, spelling } = this;
    const { kind, a, b, c } = arena.nodes;
    switch (kind[language]) {
      case Kind.Empty:
        return NOTHING;
      case Kind.Epsilon:
        return EMPTY;
      case Kind.Class:
        return spelling.characters(this.rangesOf(a[language] as number));
      case Kind.Literal:
      case Kind.Texts: {
        const texts = arena.texts.members(language).map((codePoints) => stringOf(codePoints));
        return choice(...texts.map((each) => spelling.text(each)));
      }
      case Kind.Concat:
        return this.concat(language);
      case Kind.Repeat: {
        const max = c[language] as number;
        const item = this.expression(a[language] as number);
        return repeat(item, b[language] as number, max === MANY ? UNBOUNDED : max);
      }
      case Kind.Union:
        return choice(...[...arena.nodes.items(language)].map((item) => this.expression(item)));
      case Kind.Leaf:
        // Thousands of times that hardly ever are: no export has them.
        return arena.theory(language) instanceof LeapSecondTheory ? NOTHING : this.machine(language);
      default:
        return this.machine(language);
    }
  }

  private concat(language: Language): Expression {
    const { kind, a, b } = this.arena.nodes;
    const parts: Expression[] = [];
    let rest = language;
    for (; kind[rest] === Kind.Concat; rest = b[rest] as number)
      parts.push(this.expression(a[rest] as number));
    return sequence(...parts, this.expression(rest));
  }

  private machine(language: Language): Expression {
    const { arena } = this;
    const machine = explore(
      language,
      (state) => String(state),
      (state, stateOf) => {
        const edges = [...this.steps(state)].map(([to, ranges]) => ({
          label: characters(ranges),
          to: stateOf(to),
        }));
        return { edges, accepts: arena.nullable(state) };
      },
    );
    const states = minimised(machine).states.map(({ edges, accepts }) => ({
      accepts,
      edges: edges.map(({ label, to }) => ({ label: this.spelled(label), to })),
    }));
    return { kind: "machine", machine: { states } };
  }

  private spelled(label: Expression): Expression {
    if (label.kind === "text") return this.spelling.text(label.text);
    return label.kind === "characters" ? this.spelling.characters(label.ranges) : label;
  }

  /** Where a character leads, and which. */
  private steps(language: Language): Map<Language, Range[]> {
    const { arena } = this;
    arena.prepare(language);
    const { stepStart, stepCount, stepBounds, stepTargets } = arena.nodes;
    const start = stepStart[language] as number;
    const count = stepCount[language] as number;
    const found = new Map<Language, Range[]>();
    for (let i = start; i < start + count; i++) {
      const target = stepTargets[i] as number;
      const last = (i + 1 < start + count ? (stepBounds[i + 1] as number) : 0x110000) - 1;
      const set = arena.sets.range(stepBounds[i] as number, last);
      // What has no text is found out when all states are known.
      if (target === arena.empty || set === arena.sets.none) continue;
      found.set(target, [...(found.get(target) ?? []), ...this.rangesOf(set)]);
    }
    return found;
  }

  private rangesOf(set: CodePointSet): Range[] {
    const flat = this.arena.sets.ranges(set);
    return flat.flatMap((first, i) => (i % 2 === 0 ? [[first, flat[i + 1] as number] as const] : []));
  }
}
