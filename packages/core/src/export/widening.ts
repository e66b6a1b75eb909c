import { type Formula, type FormulaStore, Kind, TRUE } from "../json-schema/formula.js";

/** What rules of a grammar cannot say: that items differ, and how many properties there are when others may come. */
export type WidenedAtom = "unique" | "count";

/** Widens formulas by what no rule of a grammar can say, and tells what that was. */
export class Widening {
  private readonly store: FormulaStore;
  private readonly report: (atom: WidenedAtom, path: string) => void;

  constructor(store: FormulaStore, report: (atom: WidenedAtom, path: string) => void) {
    this.store = store;
    this.report = report;
  }

  /** A formula about arrays that holds of all arrays of which the given one does, and does not ask whether items differ. */
  withoutUnique(formula: Formula, path: string): Formula {
    if (!this.has(formula, Kind.Unique)) return formula;
    this.report("unique", path);
    return this.widen(formula);
  }

  /** Reports a count of properties: in an object with other properties a name that repeats counts twice. */
  noteCounts(formula: Formula, path: string): void {
    if (this.has(formula, Kind.PropCount)) this.report("count", path);
  }

  private has(formula: Formula, kind: Kind): boolean {
    let found = false;
    this.store.forEachAtom(formula, (literal) => {
      found ||= this.store.kind(literal) === kind;
    });
    return found;
  }

  private widen(formula: Formula): Formula {
    if (!this.has(formula, Kind.Unique)) return formula;
    const { store } = this;
    const negated = formula & 1;
    switch (store.kind(formula)) {
      case Kind.And: {
        const parts = store.children(formula).map((child) => this.widen(child ^ negated));
        return negated === 0 ? store.and(parts) : store.or(parts);
      }
      case Kind.ExactlyOne:
        // Which of them hold depends on what is left out: any may, at least one.
        return negated === 0 ? store.or(store.children(formula).map((child) => this.widen(child))) : TRUE;
      default:
        return TRUE;
    }
  }
}
