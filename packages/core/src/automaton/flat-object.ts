import { FALSE, type Formula, type FormulaStore, type KeySet, Kind, TRUE } from "../json-schema/formula.js";
import type { NameList } from "./property-order.js";

/** More cases are not told apart. */
const MAX_CASES = 256;
const UNKNOWN = 0;
const LIVE = 1;
const DEAD = 2;

/**
 * A conjunction of statements about single properties, as most objects are: the statements about one name are
 * independent of all others. So what holds of a name holds as long as the name has not come, whatever else has, and an
 * object of thousands of properties costs what is asked of each, once.
 */
export class FlatObject {
  /** The conjunction itself. */
  readonly formula: Formula;
  /** What properties with a name in a language satisfy. */
  readonly languages: readonly Formula[];
  private readonly store: FormulaStore;
  private readonly byName: ReadonlyMap<string, readonly Formula[]>;
  private readonly satisfiable: (formula: Formula) => boolean;
  private needed: readonly string[] | undefined;
  private readonly lists = new Map<NameList, Uint8Array>();

  private constructor(
    formula: Formula,
    store: FormulaStore,
    byName: ReadonlyMap<string, readonly Formula[]>,
    languages: readonly Formula[],
    satisfiable: (formula: Formula) => boolean,
  ) {
    this.formula = formula;
    this.store = store;
    this.byName = byName;
    this.languages = languages;
    this.satisfiable = satisfiable;
  }

  /**
   * @param satisfiable whether some value satisfies a formula
   * @returns undefined if the formula says anything else: it has alternatives, counts, or "some property such that"
   */
  static of(
    formula: Formula,
    store: FormulaStore,
    satisfiable: (formula: Formula) => boolean,
  ): FlatObject | undefined {
    const literals = conjunctsOf(formula, store);
    const byName = new Map<string, Formula[]>();
    const languages: Formula[] = [];
    for (const literal of literals) {
      if (store.kind(literal) !== Kind.Props) return undefined;
      const name = store.nameOf(store.first(literal));
      if (name === undefined) {
        if ((literal & 1) === 1) return undefined;
        languages.push(literal);
      } else {
        const list = byName.get(name);
        if (list === undefined) byName.set(name, [literal]);
        else list.push(literal);
      }
    }
    return new FlatObject(formula, store, byName, languages, satisfiable);
  }

  /**
   * The cases of a disjunction of such conjunctions, of which there may be some outside of it: objects that satisfy a
   * formula satisfy one of them. A single case says what the formula says, but may be another formula: what is said beside
   * the disjunction can exclude its other cases.
   *
   * @returns undefined if a case says anything else, or there are many
   */
  static casesOf(
    formula: Formula,
    store: FormulaStore,
    satisfiable: (formula: Formula) => boolean,
  ): readonly FlatObject[] | undefined {
    const isOr = (f: Formula) => store.kind(f) === Kind.And && (f & 1) === 1;
    const conjuncts = conjunctsOf(formula, store);
    const choices = conjuncts.filter(isOr);
    if (choices.length > 1) return undefined;
    const [choice] = choices;
    const disjuncts = choice === undefined ? [TRUE] : store.children(choice).map((child) => child ^ 1);
    if (disjuncts.length > MAX_CASES) return undefined;
    const common = conjuncts.filter((conjunct) => conjunct !== choice);
    const cases: FlatObject[] = [];
    for (const disjunct of disjuncts) {
      const all = choice === undefined ? formula : store.and([...common, disjunct]);
      if (all === FALSE) continue;
      const flat = FlatObject.of(all, store, satisfiable);
      if (flat === undefined) return undefined;
      cases.push(flat);
    }
    return cases;
  }

  /** The statements about this name alone. */
  literals(name: string): readonly Formula[] {
    return this.byName.get(name) ?? [];
  }

  /** What the value of a property must satisfy. */
  value(name: string): Formula {
    const { store } = this;
    const values = this.literals(name).map((literal) => store.second(literal) ^ (literal & 1));
    for (const literal of this.languages) {
      if (store.hasKey(store.first(literal), name)) values.push(store.second(literal));
    }
    return store.and(values);
  }

  isRequired(name: string): boolean {
    return this.literals(name).some((literal) => (literal & 1) === 1);
  }

  /** Whether the names that are needed come at index `from` or later, and can have values. */
  canEnd(names: NameList, from: number): boolean {
    this.needed ??= [...this.byName.keys()].filter((name) => this.isRequired(name));
    for (const name of this.needed) {
      const index = names.indexOf.get(name);
      if (index === undefined || index < from || !this.isLive(names, index)) return false;
    }
    return true;
  }

  /** Whether a property can come whose name nothing mentions and these languages have. */
  allowsOther(languages: ReadonlySet<KeySet>): boolean {
    const { store } = this;
    const values = this.languages.filter((literal) => languages.has(store.first(literal)));
    return this.satisfiable(store.and(values.map((literal) => store.second(literal))));
  }

  /** Whether some value can follow the name at an index. */
  isLive(names: NameList, index: number): boolean {
    let known = this.lists.get(names);
    if (known === undefined) {
      known = new Uint8Array(names.names.length);
      this.lists.set(names, known);
    }
    if (known[index] === UNKNOWN) {
      known[index] = this.satisfiable(this.value(names.names[index] as string)) ? LIVE : DEAD;
    }
    return known[index] === LIVE;
  }
}

function conjunctsOf(formula: Formula, store: FormulaStore): readonly Formula[] {
  if (formula === TRUE) return [];
  const isAnd = store.kind(formula) === Kind.And && (formula & 1) === 0;
  return isAnd ? store.children(formula) : [formula];
}
