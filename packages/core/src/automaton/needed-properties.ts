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
  /** At least so many properties are to come. */
  readonly count: number;
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
    return { required, wanted, languages, counts, count: this.countOf(formula) };
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

  private countOf(formula: Formula): number {
    const { store } = this;
    const isAnd = store.kind(formula) === Kind.And && (formula & 1) === 0;
    let count = 0;
    for (const literal of isAnd ? store.children(formula) : [formula]) {
      if (store.kind(literal) === Kind.PropCount && (literal & 1) === 0) {
        count = Math.max(count, store.first(literal));
      }
    }
    return count;
  }
}
