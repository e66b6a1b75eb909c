/** Objects whose formula is a conjunction of statements about properties, as nearly all are. */
import { type Formula, type FormulaStore, Kind, TRUE } from "../json-schema/formula.js";
import type { Language } from "../language/index.js";

/** A conjunction of statements about properties, by name: each name's literals are independent of the others. */
export interface FlatIndex {
  readonly byName: ReadonlyMap<string, readonly Formula[]>;
  readonly languages: readonly Formula[];
}

export class FlatObjects {
  private readonly store: FormulaStore;
  private readonly indexes = new Map<Formula, FlatIndex | null>();

  constructor(store: FormulaStore) {
    this.store = store;
  }

  /** What a formula says by name; undefined where it is no such conjunction. */
  index(formula: Formula): FlatIndex | undefined {
    let index = this.indexes.get(formula);
    if (index === undefined) {
      index = this.build(formula);
      this.indexes.set(formula, index);
    }
    return index ?? undefined;
  }

  /** The parts of a conjunction. */
  literals(formula: Formula): readonly Formula[] {
    const { store } = this;
    const isAnd = store.kind(formula) === Kind.And && (formula & 1) === 0;
    return formula === TRUE ? [] : isAnd ? store.children(formula) : [formula];
  }

  private build(formula: Formula): FlatIndex | null {
    const { store } = this;
    const literals = this.literals(formula);
    const byName = new Map<string, Formula[]>();
    const languages: Formula[] = [];
    for (const literal of literals) {
      if (store.kind(literal) !== Kind.Props) return null;
      const name = store.keysOf(store.first(literal));
      if (typeof name !== "string") {
        if ((literal & 1) === 1) return null;
        languages.push(literal);
      } else {
        const list = byName.get(name);
        if (list === undefined) byName.set(name, [literal]);
        else list.push(literal);
      }
    }
    return { byName, languages };
  }

  /** What a flat object says of the value behind a name. */
  values(flat: FlatIndex, name: string): Formula[] {
    const { store } = this;
    const values: Formula[] = [];
    for (const literal of flat.byName.get(name) ?? []) values.push(store.second(literal) ^ (literal & 1));
    for (const literal of flat.languages) {
      if (store.arena.matches(store.keysOf(store.first(literal)) as Language, name)) {
        values.push(store.second(literal));
      }
    }
    return values;
  }
}
