/**
 * Whether formulas exclude each other at sight: by the constants that they ask of the same place, as a property that tells
 * the branches of a `oneOf` apart, or because one needs a property that the other forbids. "Exactly one" of such is "one of them", which is much less to think about.
 */
import {
  ALL_TYPES,
  FALSE,
  type Formula,
  type FormulaReader,
  type KeySet,
  Kind,
  type ValueRange,
} from "./formula-kinds.js";
import { ANYTHING, inBoth, rangeOf, rangeOfAll, SeenRanges } from "./value-range.js";

/** The value in progress, and the value that the formulas are about; properties have their names. */
const VALUE = -1;
const SELF = -2;
type Place = string | typeof VALUE | typeof SELF;

/** Of places that some formulas speak of, so many are looked at: those of the most formulas. */
const MAX_PLACES = 3;
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
    const seen = new SeenRanges(store);
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
  private readonly ranges = new Map<Place, ValueRange | undefined>();

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
  rangeAt(place: Place): ValueRange | undefined {
    let range = this.ranges.get(place);
    if (range === undefined && !this.ranges.has(place)) {
      range = rangeAt(this.store, this.conjuncts, place, this.present);
      this.ranges.set(place, range);
    }
    return range;
  }

  /** Whether one of two needs a property that the other forbids, or both ask different constants of the same place. */
  excludes(other: Branch): boolean {
    if (this.needsForbidden(other) || other.needsForbidden(this)) return true;
    return this.places.some((place) => {
      const range = this.rangeAt(place);
      const its = other.places.includes(place) ? other.rangeAt(place) : undefined;
      if (range === undefined || its === undefined) return false;
      const seen = new SeenRanges(this.store);
      return seen.add(range) && seen.add(its);
    });
  }

  private needsForbidden(other: Branch): boolean {
    const isForbidden = (name: string) => other.forbidden.some((keys) => this.store.hasKey(keys, name));
    return this.places.some((place) => typeof place === "string" && isForbidden(place));
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
  const places = new Set<Place>([SELF]);
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
): ValueRange | undefined {
  if (place === SELF) return told(rangeOfAll(store, conjuncts));
  let isThere = place === VALUE || present.has(place);
  let range = ANYTHING;
  for (const literal of conjuncts) {
    const kind = store.kind(literal);
    if (place === VALUE) {
      if (kind === Kind.ValueIn)
        range = inBoth(store, range, rangeOf(store, store.first(literal) ^ (literal & 1)));
    } else if (kind === Kind.Props && store.nameOf(store.first(literal)) === place) {
      if ((literal & 1) === 0) range = inBoth(store, range, rangeOf(store, store.second(literal)));
      else if (store.second(literal) === FALSE) isThere = true;
    }
  }
  return isThere ? told(range) : undefined;
}

/** Undefined: any value is in the range. */
const told = (range: ValueRange): ValueRange | undefined => (range.types === ALL_TYPES ? undefined : range);
