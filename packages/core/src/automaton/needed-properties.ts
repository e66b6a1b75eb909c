/** Which properties can bring an open object nearer to its end, and which it cannot end without. */
import { type Formula, type FormulaStore, Kind } from "../json-schema/formula.js";
import type { Language } from "../language/index.js";

export interface NeededProperties {
  /** Names that come before every end. */
  readonly required: readonly string[];
  /** Names that some way to the end asks for. */
  readonly wanted: ReadonlySet<string>;
  /** Languages of names of which some way to the end asks for one. */
  readonly languages: ReadonlySet<Language>;
  /** A lower bound of the bytes of the properties to come: names, quotes, colons, a byte a value, and what follows that. */
  readonly bytes: number;
  /** Whether some way to the end asks for a number of properties, whatever their names. */
  readonly counts: boolean;
}

/** Analyses the formulas of rests of objects. */
export class NeededPropertiesIndex {
  private readonly store: FormulaStore;
  private readonly known = new Map<Formula, NeededProperties>();
  private readonly required = new Map<Formula, readonly string[]>();

  constructor(store: FormulaStore) {
    this.store = store;
  }

  of(formula: Formula): NeededProperties {
    let needed = this.known.get(formula);
    if (needed === undefined) {
      needed = this.compute(formula);
      this.known.set(formula, needed);
    }
    return needed;
  }

  /** More properties help only where the formula says that some property, or some number of them, must be there. */
  private compute(formula: Formula): NeededProperties {
    const { store } = this;
    const wanted = new Set<string>();
    const languages = new Set<Language>();
    let counts = false;
    const seen = new Set<Formula>();
    const visit = (literal: Formula): void => {
      if (seen.has(literal)) return;
      seen.add(literal);
      const negated = (literal & 1) === 1;
      switch (store.kind(literal)) {
        case Kind.And:
          for (const child of store.children(literal)) visit(child ^ (literal & 1));
          break;
        case Kind.ExactlyOne:
          for (const child of store.children(literal)) {
            visit(child);
            visit(child ^ 1);
          }
          break;
        case Kind.Props: {
          if (!negated) break;
          const keys = store.keysOf(store.first(literal));
          if (typeof keys === "string") wanted.add(keys);
          else languages.add(keys);
          break;
        }
        case Kind.PropCount:
          counts ||= !negated;
      }
    };
    visit(formula);
    const required = this.requiredIn(formula);
    return { required, wanted, languages, counts, bytes: new LeastBytes(store).of(formula) };
  }

  private requiredIn(formula: Formula): readonly string[] {
    let names = this.required.get(formula);
    if (names === undefined) {
      names = this.computeRequired(formula);
      this.required.set(formula, names);
    }
    return names;
  }

  private computeRequired(formula: Formula): readonly string[] {
    const { store } = this;
    const negated = (formula & 1) === 1;
    switch (store.kind(formula)) {
      case Kind.And:
        if (!negated) {
          return [...new Set(store.children(formula).flatMap((child) => this.requiredIn(child)))];
        }
        return this.inAll(store.children(formula).map((child) => child ^ 1));
      case Kind.ExactlyOne:
        return negated ? [] : this.inAll(store.children(formula));
      case Kind.Props: {
        const name = store.nameOf(store.first(formula));
        return negated && name !== undefined ? [name] : [];
      }
      default:
        return [];
    }
  }

  /** The names that all cases need. */
  private inAll(cases: readonly Formula[]): readonly string[] {
    let common = this.requiredIn(cases[0] as Formula);
    for (let i = 1; i < cases.length && common.length > 0; i++) {
      const names = new Set(this.requiredIn(cases[i] as Formula));
      common = common.filter((name) => names.has(name));
    }
    return common;
  }
}

/** A property's quotes, colon, value, and the comma or bracket behind it. */
const BESIDE_NAME = 5;
/** So many parts of a formula are looked at; what is left counts as needing nothing. */
const MAX_PARTS = 20_000;
const MAX_DEPTH = 50;

/** How short the properties can be that a formula needs, by the names that it needs and how many they are. */
class LeastBytes {
  private readonly store: FormulaStore;
  private parts = 0;
  /** Names that are counted already. */
  private readonly counted = new Set<string>();

  constructor(store: FormulaStore) {
    this.store = store;
  }

  of(formula: Formula, depth = 0): number {
    const { store, counted } = this;
    if (++this.parts > MAX_PARTS || depth > MAX_DEPTH) return 0;
    const kind = store.kind(formula);
    if (kind === Kind.ExactlyOne) {
      return (formula & 1) === 0 ? this.ofOne(store.children(formula), 0, depth) : 0;
    }
    if (kind === Kind.And && (formula & 1) === 1) return this.ofOne(store.children(formula), 1, depth);
    const conjuncts = kind === Kind.And ? store.children(formula) : [formula];
    const own: string[] = [];
    let least = 0;
    let count = 0;
    for (const literal of conjuncts) {
      const name = this.neededBy(literal);
      if (name !== undefined && !counted.has(name)) {
        own.push(name);
        counted.add(name);
        least += byteLength(name) + BESIDE_NAME;
      }
      if (store.kind(literal) === Kind.PropCount && (literal & 1) === 0) {
        count = Math.max(count, store.first(literal));
      }
    }
    let further = BESIDE_NAME * Math.max(0, count - counted.size);
    for (const choice of kind === Kind.And ? conjuncts : []) {
      const choiceKind = store.kind(choice);
      if (choiceKind === Kind.And || choiceKind === Kind.ExactlyOne)
        further = Math.max(further, this.of(choice, depth + 1));
    }
    for (const name of own) counted.delete(name);
    return least + further;
  }

  /** Of the formulas (negated: `sign` is 1), the one that needs least. */
  private ofOne(cases: readonly Formula[], sign: 0 | 1, depth: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < cases.length && least > 0; i++)
      least = Math.min(least, this.of((cases[i] as Formula) ^ sign, depth + 1));
    return least;
  }

  private neededBy(literal: Formula): string | undefined {
    const { store } = this;
    const isNeeded = store.kind(literal) === Kind.Props && (literal & 1) === 1;
    return isNeeded ? store.nameOf(store.first(literal)) : undefined;
  }
}

const encoder = new TextEncoder();
const byteLength = (name: string): number => encoder.encode(name).length;
