/** What a value can be, where formulas ask about it: the combinations of their `ValueIn` atoms' truths. */
import { FALSE, type Formula, type FormulaStore, Kind, TRUE } from "./formula.js";

/** One of them: what the value must be, and what is left of each formula. */
export interface ValueCase {
  readonly value: Formula;
  readonly rests: readonly Formula[];
}

/**
 * The cases in which some value is, and some formula can hold.
 * @param value whether some value satisfies a formula
 * @param step counts a case; throws when there are too many
 */
export function* valueCases(
  store: FormulaStore,
  formulas: readonly Formula[],
  { value, step }: { value(formula: Formula): boolean; step(): void },
  chosen: Formula = TRUE,
): Generator<ValueCase> {
  step();
  if (formulas.every((formula) => formula === FALSE) || !value(chosen)) return;
  let asked: Formula | undefined;
  for (const formula of formulas) {
    store.forEachAtom(formula, (literal) => {
      if (store.kind(literal) === Kind.ValueIn) asked ??= store.first(literal);
    });
  }
  if (asked === undefined) {
    yield { value: chosen, rests: formulas };
    return;
  }
  for (const answer of [TRUE, FALSE]) {
    const fill = (atom: Formula) =>
      store.kind(atom) === Kind.ValueIn && store.first(atom) === asked ? answer : atom;
    const memo = new Map<number, Formula>();
    const rests = formulas.map((formula) => store.map(formula, fill, memo));
    const same = answer === TRUE ? asked : asked ^ 1;
    yield* valueCases(store, rests, { value, step }, store.and([chosen, same]));
  }
}
