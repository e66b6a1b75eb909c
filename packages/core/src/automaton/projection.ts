/**
 * What a parent needs to know of its open value: a formula over the variables "the value is in Si" that holds where some
 * rest of the parent satisfies the parent's formula, which speaks of both.
 *
 * The parent's literals are eliminated, not the variables' truths enumerated: overlapping branches before a
 * discriminator have 2^m combinations of truths, but one case a branch. In negation normal form a formula grows with its
 * literals, so where all of the parent's literals can hold together they are as good as true, and most formulas are
 * done in that one question. Otherwise what the rest of the formula excludes is false, and the smallest disjunction is
 * branched on. Few variables are told apart instead: that asks less where the parent's formula is large.
 */
import { branchesOfExactlyOne } from "../json-schema/branches.js";
import { FALSE, type Formula, type FormulaStore, Kind, TRUE } from "../json-schema/formula.js";
import { LazyMap } from "../language/index.js";

/** What the elimination asks. */
export interface ProjectionSearch {
  /** Whether some rest of the parent satisfies a formula without variables. */
  lives(formula: Formula): boolean;
  /** The same; undefined where the answer takes more than a few steps. */
  livesSoon(formula: Formula): boolean | undefined;
  /** Whether some value of the open frame satisfies a formula over the variables. */
  possible(formula: Formula): boolean;
  /** Counts a case; throws when there are too many. */
  step(): void;
}

/**
 * Where a result matters: where `held` holds, which is known of the variables, and where none of the results of the cases
 * before it does, as those are joined with it. These grow, so what was remembered stays right within the same cases.
 */
interface Scope {
  readonly held: Formula;
  readonly results: Formula[];
  /** By formula and what is held. */
  readonly memo: Map<string, Formula>;
  readonly outer: Scope | undefined;
}

const newScope = (held: Formula, outer: Scope | undefined): Scope => ({
  held,
  results: [],
  memo: new Map(),
  outer,
});

/** So many variables are told apart. */
const MAX_DISTINGUISHED = 3;

/** What is in a formula, and how variables occur; bits. */
const VARIABLES = 1;
const REST = 2;
const POSITIVE = 1;
const NEGATIVE = 2;

export class Projection {
  private readonly store: FormulaStore;
  /** By node: whether variables, the parent's own atoms, or both are in it. */
  private readonly contents = new LazyMap<number, number>();
  /** Whether the worst case is worth a question: until one of the parent at hand takes long. */
  private asksWorst = true;

  constructor(store: FormulaStore) {
    this.store = store;
  }

  /** @param variables how many there are; their numbers count from 0 */
  project(formula: Formula, variables: number, search: ProjectionSearch): Formula {
    this.asksWorst = true;
    if (variables > MAX_DISTINGUISHED) return this.eliminate(formula, newScope(TRUE, undefined), search);
    const all = Array.from({ length: variables }, (_, index) => this.store.variable(index));
    return this.distinguish(formula, all, search);
  }

  /** By the truths of these variables; there are no others. */
  private distinguish(formula: Formula, variables: readonly Formula[], search: ProjectionSearch): Formula {
    const { store } = this;
    if ((this.contentsOf(formula) & VARIABLES) === 0) return search.lives(formula) ? TRUE : FALSE;
    const [variable, ...others] = variables as [Formula, ...Formula[]];
    const signs = this.signs(formula, variable);
    if (signs === 0) return this.distinguish(formula, others, search);
    const rest = (truth: boolean) =>
      this.distinguish(this.assume(formula, [truth ? variable : variable ^ 1]), others, search);
    // A variable with one sign can only help or only harm: no negation is needed, and half of the cases if all is well.
    if (signs === POSITIVE) {
      const low = rest(false);
      return low === TRUE ? TRUE : store.or([low, store.and([variable, rest(true)])]);
    }
    const high = rest(true);
    if (signs === NEGATIVE) {
      return high === TRUE ? TRUE : store.or([high, store.and([variable ^ 1, rest(false)])]);
    }
    const low = rest(false);
    return high === low ? low : store.or([store.and([variable, high]), store.and([variable ^ 1, low])]);
  }

  private eliminate(formula: Formula, scope: Scope, search: ProjectionSearch): Formula {
    const contents = this.contentsOf(formula);
    if ((contents & REST) === 0) return formula;
    if (contents === REST) return search.lives(formula) ? TRUE : FALSE;
    const key = `${formula},${scope.held}`;
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      const known = at.memo.get(key);
      if (known !== undefined) return known;
    }
    search.step();
    const { store } = this;
    const isOr = store.kind(formula) === Kind.And && (formula & 1) === 1;
    const result = isOr
      ? this.some(
          store.children(formula).map((child) => child ^ 1),
          scope,
          search,
        )
      : this.every(formula, scope, search);
    scope.memo.set(key, result);
    return result;
  }

  private some(disjuncts: readonly Formula[], outer: Scope, search: ProjectionSearch): Formula {
    const scope = newScope(outer.held, outer);
    // Those without variables first: one that lives makes the whole true.
    for (const withVariables of [false, true]) {
      for (const disjunct of disjuncts) {
        if (((this.contentsOf(disjunct) & VARIABLES) !== 0) !== withVariables) continue;
        const result = this.eliminate(disjunct, scope, search);
        if (result === TRUE) return TRUE;
        scope.results.push(result);
      }
    }
    return this.store.or(scope.results);
  }

  /** Whether literals of variables imply the result of a case before. */
  private isCovered(literals: readonly Formula[], scope: Scope): boolean {
    const { store } = this;
    const known = new Set(literals);
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      for (const result of at.results) {
        const isAnd = store.kind(result) === Kind.And && (result & 1) === 0;
        if (isAnd ? store.children(result).every((one) => known.has(one)) : known.has(result)) return true;
      }
    }
    return false;
  }

  private every(formula: Formula, scope: Scope, search: ProjectionSearch): Formula {
    const { store } = this;
    const isAnd = store.kind(formula) === Kind.And && (formula & 1) === 0;
    const conjuncts = isAnd ? store.children(formula) : [formula];
    const ofVariables = conjuncts.filter((conjunct) => this.contentsOf(conjunct) === VARIABLES);
    if (ofVariables.length > 0) {
      if (this.isCovered(ofVariables, scope)) return FALSE;
      const holding = store.and([scope.held, ...ofVariables]);
      if (!search.possible(holding)) return FALSE;
      const others = store.and(conjuncts.filter((conjunct) => this.contentsOf(conjunct) !== VARIABLES));
      // One question, where which of the others are impossible is one for each.
      if (this.livesAtWorst(others, search)) return store.and(ofVariables);
      const inside = { ...scope, held: holding };
      const rest = this.eliminate(this.withoutImpossible(others, holding, search), inside, search);
      return store.and([...ofVariables, rest]);
    }
    const literals = this.literals(formula, false);
    const isMonotone = !hasOpposites(literals);
    if (isMonotone && search.lives(store.and(literals))) return this.assume(formula, literals);
    const variables = this.literals(formula, true);
    const atoms = new Set(variables.map((literal) => literal & ~1));
    if (atoms.size <= MAX_DISTINGUISHED) return this.distinguish(formula, [...atoms], search);
    const certain = conjuncts.filter((conjunct) => this.contentsOf(conjunct) === REST);
    const mixed = conjuncts.filter((conjunct) => this.contentsOf(conjunct) !== REST);
    const units = certain.filter((conjunct) => this.isLiteral(conjunct));
    // What a few literals exclude is told by a smaller question than what the whole formula excludes.
    for (const known of units.length < certain.length ? [units, certain] : [certain]) {
      if (known === certain) {
        if (this.livesAtWorst(formula, search)) return TRUE;
        if (!search.lives(store.and(certain))) return FALSE;
      }
      if (!isMonotone) continue;
      const excluded = this.literals(store.and(mixed), false).filter(
        (literal) => !search.lives(store.and([...known, literal])),
      );
      if (excluded.length > 0) {
        const truths = excluded.map((literal) => literal ^ 1);
        const resolved = mixed.map((conjunct) => this.assume(conjunct, truths));
        return this.eliminate(store.and([...certain, ...resolved]), scope, search);
      }
    }
    const choice = mixed.reduce((a, b) => (store.children(b).length < store.children(a).length ? b : a));
    const others = conjuncts.filter((conjunct) => conjunct !== choice);
    const branches =
      store.kind(choice) === Kind.And
        ? store.children(choice).map((child) => [child ^ 1])
        : branchesOfExactlyOne(store, choice);
    return this.some(
      branches.map((branch) => store.and([...others, ...branch])),
      scope,
      search,
    );
  }

  private isLiteral(formula: Formula): boolean {
    const kind = this.store.kind(formula);
    return kind !== Kind.And && kind !== Kind.ExactlyOne;
  }

  /**
   * Whether the parent lives where every variable is as the formula likes it least; then no variable matters. False where
   * that takes long to tell: nothing of the variables is left that tells branches apart.
   */
  private livesAtWorst(formula: Formula, search: ProjectionSearch): boolean {
    if (!this.asksWorst) return false;
    const variables = this.literals(formula, true);
    if (hasOpposites(variables)) return false;
    const worst = variables.map((literal) => literal ^ 1);
    const lives = search.livesSoon(this.assume(formula, worst));
    if (lives === undefined) this.asksWorst = false;
    return lives === true;
  }

  /** The formula where the variables that `holding` excludes are false. */
  private withoutImpossible(formula: Formula, holding: Formula, search: ProjectionSearch): Formula {
    const { store } = this;
    const excluded = new Set<Formula>();
    for (const literal of this.literals(formula, true)) {
      const variable = literal & ~1;
      if (!search.possible(store.and([holding, variable]))) excluded.add(variable ^ 1);
    }
    return excluded.size === 0 ? formula : this.assume(formula, excluded);
  }

  /** The literals in negation normal form: of variables, or of the parent's own atoms. */
  private literals(formula: Formula, ofVariables: boolean): Formula[] {
    const literals: Formula[] = [];
    const asked = ofVariables ? VARIABLES : REST;
    const isPassed = (part: Formula) => (this.contentsOf(part) & asked) === 0;
    this.store.forEachAtom(formula, (literal) => literals.push(literal), new Set(), isPassed);
    return literals;
  }

  /** The formula where these literals hold. */
  private assume(formula: Formula, literals: Iterable<Formula>): Formula {
    const known = new Set(literals);
    let asked = 0;
    for (const literal of known) asked |= this.contentsOf(literal);
    const replace = (atom: Formula) => (known.has(atom) ? TRUE : known.has(atom ^ 1) ? FALSE : atom);
    return this.store.map(formula, replace, new Map(), (part) => (this.contentsOf(part) & asked) === 0);
  }

  /** How a variable occurs. */
  private signs(formula: Formula, variable: Formula): number {
    let signs = 0;
    this.store.forEachAtom(formula, (literal) => {
      if (literal === variable) signs |= POSITIVE;
      else if (literal === (variable ^ 1)) signs |= NEGATIVE;
    });
    return signs;
  }

  private contentsOf(formula: Formula): number {
    const { store } = this;
    if (formula <= FALSE) return 0;
    const kind = store.kind(formula);
    if (kind === Kind.Variable) return VARIABLES;
    if (kind !== Kind.And && kind !== Kind.ExactlyOne) return REST;
    let contents = this.contents.get(formula >> 1);
    if (contents === undefined) {
      contents = 0;
      for (const child of store.children(formula)) contents |= this.contentsOf(child);
      this.contents.set(formula >> 1, contents);
    }
    return contents;
  }
}

function hasOpposites(literals: readonly Formula[]): boolean {
  const set = new Set(literals);
  return literals.some((literal) => (literal & 1) === 1 && set.has(literal ^ 1));
}
