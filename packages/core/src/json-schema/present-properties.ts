/**
 * What properties that an object must have say about exactly-ones beside them: branches of a `oneOf` that forbid one are
 * none, and branches that ask different constants of one, without asking that it be there, exclude each other. "Exactly
 * one" of such is "one of them".
 */
import { exclusiveAmong } from "./exclusive.js";
import { FALSE, type Formula, type FormulaReader, Kind } from "./formula-kinds.js";

/** What makes formulas. */
interface Connectives extends FormulaReader {
  or(list: readonly Formula[]): Formula;
  exactlyOne(list: readonly Formula[]): Formula;
}

export class PresentProperties {
  /** By exactly-one and names. */
  private readonly known = new Map<string, Formula>();

  constructor(private readonly store: Connectives) {}

  /** The literals of a conjunction with simpler exactly-ones; undefined: no change. */
  exclude(literals: readonly Formula[]): Formula[] | undefined {
    const { store } = this;
    const present = new Set<string>();
    for (const literal of literals) {
      const isPresence =
        store.kind(literal) === Kind.Props && (literal & 1) === 1 && store.second(literal) === FALSE;
      const name = isPresence ? store.nameOf(store.first(literal)) : undefined;
      if (name !== undefined) present.add(name);
    }
    if (present.size === 0) return undefined;
    const names = JSON.stringify([...present]);
    let changes = false;
    const result = literals.map((literal) => {
      if (store.kind(literal) !== Kind.ExactlyOne || (literal & 1) === 1) return literal;
      const key = `${literal},${names}`;
      let rest = this.known.get(key);
      if (rest === undefined) {
        rest = this.simplified(literal, present);
        this.known.set(key, rest);
      }
      changes ||= rest !== literal;
      return rest;
    });
    return changes ? result : undefined;
  }

  private simplified(exactlyOne: Formula, present: ReadonlySet<string>): Formula {
    const { store } = this;
    const branches = store.children(exactlyOne);
    const cases = branches.map((branch) => this.casesOf(branch).filter((one) => !this.forbids(one, present)));
    const all = cases.flat();
    // Groups of some branches are left alone: what is joined is hard to tell apart later.
    if (exclusiveAmong(store, all, present).length === all.length) return store.or(all);
    const isSame = cases.every(
      (some, index) => some.length === this.casesOf(branches[index] as Formula).length,
    );
    return isSame ? exactlyOne : store.exactlyOne(cases.map((some) => store.or(some)));
  }

  /** Whether a branch forbids one of some properties. */
  private forbids(branch: Formula, names: ReadonlySet<string>): boolean {
    const { store } = this;
    const isAnd = store.kind(branch) === Kind.And && (branch & 1) === 0;
    return (isAnd ? store.children(branch) : [branch]).some((literal) => {
      if (store.kind(literal) !== Kind.Props || (literal & 1) === 1) return false;
      const keys = store.first(literal);
      return store.second(literal) === FALSE && [...names].some((name) => store.hasKey(keys, name));
    });
  }

  /** What a branch is a disjunction of: branches that exclude each other anyway have been joined. */
  private casesOf(branch: Formula): readonly Formula[] {
    const { store } = this;
    const isOr = store.kind(branch) === Kind.And && (branch & 1) === 1;
    return isOr ? store.children(branch).map((child) => child ^ 1) : [branch];
  }
}
