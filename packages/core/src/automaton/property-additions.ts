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
      else if (!isNegated || store.second(literal) !== FALSE) this.add(literal);
    });
    this.isLimited = isLimited;
  }

  /** Whether a property with this name can be added. */
  has(name: string): boolean {
    if (this.isLimited) return false;
    const values = [...(this.byName.get(name) ?? [])];
    for (const [keys, ofLanguage] of this.byLanguage) {
      if (this.store.hasKey(keys, name)) values.push(...ofLanguage);
    }
    return this.allows(values);
  }

  /**
   * Whether a property can be added whose name nothing mentions.
   * @param languages those, of the languages of names that the formula mentions, that have the name
   */
  hasOther(languages: ReadonlySet<KeySet>): boolean {
    if (this.isLimited) return false;
    const values: Formula[] = [];
    for (const keys of languages) values.push(...(this.byLanguage.get(keys) ?? []));
    return this.allows(values);
  }

  private allows(values: readonly Formula[]): boolean {
    return this.satisfiable(this.store.and(values));
  }

  private add(literal: Formula): void {
    const { store } = this;
    const keys = store.first(literal);
    const name = store.nameOf(keys);
    if (name !== undefined) append(this.byName, name, store.second(literal));
    else append(this.byLanguage, keys, store.second(literal));
  }
}

function append<K>(lists: Map<K, Formula[]>, key: K, value: Formula): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
