/**
 * Whether some value, or some rest of an open object or array, satisfies a formula: the guard that keeps every reachable
 * state live. A lazy tableau: propagate, look at the literals at hand, branch on the smallest disjunction. Values are
 * finite, so a formula that needs itself is unsatisfiable: the least fixed point, found as in `formulas` with
 * provisional answers (Tarjan's low links).
 */

import type { JsonNode, JsonObject } from "../json/index.js";
import { checkTime, LazyMap } from "../language/index.js";
import { type ArraySearch, arrayLiteralsHold, type DifferentItem } from "./array-satisfiability.js";
import { branchesOfExactlyOne } from "./branches.js";
import type { Derivatives } from "./derivative.js";
import { SchemaLimitError } from "./errors.js";
import { FiniteValues, type Values } from "./finite-values.js";
import { FALSE, type Formula, type FormulaStore, JSON_TYPES, JsonType, Kind, TRUE } from "./formula.js";
import { ALL_KEYS, type KeyAvailability } from "./key-availability.js";
import { objectLiteralsHold } from "./object-satisfiability.js";
import { CONTRADICTION, modelOf } from "./propositional.js";

/** Thrown when recursion gets deep; the formula is then solved by itself first. */
class TooDeep {
  readonly formula: Formula;
  constructor(formula: Formula) {
    this.formula = formula;
  }
}

const MAX_RECURSION = 200;
/** Branching recurses, too. */
const MAX_BRANCH_DEPTH = 1000;
/** After so many steps, or with so many choices at once, a question is hard: it is looked at as propositions first. */
const HARD = 16;
/** What is asked only because the answer may spare others gets so many steps. */
const FEW_STEPS = 64;
const MANY_CHOICES = 12;
const MAX_DECISIONS = 4096;
const DECISIONS_A_STEP = 8;
/** Of the alternatives that a value is read against, what items that must differ may take: their own schemas ask, too. */
const COMPARED_SHARE = 0.75;
const MAX_AVAILABILITIES = 2 ** 26;
const NO_LITERALS: readonly Formula[] = [];

/** What deciding asks of sub-schemas and constants. */
export interface SatisfiabilitySchemas {
  /** The formula "the value equals this one". */
  constant(value: JsonNode): Formula;
  /** The objects of a list, by its number. */
  listed(list: number): readonly JsonObject[];
  /** Whether some value surely matches a sub-schema, by its number, as far as a look at it can tell; false says nothing. */
  isSurelySatisfiable(schema: number): boolean;
}

export class Satisfiability {
  private readonly store: FormulaStore;
  private readonly derivatives: Derivatives;
  private readonly maxSteps: number;
  /** So many arrays and objects may have to differ in one array; those that need more are taken to have no solution. */
  readonly maxCompared: number;
  /** Whether `maxCompared` left something out. */
  leavesOut = false;
  /** Whether objects that need more properties than `maxSatSteps` were. */
  leavesOutLarge = false;
  private readonly schemas: SatisfiabilitySchemas;
  private readonly values = new LazyMap<Formula, boolean>();
  private readonly objects = new LazyMap<number, boolean>();
  private readonly arrays = new LazyMap<number, boolean>();
  /** Formulas being decided, with their depth. */
  private readonly open = new LazyMap<Formula, number>();
  /** Formulas found false while others were open, with the least depth of those that the answer depends on. */
  private readonly provisional = new LazyMap<Formula, number>();
  private readonly provisionalOrder: Formula[] = [];
  /** Values listed, by formula and how many. */
  private readonly lists = new LazyMap<string, Values>();
  /** Most grammars list no values. */
  private knownFinite: FiniteValues | undefined;
  /** By `uncounted`. */
  private readonly arraySearches: (ArraySearch | undefined)[] = [];
  private low = Number.POSITIVE_INFINITY;
  /** Formulas too deep in the recursion, false for now; undefined: one ends the question. */
  private assumed: Set<Formula> | undefined;
  private steps = 0;
  /** How many of them the question at hand may take. */
  private mostSteps: number;
  private allSteps = 0;
  /** Whether, in this question, truths that fit the boolean structure of a formula did not fit its atoms. */
  private modelsFail = false;
  /** Of the object that was found last: literals that imply what was asked of it; none: they are not known. */
  private objectLiterals: readonly Formula[] = NO_LITERALS;
  /** Disjunctions being branched on, one inside the other. */
  private branchDepth = 0;

  /** @param schemas what it asks of sub-schemas and constants */
  constructor(
    store: FormulaStore,
    derivatives: Derivatives,
    limits: { readonly maxSatSteps: number; readonly maxAlternatives?: number },
    schemas: SatisfiabilitySchemas,
  ) {
    this.store = store;
    this.schemas = schemas;
    this.derivatives = derivatives;
    this.maxSteps = limits.maxSatSteps;
    this.mostSteps = limits.maxSatSteps;
    this.maxCompared = Math.floor((limits.maxAlternatives ?? Number.POSITIVE_INFINITY) * COMPARED_SHARE);
  }

  private get finite(): FiniteValues {
    const { store, derivatives, schemas } = this;
    this.knownFinite ??= new FiniteValues({
      store,
      derivatives,
      value: (formula) => this.valueStep(formula),
      array: (formula) => this.arrayRest(formula),
      object: (formula, keys) => this.objectRest(formula, keys),
      constant: (value) => schemas.constant(value),
      listed: (list) => schemas.listed(list),
      step: () => this.countStep(),
      giveUp: () => this.giveUp(),
    });
    return this.knownFinite;
  }

  /** The steps of all questions so far. */
  get stepsTaken(): number {
    return this.allSteps;
  }

  /** Whether some JSON value satisfies the formula. @throws SchemaLimitError past `maxSatSteps` steps. */
  value(formula: Formula): boolean {
    if (this.isSurely(formula)) return true;
    return this.solve(formula, () => this.valueStep(formula));
  }

  /** Whether some rest of an open object does. */
  object(formula: Formula, keys: KeyAvailability): boolean {
    return this.solve(formula, () => this.objectRest(formula, keys));
  }

  /**
   * The same; where some rest does, perhaps literals that imply the formula and that this rest satisfies. An empty list
   * says nothing but that there is one; undefined: there is none.
   */
  objectCase(formula: Formula, keys: KeyAvailability): readonly Formula[] | undefined {
    this.objectLiterals = NO_LITERALS;
    return this.object(formula, keys) ? this.objectLiterals : undefined;
  }

  /** Whether some rest of an open array does. @param uncounted arrays and objects before it that it does not tell of */
  array(formula: Formula, uncounted: 0 | 1 = 0): boolean {
    return this.solve(formula, () => this.arrayRest(formula, uncounted));
  }

  /**
   * Items that make a rest of an open array satisfy a formula, if they must all differ: whichever of their values they are,
   * as long as there are enough. None where they need not differ, or nothing need come; undefined: no rest satisfies it.
   */
  differentItems(formula: Formula): readonly DifferentItem[] | undefined {
    let items: readonly DifferentItem[] = [];
    const search = {
      ...this.arraySearch(0),
      found: (those: readonly DifferentItem[]) => {
        items = those;
      },
    };
    const literalsHold = (literals: readonly Formula[]) => arrayLiteralsHold(literals, search);
    const rest = (formula: Formula): boolean => {
      items = [];
      return formula <= FALSE ? formula === TRUE : this.tableau(formula, literalsHold, rest);
    };
    return this.solve(formula, () => rest(formula)) ? items : undefined;
  }

  /** The answer to a question; undefined where it takes more than a few steps. Not to be called inside another question. */
  soon(ask: () => boolean): boolean | undefined {
    this.mostSteps = Math.min(this.maxSteps, FEW_STEPS);
    try {
      return ask();
    } catch (error) {
      if (error instanceof SchemaLimitError && error.limit === "maxSatSteps") return undefined;
      throw error;
    } finally {
      this.mostSteps = this.maxSteps;
    }
  }

  /** Up to `atMost` different values that satisfy a formula. */
  valuesOf(formula: Formula, atMost: number): Values {
    let found: Values | undefined;
    this.solve(formula, () => {
      found = this.listed(formula, atMost);
      return true;
    });
    return found ?? this.listed(formula, atMost);
  }

  /** Runs a question from an empty stack; what turns out too deep is solved first, by itself. */
  private solve(formula: Formula, ask: () => boolean): boolean {
    if (formula <= FALSE) return formula === TRUE;
    if (this.open.size > 0) return ask();
    const goals: Formula[] = [];
    for (;;) {
      const goal = goals[goals.length - 1];
      this.steps = 0;
      this.modelsFail = false;
      try {
        const answer = this.run(goal === undefined ? ask : () => this.valueStep(goal));
        if (goal === undefined) return answer;
        goals.pop();
      } catch (error) {
        if (!(error instanceof TooDeep)) throw error;
        if (goals.includes(error.formula)) return this.fixedPoint(goals, ask);
        goals.push(error.formula);
      }
    }
  }

  private run(ask: () => boolean): boolean {
    this.branchDepth = 0;
    try {
      return ask();
    } finally {
      this.open.clear();
      this.dropProvisional(0);
      this.low = Number.POSITIVE_INFINITY;
    }
  }

  /**
   * Decides formulas that need each other in a cycle longer than the recursion: all of them are taken to be false, and
   * asked again and again, until no more turn out true. Those left are false.
   */
  private fixedPoint(goals: readonly Formula[], ask: () => boolean): boolean {
    const assumed = new Set(goals);
    this.assumed = assumed;
    const decide = (formula: Formula): boolean => {
      const before = assumed.size;
      const answer = this.run(() => this.valueStep(formula));
      const isProgress = answer || this.values.has(formula) || assumed.size > before;
      // Bounded by the formulas that there are; only what leads to nothing new counts on.
      if (isProgress) this.steps = 0;
      return isProgress;
    };
    this.steps = 0;
    try {
      for (;;) {
        const undecided = () => [...assumed].reverse().filter((formula) => !this.values.has(formula));
        while (undecided().filter(decide).length > 0);
        for (const formula of undecided()) this.values.set(formula, false);
        const before = assumed.size;
        const answer = this.run(ask);
        if (answer || assumed.size === before) return answer;
      }
    } finally {
      this.assumed = undefined;
    }
  }

  private valueStep(formula: Formula): boolean {
    if (formula <= FALSE) return formula === TRUE;
    if (this.isSurely(formula)) return true;
    const known = this.values.get(formula);
    if (known !== undefined) return known;
    const dependsOn = this.open.get(formula) ?? this.provisional.get(formula);
    if (dependsOn !== undefined) {
      this.low = Math.min(this.low, dependsOn);
      return false;
    }
    const depth = this.open.size + 1;
    if (depth > MAX_RECURSION) {
      if (this.assumed === undefined) throw new TooDeep(formula);
      this.assumed.add(formula);
    }
    if (depth > 1 && this.assumed?.has(formula) === true) {
      this.low = 0;
      return false;
    }
    this.open.set(formula, depth);
    const outerLow = this.low;
    const mark = this.provisionalOrder.length;
    this.low = Number.POSITIVE_INFINITY;
    const answer = this.anyType(formula);
    this.open.delete(formula);
    if (answer || this.low >= depth) {
      this.values.set(formula, answer);
      this.dropProvisional(mark);
      this.low = outerLow;
    } else {
      this.provisional.set(formula, this.low);
      this.provisionalOrder.push(formula);
      this.low = Math.min(outerLow, this.low);
    }
    return answer;
  }

  private isSurely(formula: Formula): boolean {
    const { store } = this;
    if ((formula & 1) === 1) return false;
    switch (store.kind(formula)) {
      case Kind.Type:
        return true;
      case Kind.Schema:
        return this.schemas.isSurelySatisfiable(store.first(formula));
      case Kind.And: {
        const [first, second, third] = store.children(formula);
        return third === undefined && (this.isListed(first, second) || this.isListed(second, first));
      }
      default:
        return false;
    }
  }

  /** Whether a formula is a list of strings, and of types that have them. */
  private isListed(texts: Formula | undefined, types: Formula | undefined): boolean {
    const { store } = this;
    if (texts === undefined || types === undefined || (texts & 1) === 1) return false;
    if (store.kind(texts) !== Kind.Str || store.kind(types) !== Kind.Type) return false;
    const { arena } = store;
    const language = store.first(texts);
    const isShort = (arena.nodes.minLength[language] as number) <= arena.nodes.limits.maxTextLength;
    return (store.typeMask(types) & JsonType.String) !== 0 && isShort && arena.isSurelyLive(language);
  }

  private dropProvisional(mark: number): void {
    while (this.provisionalOrder.length > mark) {
      this.provisional.delete(this.provisionalOrder.pop() as Formula);
    }
  }

  private anyType(formula: Formula): boolean {
    const { derivatives, store } = this;
    const types = derivatives.types(formula);
    for (const type of JSON_TYPES) {
      if ((types & type) === 0) continue;
      const special = derivatives.specialise(formula, type as JsonType);
      if (special === FALSE) continue;
      if (special === TRUE) return true;
      if (type === JsonType.String) {
        const texts = derivatives.writable(derivatives.stringLanguage(special));
        if (!store.arena.isEmpty(texts)) return true;
      } else if (type === JsonType.Number) {
        if (!store.arena.isEmpty(derivatives.numberLanguage(special))) return true;
      } else if (type === JsonType.Array) {
        if (this.arrayRest(special)) return true;
      } else if (type === JsonType.Object && this.objectRest(special, ALL_KEYS)) return true;
    }
    return false;
  }

  private objectRest(formula: Formula, keys: KeyAvailability): boolean {
    // Lists have an object at least.
    if (this.store.listOf(formula) !== undefined) {
      this.objectLiterals = NO_LITERALS;
      return true;
    }
    const { store, decide: value, countStep: step, maxSteps: maxNeeded, leaveOutLarge } = this;
    const literalsHold = (literals: readonly Formula[]) => {
      const hold = objectLiteralsHold(literals, { store, keys, value, step, maxNeeded, leaveOutLarge });
      // Those of values in it came before, those of a case of it come after.
      if (hold) this.objectLiterals = literals;
      return hold;
    };
    return this.rest(formula, this.objects, keys.id, literalsHold, (rest) => this.objectRest(rest, keys));
  }

  private arrayRest(formula: Formula, uncounted: 0 | 1 = 0): boolean {
    const search = this.arraySearch(uncounted);
    const literalsHold = (literals: readonly Formula[]) => arrayLiteralsHold(literals, search);
    return this.rest(formula, this.arrays, uncounted, literalsHold, search.array);
  }

  private arraySearch(uncounted: 0 | 1): ArraySearch {
    const { store, decide, listed, countStep, giveUp, maxCompared } = this;
    let search = this.arraySearches[uncounted];
    if (search === undefined) {
      search = {
        store,
        value: decide,
        array: (rest) => this.arrayRest(rest, uncounted),
        values: listed,
        step: countStep,
        giveUp,
        maxCompared,
        uncounted,
        leaveOut: () => {
          this.leavesOut = true;
        },
      };
      this.arraySearches[uncounted] = search;
    }
    return search;
  }

  /** A rest of an object or array, remembered by its formula and what names are left. */
  private rest(
    formula: Formula,
    memo: LazyMap<number, boolean>,
    availability: number,
    literalsHold: (literals: readonly Formula[]) => boolean,
    again: (formula: Formula) => boolean,
  ): boolean {
    if (formula <= FALSE) {
      this.objectLiterals = NO_LITERALS;
      return formula === TRUE;
    }
    const key = formula * MAX_AVAILABILITIES + availability;
    const known = memo.get(key);
    if (known !== undefined) {
      this.objectLiterals = NO_LITERALS;
      return known;
    }
    const outerLow = this.low;
    this.low = Number.POSITIVE_INFINITY;
    const answer = this.tableau(formula, literalsHold, again);
    // A "no" that rests on an undecided formula may change; it is asked again.
    if (answer || this.low === Number.POSITIVE_INFINITY) memo.set(key, answer);
    this.low = answer ? outerLow : Math.min(outerLow, this.low);
    return answer;
  }

  /** One step: does it hold at the end, can its literals hold, and if so, does some branch of a disjunction. */
  private tableau(
    formula: Formula,
    literalsHold: (literals: readonly Formula[]) => boolean,
    again: (formula: Formula) => boolean,
  ): boolean {
    this.countStep();
    const { store } = this;
    if (this.derivatives.holdsAtEnd(formula)) {
      this.objectLiterals = NO_LITERALS;
      return true;
    }
    const conjuncts =
      store.kind(formula) === Kind.And && (formula & 1) === 0 ? store.children(formula) : [formula];
    const literals: Formula[] = [];
    let choice: Formula = TRUE;
    let width = Number.POSITIVE_INFINITY;
    let choices = 0;
    for (const conjunct of conjuncts) {
      const kind = store.kind(conjunct);
      if (kind === Kind.And || kind === Kind.ExactlyOne) {
        choices++;
        // What one of several must hold says most; the rest then resolves by units.
        const isOne = kind === Kind.ExactlyOne && (conjunct & 1) === 0;
        const size = isOne ? 0 : store.children(conjunct).length;
        if (size < width) {
          width = size;
          choice = conjunct;
        }
      } else literals.push(conjunct);
    }
    if (literals.length > 0 && !literalsHold(literals)) return false;
    if (choice === TRUE) return true;
    if (this.steps > HARD || choices >= MANY_CHOICES) {
      const answer = this.asPropositions(formula, literalsHold);
      if (answer !== undefined) return answer;
    }
    const rest = conjuncts.filter((conjunct) => conjunct !== choice);
    if (++this.branchDepth > MAX_BRANCH_DEPTH) throw this.limit();
    // A case that failed is known not to hold in those after it.
    const failed: Formula[] = [];
    const found = this.branches(choice).some((branch) => {
      if (again(store.and([...rest, ...branch, ...failed]))) return true;
      if (branch.length === 1 && this.isPresence(branch[0] as Formula))
        failed.push((branch[0] as Formula) ^ 1);
      return false;
    });
    this.branchDepth--;
    return found;
  }

  /** What the boolean structure of a formula tells, with the first truths of its atoms that fit; undefined: nothing. */
  private asPropositions(
    formula: Formula,
    literalsHold: (literals: readonly Formula[]) => boolean,
  ): boolean | undefined {
    if (this.modelsFail) return undefined;
    let decisions = 0;
    const model = modelOf(this.store, formula, MAX_DECISIONS, () => {
      if (++decisions % DECISIONS_A_STEP === 0) this.countStep();
    });
    if (model === CONTRADICTION) return false;
    if (model !== undefined && literalsHold(model)) return true;
    // The atoms matter: the tableau, which asks of them as it goes, gets further.
    this.modelsFail = true;
    return undefined;
  }

  /** Whether a literal says only that there is, or is not, a property of some name: its opposite is no harder. */
  private isPresence(literal: Formula): boolean {
    const { store } = this;
    return (
      store.kind(literal) === Kind.Props &&
      store.second(literal) === FALSE &&
      store.nameOf(store.first(literal)) !== undefined
    );
  }

  /** The cases of a disjunction or an exactly-one, those that can end first. */
  private branches(choice: Formula): Formula[][] {
    const { store, derivatives } = this;
    if (store.kind(choice) === Kind.And) {
      const disjuncts = store.children(choice).map((child) => child ^ 1);
      const ending = disjuncts.filter((disjunct) => derivatives.holdsAtEnd(disjunct));
      return [...ending, ...disjuncts.filter((disjunct) => !ending.includes(disjunct))].map((d) => [d]);
    }
    return branchesOfExactlyOne(store, choice);
  }

  private readonly listed = (formula: Formula, atMost: number): Values => {
    const key = `${formula},${atMost}`;
    let values = this.lists.get(key);
    if (values === undefined) {
      const outerLow = this.low;
      this.low = Number.POSITIVE_INFINITY;
      values = this.finite.of(formula, atMost);
      if (this.low === Number.POSITIVE_INFINITY) this.lists.set(key, values);
      this.low = Math.min(outerLow, this.low);
    }
    return values;
  };

  private readonly leaveOutLarge = (): void => {
    this.leavesOutLarge = true;
  };

  private readonly decide = (formula: Formula): boolean => this.valueStep(formula);

  private readonly countStep = (): void => {
    checkTime();
    this.allSteps++;
    if (++this.steps > this.mostSteps) throw this.limit();
  };

  /** @throws SchemaLimitError: there is more to do than is reasonable */
  readonly giveUp = (): never => {
    throw this.limit();
  };

  private limit(): SchemaLimitError {
    return new SchemaLimitError({
      pointer: "",
      limit: "maxSatSteps",
      value: this.maxSteps,
      reason: `deciding whether some value matches took more than ${this.maxSteps} steps; simplify the schema or raise limits.maxSatSteps`,
    });
  }
}
