import { FALSE, type Formula, type FormulaStore, type KeySet, Kind } from "../json-schema/formula.js";

/**
 * Which properties can be added to every object that a formula holds of, with a value so that it still does: those whose
 * value is all that the formula ever says of it. Then each statement about the property is as true with it as without
 * it, or becomes true. That asks about one value, where "does it hold of some object that has this property" asks about
 * the whole object. It does not find all of them.
 */
export class PropertyAdditions {
  private readonly store: FormulaStore;
  private readonly satisfiable: (formula: Formula) => boolean;
  /** What is said of the values of a name, and of the names in a language. */
  private readonly byName = new Map<string, Formula[]>();
  private readonly byLanguage = new Map<KeySet, Formula[]>();
  /** What the formula says of values whatever else holds, by name and by language. */
  private readonly certainByName = new Map<string, Formula[]>();
  private readonly certainByLanguage = new Map<KeySet, Formula[]>();
  /** Whether something else is said that another property can make false, such as a greatest number. */
  private readonly isLimited: boolean;

  /** @param satisfiable whether some value satisfies a formula */
  constructor(formula: Formula, store: FormulaStore, satisfiable: (formula: Formula) => boolean) {
    this.store = store;
    this.satisfiable = satisfiable;
    let isLimited = false;
    store.forEachAtom(formula, (literal) => {
      const kind = store.kind(literal);
      const isNegated = (literal & 1) === 1;
      if (kind === Kind.PropCount) isLimited ||= isNegated;
      else if (kind !== Kind.Props) isLimited = true;
      else if (!isNegated || store.second(literal) !== FALSE) this.add(literal, this.byName, this.byLanguage);
    });
    this.isLimited = isLimited;
    const isAnd = store.kind(formula) === Kind.And && (formula & 1) === 0;
    for (const literal of isAnd ? store.children(formula) : [formula]) {
      if (store.kind(literal) === Kind.Props && (literal & 1) === 0)
        this.add(literal, this.certainByName, this.certainByLanguage);
    }
  }

  /** Whether no object that the formula holds of has a property with this name. It does not find all of them. */
  excludes(name: string): boolean {
    return !this.allows(this.saidOf(name, this.certainByName, this.certainByLanguage));
  }

  /** The same for a name that nothing mentions. */
  excludesOther(languages: ReadonlySet<KeySet>): boolean {
    return !this.allows(saidOfOthers(languages, this.certainByLanguage));
  }

  /** Whether a property with this name can be added. */
  has(name: string): boolean {
    return !this.isLimited && this.allows(this.saidOf(name, this.byName, this.byLanguage));
  }

  /**
   * Whether a property can be added whose name nothing mentions.
   * @param languages those, of the languages of names that the formula mentions, that have the name
   */
  hasOther(languages: ReadonlySet<KeySet>): boolean {
    return !this.isLimited && this.allows(saidOfOthers(languages, this.byLanguage));
  }

  private saidOf(
    name: string,
    byName: ReadonlyMap<string, readonly Formula[]>,
    byLanguage: ReadonlyMap<KeySet, readonly Formula[]>,
  ): Formula[] {
    const values = [...(byName.get(name) ?? [])];
    for (const [keys, ofLanguage] of byLanguage) {
      if (this.store.hasKey(keys, name)) values.push(...ofLanguage);
    }
    return values;
  }

  private allows(values: readonly Formula[]): boolean {
    return this.satisfiable(this.store.and(values));
  }

  private add(literal: Formula, byName: Map<string, Formula[]>, byLanguage: Map<KeySet, Formula[]>): void {
    const { store } = this;
    const keys = store.first(literal);
    const name = store.nameOf(keys);
    if (name !== undefined) append(byName, name, store.second(literal));
    else append(byLanguage, keys, store.second(literal));
  }
}

function saidOfOthers(
  languages: ReadonlySet<KeySet>,
  byLanguage: ReadonlyMap<KeySet, readonly Formula[]>,
): Formula[] {
  return [...languages].flatMap((keys) => byLanguage.get(keys) ?? []);
}

function append<K>(lists: Map<K, Formula[]>, key: K, value: Formula): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
