/**
 * What "not all items are different" comes to: some item equals another. An array with a known item is described by the
 * formula of its other items, in which `ValueIn` says what that item must be; so an item that comes twice is one value,
 * taken out twice.
 *
 * It does not matter which of several places that the formula does not tell apart an item has: their items can be
 * exchanged, as long as nothing more is said about which items differ.
 */
import type { Language } from "../language/index.js";
import { FALSE, type Formula, type FormulaStore, JsonType, Kind, UNBOUNDED } from "./formula.js";

/** How a formula's `Unique` atoms occur; bits. */
export const DIFFERENT = 1;
export const REPEATED = 2;

/** Whether the formula can need items to be different, to be repeated, both or none. */
export function uniqueSigns(store: FormulaStore, formula: Formula): number {
  let signs = 0;
  store.forEachAtom(formula, (literal) => {
    if (store.kind(literal) === Kind.Unique) signs |= (literal & 1) === 1 ? REPEATED : DIFFERENT;
  });
  return signs;
}

/**
 * What the items before were, with one more: strings stay one list, so that the next item is compared with one language,
 * and not with each of them.
 */
export function withEarlier(store: FormulaStore, earlier: Formula, item: Formula): Formula {
  const texts = listedStrings(store, item);
  if (texts === undefined) return store.or([earlier, item]);
  const isOr = store.kind(earlier) === Kind.And && (earlier & 1) === 1;
  const values = isOr ? store.children(earlier).map((child) => child ^ 1) : [earlier];
  for (let i = 0; i < values.length; i++) {
    const others = listedStrings(store, values[i] as Formula);
    if (others === undefined) continue;
    const all = store.str(store.arena.joinedLists(others, texts));
    values[i] = store.and([store.type(JsonType.String), all]);
    return store.or(values);
  }
  return store.or([earlier, item]);
}

/** The texts, if a formula says that the value is one of some strings. */
function listedStrings(store: FormulaStore, formula: Formula): Language | undefined {
  if (store.kind(formula) !== Kind.And || (formula & 1) === 1) return undefined;
  const [x, y, ...rest] = store.children(formula) as [Formula, Formula, ...Formula[]];
  if (rest.length > 0) return undefined;
  const [type, texts] = store.kind(x) === Kind.Type ? [x, y] : [y, x];
  if (type !== store.type(JsonType.String) || store.kind(texts) !== Kind.Str || (texts & 1) === 1)
    return undefined;
  const language = store.first(texts);
  return store.arena.isListed(language) ? language : undefined;
}

/** How many arrays and objects are among the items that a formula says others must differ from. */
export function comparedIn(store: FormulaStore, earlier: Formula): number {
  let count = 0;
  store.forEachAtom(earlier, (one) => {
    if (store.kind(one) === Kind.Schema) count++;
  });
  return count;
}

/** No more items than so many are needed for what a formula says. */
export function mostNeededItems(store: FormulaStore, formula: Formula): number {
  let most = 0;
  store.forEachAtom(formula, (literal) => {
    const kind = store.kind(literal);
    if (kind === Kind.ItemCount) most += store.first(literal);
    else if (kind !== Kind.Items) return;
    else if (store.third(literal) === FALSE && store.second(literal) === UNBOUNDED)
      most += store.first(literal) + 1;
    else most++;
  });
  return most;
}

/** The formula where "all are different" has this truth. */
export function assumeUnique(store: FormulaStore, formula: Formula, truth: Formula): Formula {
  return store.map(formula, (atom) => (store.kind(atom) === Kind.Unique ? truth : atom), new Map());
}

/**
 * What must hold of the other items of an array, the one at `index`, which it has, taken out; `ValueIn` is about that
 * one. Nothing is said about which items differ.
 */
export function withoutItem(store: FormulaStore, formula: Formula, index: number): Formula {
  const others = store.map(
    formula,
    (atom) => {
      const kind = store.kind(atom);
      if (kind === Kind.ItemCount) {
        const counted = store.second(atom);
        const fewer = store.itemCount(store.first(atom) - 1, counted);
        return store.or([atom, store.and([store.valueIn(counted), fewer])]);
      }
      if (kind !== Kind.Items) return atom;
      const from = store.first(atom);
      const to = store.second(atom);
      const value = store.third(atom);
      if (to <= index) return atom;
      const last = to === UNBOUNDED ? to : to - 1;
      if (index < from) return store.items(from - 1, last, value);
      return store.and([store.valueIn(value), store.items(from, last, value)]);
    },
    new Map(),
  );
  return store.and([others, store.minItems(index)]);
}

/** The indices where what the formula says of items changes, ascending, 0 first. */
export function itemStretches(store: FormulaStore, formula: Formula): number[] {
  const starts = new Set([0]);
  store.forEachAtom(formula, (literal) => {
    if (store.kind(literal) !== Kind.Items) return;
    starts.add(store.first(literal));
    if (store.second(literal) !== UNBOUNDED) starts.add(store.second(literal));
  });
  return [...starts].sort((a, b) => a - b);
}

/**
 * For a formula with `ValueIn` about an item: what must hold of it and of what comes behind, if an equal item does; one
 * of the results must hold.
 */
export function repeatedLater(store: FormulaStore, stepped: Formula): Formula[] {
  const repeated = assumeUnique(store, stepped, FALSE);
  if (repeated === FALSE) return [];
  return itemStretches(store, repeated)
    .map((index) => withoutItem(store, repeated, index))
    .filter((formula) => formula !== FALSE);
}

/** For a formula: what must hold of two equal items and of the others; one of the results must hold. */
export function* equalPairs(store: FormulaStore, formula: Formula): Generator<Formula> {
  const repeated = assumeUnique(store, formula, FALSE);
  const starts = itemStretches(store, repeated);
  for (const [stretch, first] of starts.entries()) {
    const once = withoutItem(store, repeated, first);
    if (once === FALSE) continue;
    for (const start of starts.slice(stretch)) {
      // In the same stretch: the next item, which is in the first one's place when that is taken out.
      const second = start === first ? first : start - 1;
      if (start === first && first + 1 === starts[stretch + 1]) continue;
      const twice = withoutItem(store, once, second);
      if (twice !== FALSE) yield twice;
    }
  }
}
