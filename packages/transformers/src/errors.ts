/**
 * The errors of this package. Each has a stable `code`; the message is one for people and says what to do.
 * Problems of a schema are errors of `@grammask/core` and pass through unchanged.
 */
export abstract class ConstraintError extends Error {
  /** Stable, for programs: kebab-case. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A value that was passed is wrong; `option` is its name. */
export class InvalidOptionError extends ConstraintError {
  override readonly code = "invalid-option";
  readonly option: string;

  constructor(option: string, problem: string) {
    super(`${option}: ${problem}`);
    this.option = option;
  }
}

/** The tokenizer is not one whose tokens' bytes can be known. */
export class UnsupportedTokenizerError extends ConstraintError {
  override readonly code = "unsupported-tokenizer";
}

/** No valid output is as short as the budget: `needed` tokens are the fewest that are known to be enough. */
export class BudgetTooSmallError extends ConstraintError {
  override readonly code = "budget-too-small";
  /** The `max_new_tokens` that were given. */
  readonly given: number;
  readonly needed: number;

  constructor(given: number, needed: number) {
    super(`max_new_tokens is ${given}, and the shortest valid output takes ${needed} tokens; allow as many.`);
    this.given = given;
    this.needed = needed;
  }
}

/** Generation went on with something that the constraint does not allow, or cannot apply to. */
export class GenerationError extends ConstraintError {
  override readonly code = "generation";
}
