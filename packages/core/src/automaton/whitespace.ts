import { LayoutError } from "./layout-error.js";

/** Where whitespace can stand. */
export const enum Gap {
  /** After `{` or `[`. */
  Open,
  /** Between a key and its colon. */
  BeforeColon,
  AfterColon,
  AfterComma,
  /** After a property's value or an item. */
  AfterValue,
}

/** What can follow a gap, as bits. */
export const enum Follow {
  None = 0,
  /** A key, a value, a colon; after a value, the comma. */
  Next = 1,
  /** The closing bracket. */
  Close = 2,
  Both = 3,
}

/**
 * Which whitespace a text may have between tokens of JSON. A run of whitespace is read by a small automaton whose state
 * is an integer, 0 at the start of every run.
 */
export interface WhitespacePolicy {
  /** Whether runs depend on the nesting depth; where not, all depths share their states. */
  readonly usesDepth: boolean;
  /** What a line begins with for each open bracket, where every item has a line of its own; else undefined. */
  readonly indent: string | undefined;
  /** The state after one more byte, or -1. `depth` counts the open brackets around the gap, the own one included. */
  step(gap: Gap, depth: number, state: number, byte: number): number;
  /** What may follow now. */
  follows(gap: Gap, depth: number, state: number): Follow;
  /** What may follow now or after more whitespace. */
  reachable(gap: Gap, depth: number, state: number): Follow;
}

/** The least whitespace after which something wanted can follow; undefined if it never can. */
export function shortestRun(
  policy: WhitespacePolicy,
  gap: Gap,
  depth: number,
  state: number,
  want: Follow,
): readonly number[] | undefined {
  const runs = new Map<number, readonly number[]>([[state, []]]);
  for (const [reached, run] of runs) {
    if ((policy.follows(gap, depth, reached) & want) !== 0) return run;
    for (const byte of [SPACE, NEWLINE, TAB, RETURN]) {
      const next = policy.step(gap, depth, reached, byte);
      if (next < 0 || runs.has(next) || (policy.reachable(gap, depth, next) & want) === 0) continue;
      runs.set(next, [...run, byte]);
    }
  }
  return undefined;
}

export type Whitespace =
  | "compact"
  | "spaced"
  | "flexible"
  | "pretty"
  | { readonly style: "flexible"; readonly max: number }
  | { readonly style: "pretty"; readonly indent: number | "\t" };

const SPACE = 0x20;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** The bound of `flexible` when none is given: a newline and the indentation of a few levels. */
const DEFAULT_FLEXIBLE = 20;

/**
 * - `compact`: none;
 * - `spaced`: at most one space after each comma and colon;
 * - `flexible`: up to `max` bytes of any whitespace in each gap;
 * - `pretty`: a newline and `indent` for each open bracket before every item, one space after each colon, `{}` and `[]`
 *   when empty, as `JSON.stringify(value, null, indent)` writes.
 * @throws LayoutError when `max` or `indent` is not a positive integer.
 */
export function whitespacePolicy(whitespace: Whitespace): WhitespacePolicy {
  const style = typeof whitespace === "string" ? whitespace : whitespace.style;
  switch (style) {
    case "compact":
      return new Flexible(() => 0, false);
    case "spaced":
      return new Flexible((gap) => (gap === Gap.AfterColon || gap === Gap.AfterComma ? 1 : 0), true);
    case "flexible": {
      const max = typeof whitespace === "object" && "max" in whitespace ? whitespace.max : DEFAULT_FLEXIBLE;
      checkPositive("whitespace.max", max);
      return new Flexible(() => max, false);
    }
    case "pretty": {
      const indent = typeof whitespace === "object" && "indent" in whitespace ? whitespace.indent : 2;
      if (indent !== "\t") checkPositive("whitespace.indent", indent);
      return new Pretty(indent === "\t" ? indent : " ".repeat(indent));
    }
    default:
      throw new LayoutError(
        `whitespace must be "compact", "spaced", "flexible" or "pretty", not ${String(style)}`,
      );
  }
}

function checkPositive(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new LayoutError(`${name} must be an integer from 1 to 1000, not ${value}`);
  }
}

/** Runs of bounded length; the state is the length so far. */
class Flexible implements WhitespacePolicy {
  readonly usesDepth = false;
  readonly indent = undefined;
  private readonly max: (gap: Gap) => number;
  private readonly spaceOnly: boolean;

  constructor(max: (gap: Gap) => number, spaceOnly: boolean) {
    this.max = max;
    this.spaceOnly = spaceOnly;
  }

  step(gap: Gap, _depth: number, state: number, byte: number): number {
    if (state >= this.max(gap)) return -1;
    const allowed =
      byte === SPACE || (!this.spaceOnly && (byte === NEWLINE || byte === TAB || byte === RETURN));
    return allowed ? state + 1 : -1;
  }

  follows(): Follow {
    return Follow.Both;
  }

  reachable(): Follow {
    return Follow.Both;
  }
}

/** `JSON.stringify` with an indent; the state is the length of the run so far, newline included. */
class Pretty implements WhitespacePolicy {
  readonly usesDepth = true;
  readonly indent: string;

  constructor(indent: string) {
    this.indent = indent;
  }

  /** Lengths of the runs before a next item and before the closing bracket; -1: there is none. */
  private next(gap: Gap, depth: number): number {
    switch (gap) {
      case Gap.BeforeColon:
      case Gap.AfterValue:
        return 0;
      case Gap.AfterColon:
        return 1;
      default:
        return 1 + this.indent.length * depth;
    }
  }

  private close(gap: Gap, depth: number): number {
    if (gap === Gap.Open) return 0;
    return gap === Gap.AfterValue ? 1 + this.indent.length * (depth - 1) : -1;
  }

  step(gap: Gap, depth: number, state: number, byte: number): number {
    if (state >= Math.max(this.next(gap, depth), this.close(gap, depth))) return -1;
    const expected = gap === Gap.AfterColon ? SPACE : state === 0 ? NEWLINE : this.indent.charCodeAt(0);
    return byte === expected ? state + 1 : -1;
  }

  follows(gap: Gap, depth: number, state: number): Follow {
    return (
      (state === this.next(gap, depth) ? Follow.Next : Follow.None) |
      (state === this.close(gap, depth) ? Follow.Close : Follow.None)
    );
  }

  reachable(gap: Gap, depth: number, state: number): Follow {
    return (
      (state <= this.next(gap, depth) ? Follow.Next : Follow.None) |
      (state <= this.close(gap, depth) ? Follow.Close : Follow.None)
    );
  }
}
