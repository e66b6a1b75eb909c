import { compilePattern, type Language, type TextAutomaton } from "../language/index.js";
import { LayoutError } from "./layout-error.js";
import { SPACES } from "./whitespace-pattern.js";

/**
 * A text, or a regular expression of ECMA-262 that the separator matches as a whole. It is its sign with whitespace of
 * JSON around it: write `[ \t\n\r]` for `\s`. What a pattern allows behind the sign must not depend on what stands before.
 */
export type Separator = string | { readonly pattern: string };

/** What stands between items and properties, and between a key and its value, as in Python's `json.dumps`. */
export interface Separators {
  /** `,` with whitespace around it, such as ", ". Missing: as `whitespace` has it. */
  readonly item?: Separator;
  /** `:` with whitespace around it, such as ": ". Missing: as `whitespace` has it. */
  readonly key?: Separator;
}

/** Characters of a separator's text, and states of a pattern before the sign. */
const MAX_LENGTH = 1000;
/** A separator as states of a text automaton: up to its sign, and behind it. */
export class SeparatorAutomaton {
  readonly sign: number;
  /** The state in which the separator is to come. */
  readonly before: number;
  private readonly texts: TextAutomaton;
  private readonly rest: Language;
  private readonly starts = new Map<number, number>();

  /** Throws as `SeparatedWhitespace` does. */
  constructor(name: keyof Separators, separator: Separator, texts: TextAutomaton) {
    const sign = name === "item" ? "," : ":";
    this.sign = sign.charCodeAt(0);
    this.texts = texts;
    const { arena } = texts;
    const language = separatorLanguage(separator, texts);
    const space = arena.repeat(arena.codePoints(arena.sets.ofRanges(SPACES)), 0, Number.POSITIVE_INFINITY);
    const all = arena.concat(space, arena.text(sign), space);
    const given = typeof separator === "object" ? `/${separator?.pattern}/` : JSON.stringify(separator);
    if (
      language === undefined ||
      arena.isEmpty(language) ||
      !arena.isEmpty(arena.difference(language, all))
    ) {
      throw new LayoutError(`separators.${name} must be "${sign}" with whitespace around it, not ${given}`);
    }
    this.before = texts.start(language);
    const rest = this.restBehindSign();
    if (rest === undefined) {
      throw new LayoutError(
        `separators.${name}: what ${given} allows behind "${sign}" depends on what stands before it, or that is of more than ${MAX_LENGTH} kinds`,
      );
    }
    this.rest = rest;
  }

  /** Whether the sign may come in a state before it. */
  signFollows(state: number): boolean {
    return this.texts.step(state, this.sign) !== 0;
  }

  /** The state behind the sign; with an indent, a line break and as many of these end the rest. */
  behind(indent: string | undefined, depth: number): number {
    const line = indent === undefined ? -1 : depth;
    let start = this.starts.get(line);
    if (start === undefined) {
      const { arena } = this.texts;
      const lineBreak =
        indent === undefined
          ? arena.epsilon
          : arena.concat(arena.text("\n"), arena.repeat(arena.text(indent), depth, depth));
      start = this.texts.start(arena.concat(this.rest, lineBreak));
      this.starts.set(line, start);
    }
    return start;
  }

  /** What follows the sign; undefined: that depends on what stands before it. */
  private restBehindSign(): Language | undefined {
    const { texts, sign } = this;
    const { arena } = texts;
    let rest: Language | undefined;
    const states = new Set([this.before]);
    for (const state of states) {
      if (states.size > MAX_LENGTH) return undefined;
      const behind = texts.step(state, sign);
      if (behind !== 0) {
        const language = texts.language(behind);
        rest ??= language;
        const [less, more] = [arena.difference(rest, language), arena.difference(language, rest)];
        if (!arena.isEmpty(less) || !arena.isEmpty(more)) return undefined;
      }
      for (let i = 0; i < SPACES.length; i += 2) {
        for (let byte = SPACES[i] as number; byte <= (SPACES[i + 1] as number); byte++) {
          const next = texts.step(state, byte);
          if (next !== 0) states.add(next);
        }
      }
    }
    return rest;
  }
}

/** Undefined: it is neither a text nor a pattern, or too long. */
function separatorLanguage(separator: Separator, { arena }: TextAutomaton): Language | undefined {
  if (typeof separator === "string") {
    return separator.length > MAX_LENGTH ? undefined : arena.text(separator);
  }
  const pattern: unknown = (separator as { pattern?: unknown } | null)?.pattern;
  return typeof pattern === "string" ? compilePattern(arena, pattern, { whole: true }).language : undefined;
}
