/**
 * Whether formulas exclude each other at sight: by the constants that they ask of the same place, as a property that tells
 * the branches of a `oneOf` apart, or because one needs a property that the other forbids. "Exactly one" of such is "one of them", which is much less to think about.
 */
import {
  ALL_TYPES,
  FALSE,
  type Formula,
  type FormulaReader,
  JsonType,
  type KeySet,
  Kind,
} from "./formula-kinds.js";

/** What a formula can hold of: types, and texts where only listed strings are among them. */
interface Range {
  types: number;
  texts: readonly string[];
}

/** The value in progress; properties have their names. */
const VALUE = -1;
type Place = string | typeof VALUE;

/** Of places that some formulas speak of, so many are looked at: those of the most formulas. */
const MAX_PLACES = 2;
/** Of more formulas, not each one is compared with each other one. */
const MAX_COMPARED = 64;

const NO_NAMES: ReadonlySet<string> = new Set();

/**
 * Some of the formulas, as many as are found, of which no value satisfies two.
 * @param present names of properties that all values in question have
 */
export function exclusiveAmong(
  store: FormulaReader,
  formulas: readonly Formula[],
  present: ReadonlySet<string> = NO_NAMES,
): readonly Formula[] {
  const branches = formulas.map((formula) => new Branch(store, formula, present));
  const counts = new Map<Place, number>();
  for (const { places } of branches) {
    for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const places = [...counts].sort(([, x], [, y]) => y - x).slice(0, MAX_PLACES);
  let most: Branch[] = [];
  for (const [place, count] of places) {
    if (count <= most.length) break;
    const seen = new Seen();
    const group = branches.filter((branch) => {
      const range = branch.rangeAt(place);
      return range !== undefined && seen.add(range);
    });
    if (group.length > most.length) most = group;
  }
  if (most.length < branches.length && branches.length <= MAX_COMPARED) {
    for (const branch of branches) {
      if (!most.includes(branch) && most.every((other) => branch.excludes(other))) most.push(branch);
    }
  }
  // By branch: a formula that stands twice does not exclude itself.
  const kept = new Set(most);
  return branches.filter((branch) => kept.has(branch)).map(({ formula }) => formula);
}

/** What a formula says that may exclude others. */
class Branch {
  /** Where it says something of a value that there must be. */
  readonly places: readonly Place[];
  private readonly conjuncts: readonly Formula[];
  /** Sets of names that no property may have. */
  private readonly forbidden: readonly KeySet[];

  constructor(
    private readonly store: FormulaReader,
    readonly formula: Formula,
    private readonly present: ReadonlySet<string>,
  ) {
    this.conjuncts = conjunctsOf(store, formula);
    this.places = placesIn(store, this.conjuncts, present);
    this.forbidden = this.conjuncts
      .filter((literal) => store.kind(literal) === Kind.Props && (literal & 1) === 0)
      .filter((literal) => store.second(literal) === FALSE)
      .map((literal) => store.first(literal));
  }

  /** What the value at a place can be; undefined: it need not be there, or it can be anything. */
  rangeAt(place: Place): Range | undefined {
    return rangeAt(this.store, this.conjuncts, place, this.present);
  }

  /** Whether one of two needs a property that the other forbids, or both ask different constants of the same place. */
  excludes(other: Branch): boolean {
    if (this.needsForbidden(other) || other.needsForbidden(this)) return true;
    return this.places.some((place) => {
      const range = this.rangeAt(place);
      const its = other.places.includes(place) ? other.rangeAt(place) : undefined;
      if (range === undefined || its === undefined) return false;
      const seen = new Seen();
      return seen.add(range) && seen.add(its);
    });
  }

  private needsForbidden(other: Branch): boolean {
    const isForbidden = (name: string) => other.forbidden.some((keys) => this.store.hasKey(keys, name));
    return this.places.some((place) => place !== VALUE && isForbidden(place));
  }
}

/** Ranges that have nothing in common. */
class Seen {
  private types = 0;
  private readonly texts = new Set<string>();

  /** False: the range has something in common with those before, and is left out. */
  add({ types, texts }: Range): boolean {
    if ((this.types & types) !== 0) return false;
    if ((this.types & JsonType.String) !== 0 && texts.length > 0) return false;
    if ((types & JsonType.String) !== 0 && this.texts.size > 0) return false;
    if (texts.some((text) => this.texts.has(text))) return false;
    this.types |= types;
    for (const text of texts) this.texts.add(text);
    return true;
  }
}

function conjunctsOf(store: FormulaReader, formula: Formula): readonly Formula[] {
  return store.kind(formula) === Kind.And && (formula & 1) === 0 ? store.children(formula) : [formula];
}

function placesIn(
  store: FormulaReader,
  conjuncts: readonly Formula[],
  present: ReadonlySet<string>,
): Place[] {
  const places = new Set<Place>();
  for (const literal of conjuncts) {
    const kind = store.kind(literal);
    if (kind === Kind.ValueIn) places.add(VALUE);
    else if (kind === Kind.Props) {
      const name = store.nameOf(store.first(literal));
      if (name !== undefined && (present.has(name) || isPresence(store, literal))) places.add(name);
    }
  }
  return [...places];
}

/** Whether a literal says that there is a property. */
function isPresence(store: FormulaReader, literal: Formula): boolean {
  return store.kind(literal) === Kind.Props && (literal & 1) === 1 && store.second(literal) === FALSE;
}

function rangeAt(
  store: FormulaReader,
  conjuncts: readonly Formula[],
  place: Place,
  present: ReadonlySet<string>,
): Range | undefined {
  let isThere = place === VALUE || present.has(place);
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
