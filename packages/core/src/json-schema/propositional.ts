/**
 * Formulas as mere propositions: whether their boolean structure can hold, whatever the atoms mean, and with which truths
 * of the atoms. A search with unit propagation (Davis, Logemann and Loveland 1962) on clauses sees no more than that, and
 * is hundreds of times as fast as the tableau, which builds a formula for each case.
 */
import { FALSE, type Formula, type FormulaReader, Kind } from "./formula-kinds.js";

/** Exactly-ones of more branches say only that there is one. */
const MAX_PAIRS = 24;

const UNSET = 0;
const TRUE_VALUE = 1;
const FALSE_VALUE = -1;

/** A literal of the search: twice a variable, plus one if negated. */
type Literal = number;

export const CONTRADICTION = "contradiction";

/**
 * Literals that together make a formula true; `CONTRADICTION`: none do. Undefined: that was not found out.
 * @param maxDecisions so many cases are tried; `onDecision` is called for each
 */
export function modelOf(
  store: FormulaReader,
  formula: Formula,
  maxDecisions: number,
  onDecision: () => void,
): readonly Formula[] | typeof CONTRADICTION | undefined {
  const clauses = new Clauses(store);
  if (!clauses.assert(formula)) return CONTRADICTION;
  const search = new Search(clauses.list, clauses.defaults, maxDecisions, onDecision);
  const found = search.run();
  if (found === undefined) return undefined;
  if (!found) return CONTRADICTION;
  return clauses.isExact ? clauses.atomsAmong(search.model()) : undefined;
}

/** The clauses of a formula; one that is nested in others has a variable, which implies it. */
class Clauses {
  readonly list: Literal[][] = [];
  /** By variable, what it is where nothing else is known: what an atom is of an object or array that ends here. */
  readonly defaults: number[] = [];
  /** Whether the clauses say all that the formula says. */
  isExact = true;
  private readonly store: FormulaReader;
  /** Of formulas, both signs apart for connectives, which are only implied. */
  private readonly literals = new Map<Formula, Literal>();

  constructor(store: FormulaReader) {
    this.store = store;
  }

  /** False: the formula is `FALSE`. */
  assert(formula: Formula): boolean {
    if (formula === FALSE) return false;
    this.imply(undefined, formula);
    return true;
  }

  /** The atoms that some literals stand for. */
  atomsAmong(literals: readonly Literal[]): Formula[] {
    const atoms: Formula[] = [];
    const formulas: Formula[] = [];
    for (const [formula, literal] of this.literals) formulas[literal >> 1] = formula;
    for (const literal of literals) {
      const formula = formulas[literal >> 1] as Formula;
      const kind = this.store.kind(formula);
      if (kind !== Kind.And && kind !== Kind.ExactlyOne) atoms.push(formula | (literal & 1));
    }
    return atoms;
  }

  /** A literal that implies the formula. */
  private literal(formula: Formula): Literal {
    const { store } = this;
    const kind = store.kind(formula);
    const isAtom = kind !== Kind.And && kind !== Kind.ExactlyOne;
    const key = isAtom ? formula & ~1 : formula;
    let literal = this.literals.get(key);
    if (literal === undefined) {
      const holdsAtEnd = isAtom && kind !== Kind.PropCount && kind !== Kind.ItemCount;
      literal = (this.defaults.push(holdsAtEnd ? TRUE_VALUE : FALSE_VALUE) - 1) << 1;
      this.literals.set(key, literal);
      if (!isAtom) this.imply(literal, formula);
    }
    return isAtom ? literal | (formula & 1) : literal;
  }

  private imply(condition: Literal | undefined, formula: Formula): void {
    const { store } = this;
    const given = condition === undefined ? [] : [condition ^ 1];
    const kind = store.kind(formula);
    if (kind === Kind.And && (formula & 1) === 0) {
      for (const child of store.children(formula)) {
        if (condition === undefined) this.imply(undefined, child);
        else this.list.push([...given, this.literal(child)]);
      }
    } else if (kind === Kind.And) {
      this.list.push([...given, ...store.children(formula).map((child) => this.literal(child ^ 1))]);
    } else if (kind === Kind.ExactlyOne) {
      // That not exactly one holds is left open.
      if ((formula & 1) === 0) this.implyOne(given, store.children(formula));
      else this.isExact = false;
    } else if (formula !== 0) this.list.push([...given, this.literal(formula)]);
  }

  private implyOne(given: readonly Literal[], children: readonly Formula[]): void {
    const chosen = children.map((child) => this.literal(child));
    this.list.push([...given, ...chosen]);
    if (children.length > MAX_PAIRS) {
      this.isExact = false;
      return;
    }
    children.forEach((child, i) => {
      const without = this.literal(child ^ 1);
      for (let k = 0; k < chosen.length; k++) {
        if (k !== i) this.list.push([...given, (chosen[k] as Literal) ^ 1, without]);
      }
    });
  }
}

class Search {
  private readonly values: Int8Array;
  /** By literal: the clauses that have it. */
  private readonly occurrences: number[][];
  /** By clause: how many of its literals are not false, and how many are true. */
  private readonly open: Int32Array;
  private readonly held: Int32Array;
  /** What is true. */
  private readonly trail: Literal[] = [];

  constructor(
    private readonly clauses: readonly (readonly Literal[])[],
    private readonly defaults: readonly number[],
    private readonly maxDecisions: number,
    private readonly onDecision: () => void,
  ) {
    this.values = new Int8Array(defaults.length);
    this.occurrences = Array.from({ length: 2 * defaults.length }, () => []);
    this.open = new Int32Array(clauses.length);
    this.held = new Int32Array(clauses.length);
    clauses.forEach((clause, index) => {
      this.open[index] = clause.length;
      for (const literal of clause) (this.occurrences[literal] as number[]).push(index);
    });
  }

  /** Whether all clauses can hold, and then do; undefined: too many cases. */
  run(): boolean | undefined {
    const units: Literal[] = [];
    for (let i = 0; i < this.clauses.length; i++) {
      if (this.open[i] === 1) units.push((this.clauses[i] as readonly Literal[])[0] as Literal);
    }
    if (!this.assume(units)) return false;
    /** Of each decision: its clause, which of its literals is tried, and how long the trail was. */
    const decisions: { readonly clause: readonly Literal[]; next: number; readonly mark: number }[] = [];
    for (let count = 0; count < this.maxDecisions; count++) {
      this.onDecision();
      const clause = this.smallest();
      if (clause === undefined) return true;
      decisions.push({ clause, next: 0, mark: this.trail.length });
      for (;;) {
        const last = decisions[decisions.length - 1];
        if (last === undefined) return false;
        this.undo(last.mark);
        if (last.next === last.clause.length) {
          decisions.pop();
          continue;
        }
        // The literals before it have failed.
        const failed = last.clause.slice(0, last.next).map((literal) => literal ^ 1);
        if (this.assume([...failed, last.clause[last.next++] as Literal])) break;
      }
    }
    return undefined;
  }

  /** After `run` found that all clauses can hold: literals by which they do. */
  model(): readonly Literal[] {
    const literals = new Set(this.trail);
    this.clauses.forEach((clause, index) => {
      if (this.held[index] === 0) literals.add(clause.find((literal) => this.isDefault(literal)) as Literal);
    });
    return [...literals];
  }

  /**
   * The literals left of the clause that leaves the fewest choices, of those that do not hold by default; undefined: all
   * clauses hold.
   */
  private smallest(): readonly Literal[] | undefined {
    let found = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.clauses.length; i++) {
      if (this.held[i] !== 0 || (this.open[i] as number) >= least) continue;
      if (this.hasDefault(this.clauses[i] as readonly Literal[])) continue;
      least = this.open[i] as number;
      found = i;
    }
    return this.clauses[found]?.filter((literal) => this.values[literal >> 1] === UNSET);
  }

  private hasDefault(clause: readonly Literal[]): boolean {
    for (let i = 0; i < clause.length; i++) if (this.isDefault(clause[i] as Literal)) return true;
    return false;
  }

  private isDefault(literal: Literal): boolean {
    const variable = literal >> 1;
    const value = (literal & 1) === 0 ? TRUE_VALUE : FALSE_VALUE;
    return this.values[variable] === UNSET && this.defaults[variable] === value;
  }

  /** Makes literals true, and all that follows by units. False: it contradicts. */
  private assume(literals: readonly Literal[]): boolean {
    const { values, clauses, open, held } = this;
    const pending = [...literals];
    for (let literal = pending.pop(); literal !== undefined; literal = pending.pop()) {
      const value = (literal & 1) === 0 ? TRUE_VALUE : FALSE_VALUE;
      const known = values[literal >> 1] as number;
      if (known === value) continue;
      if (known !== UNSET) return false;
      values[literal >> 1] = value;
      this.trail.push(literal);
      for (const clause of this.occurrences[literal] as number[]) held[clause] = (held[clause] as number) + 1;
      let isContradiction = false;
      // All counts are kept up, also after a contradiction: `undo` takes all of them back.
      for (const clause of this.occurrences[literal ^ 1] as number[]) {
        const left = (open[clause] as number) - 1;
        open[clause] = left;
        if (held[clause] !== 0 || left > 1) continue;
        if (left === 0) isContradiction = true;
        else {
          const unit = (clauses[clause] as readonly Literal[]).find((one) => values[one >> 1] === UNSET);
          if (unit !== undefined) pending.push(unit);
        }
      }
      if (isContradiction) return false;
    }
    return true;
  }

  private undo(mark: number): void {
    while (this.trail.length > mark) {
      const literal = this.trail.pop() as Literal;
      this.values[literal >> 1] = UNSET;
      for (const clause of this.occurrences[literal] as number[])
        this.held[clause] = (this.held[clause] as number) - 1;
      for (const clause of this.occurrences[literal ^ 1] as number[])
        this.open[clause] = (this.open[clause] as number) + 1;
    }
  }
}
