/**
 * Whether formulas exclude each other at sight: by the constants that they ask of the same place, as a property that tells
 * the branches of a `oneOf` apart. "Exactly one" of such is "one of them", which is much less to think about.
 */
import { ALL_TYPES, FALSE, type Formula, type FormulaReader, JsonType, Kind } from "./formula-kinds.js";

/** What a formula can hold of: types, and texts where only listed strings are among them. */
interface Range {
  types: number;
  texts: readonly string[];
}

/** The value in progress; properties have their names. */
const VALUE = -1;
type Place = string | typeof VALUE;

/** True: no value satisfies two of them; false says nothing. */
export function excludeEachOther(store: FormulaReader, formulas: readonly Formula[]): boolean {
  const [first, ...others] = formulas.map((formula) => conjunctsOf(store, formula));
  if (first === undefined) return true;
  return placesIn(store, first).some((place) => {
    const range = rangeAt(store, first, place);
    return range !== undefined && areDisjoint(range, others, (other) => rangeAt(store, other, place));
  });
}

function areDisjoint<T>(
  first: Range,
  others: readonly T[],
  rangeOf: (other: T) => Range | undefined,
): boolean {
  let { types } = first;
  const texts = new Set(first.texts);
  for (const other of others) {
    const range = rangeOf(other);
    if (range === undefined || (types & range.types) !== 0) return false;
    if ((types & JsonType.String) !== 0 && range.texts.length > 0) return false;
    if ((range.types & JsonType.String) !== 0 && texts.size > 0) return false;
    for (const text of range.texts) {
      if (texts.has(text)) return false;
      texts.add(text);
    }
    types |= range.types;
  }
  return true;
}

function conjunctsOf(store: FormulaReader, formula: Formula): readonly Formula[] {
  return store.kind(formula) === Kind.And && (formula & 1) === 0 ? store.children(formula) : [formula];
}

/** Where a conjunction says something of a value that there must be. */
function placesIn(store: FormulaReader, conjuncts: readonly Formula[]): Place[] {
  const places: Place[] = [];
  for (const literal of conjuncts) {
    const kind = store.kind(literal);
    if (kind === Kind.ValueIn) places.push(VALUE);
    else if (kind === Kind.Props && (literal & 1) === 1 && store.second(literal) === FALSE) {
      const name = store.nameOf(store.first(literal));
      if (name !== undefined) places.push(name);
    }
  }
  return places;
}

/** What the value there can be; undefined: it need not be there, or it can be anything. */
function rangeAt(store: FormulaReader, conjuncts: readonly Formula[], place: Place): Range | undefined {
  let isThere = place === VALUE;
  let range: Range | undefined;
  for (const literal of conjuncts) {
    const kind = store.kind(literal);
    if (place === VALUE) {
      if (kind === Kind.ValueIn) range = rangeOf(store, store.first(literal) ^ (literal & 1));
    } else if (kind === Kind.Props && store.nameOf(store.first(literal)) === place) {
      if ((literal & 1) === 0) range = rangeOf(store, store.second(literal));
      else if (store.second(literal) === FALSE) isThere = true;
    }
  }
  return isThere ? range : undefined;
}

function rangeOf(store: FormulaReader, formula: Formula): Range {
  const range: Range = { types: ALL_TYPES, texts: [] };
  for (const literal of conjunctsOf(store, formula)) {
    const kind = store.kind(literal);
    if (kind === Kind.Type) range.types &= store.typeMask(literal);
    else if (kind === Kind.Str && (literal & 1) === 0) {
      range.texts = store.arena.listedTexts(store.first(literal)) ?? range.texts;
    }
  }
  // Listed strings stand for the type.
  if ((range.types & JsonType.String) === 0) range.texts = [];
  else if (range.texts.length > 0) range.types ^= JsonType.String;
  return range;
}
