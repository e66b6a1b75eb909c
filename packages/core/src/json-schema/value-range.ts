/**
 * What a formula says of its values at sight: their types, and of some types only the values that it lists. A formula may
 * say more than its range.
 */
import { DisjointNumbers, LanguageLimitError, type NumberSet, numberSet } from "../language/index.js";
import {
  ALL_TYPES,
  ATOM_TYPE,
  type Formula,
  type FormulaReader,
  JsonType,
  Kind,
  type ValueRange,
} from "./formula-kinds.js";

export const ANYTHING: ValueRange = ofTypes(ALL_TYPES);

/** The values of some types. */
export function ofTypes(types: number): ValueRange {
  return { types, texts: [], numbers: undefined, constants: [] };
}

/** All values but numbers, and some of these. */
export function withNumbers(numbers: NumberSet): ValueRange {
  return { ...ofTypes(ALL_TYPES ^ JsonType.Number), numbers };
}

/** Deeper formulas, and longer disjunctions, are not looked at. */
const MAX_DEPTH = 4;
const MAX_CASES = 64;

export function rangeOf(store: FormulaReader, formula: Formula, depth = 0): ValueRange {
  const kind = store.kind(formula);
  const negated = (formula & 1) === 1;
  if (depth > MAX_DEPTH) return ANYTHING;
  switch (kind) {
    case Kind.True:
      return ofTypes(negated ? 0 : ALL_TYPES);
    case Kind.And: {
      const children = store.children(formula);
      if (!negated) return rangeOfAll(store, children, depth);
      if (children.length > MAX_CASES) return ANYTHING;
      return inSome(
        store,
        children.map((child) => rangeOf(store, child ^ 1, depth + 1)),
      );
    }
    case Kind.Type:
      return ofTypes(store.typeMask(formula));
    case Kind.Schema: {
      const type = store.constantType(formula);
      if (type !== undefined) return { ...ofTypes(0), constants: [formula] };
      return store.rangeOfSchema(formula) ?? ANYTHING;
    }
    default: {
      const type = ATOM_TYPE[kind] as number;
      if (type === 0) return ANYTHING;
      // A negated atom implies its type.
      if (negated) return ofTypes(type);
      const texts = kind === Kind.Str ? store.arena.listedTexts(store.first(formula)) : undefined;
      if (texts !== undefined) return { ...ofTypes(ALL_TYPES ^ type), texts };
      const numbers = kind === Kind.Num ? numberSet(store.arena, store.first(formula)) : undefined;
      return numbers === undefined ? ANYTHING : withNumbers(numbers);
    }
  }
}

/** The range of values that satisfy all of some formulas. */
export function rangeOfAll(store: FormulaReader, conjuncts: readonly Formula[], depth = 0): ValueRange {
  let range = ANYTHING;
  for (const conjunct of conjuncts) range = inBoth(store, range, rangeOf(store, conjunct, depth));
  return range;
}

export function inBoth(store: FormulaReader, x: ValueRange, y: ValueRange): ValueRange {
  if (x === ANYTHING) return y;
  if (y === ANYTHING) return x;
  return {
    types: x.types & y.types,
    texts: common(
      x,
      y,
      (one) => one.texts,
      () => JsonType.String,
    ),
    numbers: commonNumbers(store, x, y),
    constants: common(
      x,
      y,
      (one) => one.constants,
      (one) => store.constantType(one) as number,
    ),
  };
}

function commonNumbers(store: FormulaReader, x: ValueRange, y: ValueRange): NumberSet | undefined {
  if ((x.types & JsonType.Number) !== 0) return y.numbers;
  if ((y.types & JsonType.Number) !== 0) return x.numbers;
  const [ofX, ofY] = [x.numbers, y.numbers];
  if (ofX === undefined || ofY === undefined) return undefined;
  return within(() => ofX.intersection(ofY, store.arena.nodes.limits)) ?? ofX;
}

/** Undefined: it takes more than the limits of languages allow. */
function within(find: () => NumberSet): NumberSet | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof LanguageLimitError) return undefined;
    throw error;
  }
}

/** What two ranges have in common of what they list. */
function common<T>(
  x: ValueRange,
  y: ValueRange,
  list: (of: ValueRange) => readonly T[],
  typeOf: (one: T) => number,
): readonly T[] {
  const inOther = (of: ValueRange, other: ValueRange) => {
    const others = new Set(list(other));
    return list(of).filter((one) => (other.types & typeOf(one)) !== 0 || others.has(one));
  };
  return [...new Set([...inOther(x, y), ...inOther(y, x)])];
}

/** The values that are in one of some ranges. */
export function inSome(store: FormulaReader, ranges: readonly ValueRange[]): ValueRange {
  let types = 0;
  for (const range of ranges) types |= range.types;
  const sets = ranges.map((range) => range.numbers).filter((set) => set !== undefined);
  let numbers: NumberSet | undefined;
  if (sets.length > 0 && (types & JsonType.Number) === 0) {
    numbers = within(() => sets.reduce((x, y) => x.union(y, store.arena.nodes.limits)));
    if (numbers === undefined) types |= JsonType.Number;
  }
  return {
    types,
    texts: (types & JsonType.String) !== 0 ? [] : ranges.flatMap(({ texts }) => texts),
    numbers,
    constants: ranges
      .flatMap(({ constants }) => constants)
      .filter((one) => (types & (store.constantType(one) as number)) === 0),
  };
}

/** Ranges that have nothing in common. */
export class SeenRanges {
  /** Types of which any value was seen, and types of which some were. */
  private types = 0;
  private listedTypes = 0;
  private readonly texts = new Set<string>();
  private readonly constants = new Set<Formula>();
  private numbers: DisjointNumbers | undefined;

  constructor(private readonly store: FormulaReader) {}

  /** False: the range may have something in common with those before, and is left out. */
  add(range: ValueRange): boolean {
    const { types, texts, numbers, constants } = range;
    let listed = texts.length > 0 ? JsonType.String : 0;
    if (numbers !== undefined) listed |= JsonType.Number;
    for (const one of constants) listed |= this.store.constantType(one) as number;
    if ((this.types & (types | listed)) !== 0 || (this.listedTypes & types) !== 0) return false;
    if (texts.some((text) => this.texts.has(text))) return false;
    if (constants.some((one) => this.constants.has(one))) return false;
    if (numbers !== undefined) {
      this.numbers ??= new DisjointNumbers(this.store.arena.nodes.limits);
      if (!this.numbers.add(numbers)) return false;
    }
    this.types |= types;
    this.listedTypes |= listed;
    for (const text of texts) this.texts.add(text);
    for (const one of constants) this.constants.add(one);
    return true;
  }
}
