import type { TextAutomaton } from "../language/index.js";
import { LayoutError } from "./layout-error.js";
import { SeparatedWhitespace } from "./separated-whitespace.js";
import type { Separators } from "./separators.js";
import { type Whitespace, whitespacePolicy } from "./whitespace.js";
import { WhitespacePattern } from "./whitespace-pattern.js";
import type { WhitespacePolicy } from "./whitespace-policy.js";

/** What stands between the tokens of a JSON text. */
export interface Layout {
  /** Which whitespace an output may have. Default: "spaced". Not together with `whitespacePattern`. */
  readonly whitespace?: Whitespace;
  /**
   * A regular expression of ECMA-262 that each run of whitespace matches as a whole, also where the run is empty: in all
   * places where "flexible" allows some. It may match space, tab, newline and carriage return only, and without end only
   * if it says so: `[ \n]*` lets a model write nothing but whitespace until its tokens are used up.
   */
  readonly whitespacePattern?: string;
  /** Texts or patterns around commas and colons; `whitespace` then says what stands at brackets. */
  readonly separators?: Separators;
}

/**
 * The whitespace that a layout allows.
 *
 * @param texts reads the pattern
 * @throws LayoutError for values out of range, PatternError for a pattern that cannot be compiled
 */
export function layoutPolicy(layout: Layout, texts: TextAutomaton): WhitespacePolicy {
  const { whitespace, whitespacePattern, separators } = layout;
  if (whitespace !== undefined && whitespacePattern !== undefined) {
    throw new LayoutError(
      "whitespace and whitespacePattern say the same thing in two ways: give one of them",
    );
  }
  if (whitespace === "auto" && separators !== undefined) {
    throw new LayoutError('separators say what whitespace "auto" leaves to the model: give one of them');
  }
  const policy =
    whitespacePattern === undefined
      ? whitespacePolicy(whitespace ?? "spaced")
      : new WhitespacePattern(whitespacePattern, texts);
  return separators === undefined ? policy : new SeparatedWhitespace(separators, policy, texts);
}
