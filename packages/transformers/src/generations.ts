import { GenerationError, InvalidOptionError } from "./errors.js";
import { type Constraint, Row } from "./row.js";

/** Prompts and outputs so far, as `generate` holds them; the same array through one generation. */
export type TokenIds = readonly (readonly (bigint | number)[])[];

/** The rows of the generations that a constraint is used for. One after the other or at the same time: they do not meet. */
export class Generations {
  /** One for each row of a batch, or one for all. */
  readonly #constraints: readonly Constraint[];
  readonly #rows = new WeakMap<TokenIds, readonly Row[]>();

  constructor(constraints: readonly Constraint[]) {
    this.#constraints = constraints;
  }

  /**
   * The rows of a generation, as far as it has come. The first time that an array of ids is seen, it holds the prompts.
   *
   * @throws InvalidOptionError where there are constraints for another number of rows
   * @throws GenerationError where a token came that the grammar does not allow
   */
  rowsAt(ids: TokenIds): readonly Row[] {
    const rows = this.#rows.get(ids) ?? this.#begin(ids);
    for (const [i, row] of rows.entries()) row.read(ids[i]!);
    return rows;
  }

  /** The rows of a generation that has begun. */
  rowsOf(ids: TokenIds): readonly Row[] {
    if (!this.#rows.has(ids)) {
      throw new GenerationError("The stopping criterion needs the logits processor that it was made with.");
    }
    return this.rowsAt(ids);
  }

  #begin(ids: TokenIds): readonly Row[] {
    const constraints = this.#constraints;
    if (constraints.length !== 1 && constraints.length !== ids.length) {
      throw new InvalidOptionError(
        "constraint",
        `there are ${constraints.length} for a batch of ${ids.length}; give one for all rows or one for each`,
      );
    }
    const rows = ids.map((row, i) => new Row(constraints[i] ?? constraints[0]!, row.length));
    this.#rows.set(ids, rows);
    return rows;
  }
}
