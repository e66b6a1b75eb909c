import { type Formula, type FormulaStore, Kind, TRUE } from "../json-schema/formula.js";
import type { Language } from "../language/index.js";
import type { NameList } from "./property-order.js";

const UNKNOWN = 0;
const LIVE = 1;
const DEAD = 2;

/**
 * A conjunction of statements about single properties, as most objects are: the statements about one name are
 * independent of all others. So what holds of a name holds as long as the name has not come, whatever else has, and an
 * object of thousands of properties costs what is asked of each, once.
 */
export class FlatObject {
  /** What properties with a name in a language satisfy. */
  readonly languages: readonly Formula[];
  private readonly store: FormulaStore;
  private readonly byName: ReadonlyMap<string, readonly Formula[]>;
  private readonly satisfiable: (formula: Formula) => boolean;
  private readonly lists = new Map<NameList, Uint8Array>();

  private constructor(
    store: FormulaStore,
    byName: ReadonlyMap<string, readonly Formula[]>,
    languages: readonly Formula[],
    satisfiable: (formula: Formula) => boolean,
  ) {
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
    const isAnd = store.kind(formula) === Kind.And && (formula & 1) === 0;
    const literals = formula === TRUE ? [] : isAnd ? store.children(formula) : [formula];
    const byName = new Map<string, Formula[]>();
    const languages: Formula[] = [];
    for (const literal of literals) {
      if (store.kind(literal) !== Kind.Props) return undefined;
      const name = store.keysOf(store.first(literal));
      if (typeof name !== "string") {
        if ((literal & 1) === 1) return undefined;
        languages.push(literal);
      } else {
        const list = byName.get(name);
        if (list === undefined) byName.set(name, [literal]);
        else list.push(literal);
      }
    }
    return new FlatObject(store, byName, languages, satisfiable);
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
      const language = store.keysOf(store.first(literal)) as Language;
      if (store.arena.matches(language, name)) values.push(store.second(literal));
    }
    return store.and(values);
  }

  isRequired(name: string): boolean {
    return this.literals(name).some((literal) => (literal & 1) === 1);
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
