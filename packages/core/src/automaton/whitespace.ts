import { LayoutError } from "./layout-error.js";

import { NaturalWhitespace } from "./natural-whitespace.js";
import {
  FixedWhitespace,
  Follow,
  Gap,
  NEWLINE,
  RETURN,
  SPACE,
  TAB,
  type WhitespacePolicy,
} from "./whitespace-policy.js";

export type Whitespace =
  | "auto"
  | "compact"
  | "spaced"
  | "flexible"
  | "pretty"
  | { readonly style: "flexible"; readonly max: number }
  | { readonly style: "pretty"; readonly indent: number | "\t" };

/** The bound of `flexible` when none is given: a newline and the indentation of a few levels. */
const DEFAULT_FLEXIBLE = 20;

/**
 * - `auto`: one of the usual styles, whichever the text begins with: see `NaturalWhitespace`;
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
    case "auto":
      return new NaturalWhitespace();
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
        `whitespace must be "auto", "compact", "spaced", "flexible" or "pretty", not ${String(style)}`,
      );
  }
}

function checkPositive(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new LayoutError(`${name} must be an integer from 1 to 1000, not ${value}`);
  }
}

/** Runs of bounded length; the state is the length so far. */
class Flexible extends FixedWhitespace {
  readonly indent = undefined;
  private readonly max: (gap: Gap) => number;
  private readonly spaceOnly: boolean;

  constructor(max: (gap: Gap) => number, spaceOnly: boolean) {
    super();
    this.max = max;
    this.spaceOnly = spaceOnly;
  }

  step(gap: Gap, _shape: number, state: number, byte: number): number {
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

/** `JSON.stringify` with an indent; the shape is the depth, the state the length of the run so far, newline included. */
class Pretty extends FixedWhitespace {
  readonly indent: string;

  constructor(indent: string) {
    super();
    this.indent = indent;
  }

  override inner(depth: number): number {
    return depth + 1;
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
