/**
 * Branches that differ in what they ask of one property alone: "exactly one of them" is then exactly one of what they ask
 * of its value, which is a language or a smaller formula, where each branch apart asks about all others again.
 */
import { FALSE, type Formula, type FormulaReader, type KeySet, Kind } from "./formula-kinds.js";

/** What such branches say. */
export interface OneProperty {
  /** What all of them say, that the property is there included. */
  readonly common: readonly Formula[];
  readonly keys: KeySet;
  /** What each of them asks of the property's value. */
  readonly values: readonly Formula[];
}

/** Undefined: the branches differ in something else, or the property need not be there. */
export function differInOneProperty(
  store: FormulaReader,
  branches: readonly Formula[],
): OneProperty | undefined {
  const [first, ...others] = branches.map((branch) => conjunctsOf(store, branch));
  if (first === undefined || others.length === 0) return undefined;
  const second = new Set(others[0]);
  const candidates = first.filter((literal) => second.has(literal));
  if (candidates.length !== first.length - 1) return undefined;
  const common = new Set(candidates);
  const values: Formula[] = [];
  let keys: KeySet | undefined;
  for (const conjuncts of [first, ...others]) {
    if (conjuncts.length !== first.length) return undefined;
    const own = conjuncts.filter((literal) => !common.has(literal));
    const [property] = own;
    if (own.length !== 1 || property === undefined || (property & 1) === 1) return undefined;
    if (store.kind(property) !== Kind.Props) return undefined;
    keys ??= store.first(property);
    if (store.first(property) !== keys) return undefined;
    values.push(store.second(property));
  }
  const asked = keys;
  const isRequired = candidates.some(
    (literal) =>
      (literal & 1) === 1 &&
      store.kind(literal) === Kind.Props &&
      store.first(literal) === asked &&
      store.second(literal) === FALSE,
  );
  if (asked === undefined || !isRequired || store.nameOf(asked) === undefined) return undefined;
  return { common: candidates, keys: asked, values };
}

function conjunctsOf(store: FormulaReader, formula: Formula): readonly Formula[] {
  return store.kind(formula) === Kind.And && (formula & 1) === 0 ? store.children(formula) : [formula];
}
