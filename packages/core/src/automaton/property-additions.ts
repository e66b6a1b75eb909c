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
  private readonly formula: Formula;
  /** Whether something else is said that another property can make false, such as a greatest number. */
  private readonly isLimited: boolean;

  /** @param satisfiable whether some value satisfies a formula */
  constructor(formula: Formula, store: FormulaStore, satisfiable: (formula: Formula) => boolean) {
    this.formula = formula;
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
  }

  /** Whether no object that the formula holds of has a property with this name. It does not find all of them. */
  excludes(name: string): boolean {
    return this.excludesIn(this.formula, (keys) => this.store.hasKey(keys, name));
  }

  /** The same for a name that nothing mentions. */
  excludesOther(languages: ReadonlySet<KeySet>): boolean {
    return this.excludesIn(this.formula, (keys) => languages.has(keys));
  }

  /** Whether a property with this name can be added. */
  has(name: string): boolean {
    return !this.isLimited && this.allows(this.saidOf(name));
  }

  /**
   * Whether a property can be added whose name nothing mentions.
   * @param languages those, of the languages of names that the formula mentions, that have the name
   */
  hasOther(languages: ReadonlySet<KeySet>): boolean {
    return !this.isLimited && this.allows([...languages].flatMap((keys) => this.byLanguage.get(keys) ?? []));
  }

  private saidOf(name: string): Formula[] {
    const values = [...(this.byName.get(name) ?? [])];
    for (const [keys, ofLanguage] of this.byLanguage) {
      if (this.store.hasKey(keys, name)) values.push(...ofLanguage);
    }
    return values;
  }

  /**
   * Whether what a formula says, or each of its alternatives, leaves no value to a property whose name is in the sets of
   * which `isMember` says so.
   */
  private excludesIn(formula: Formula, isMember: (keys: KeySet) => boolean): boolean {
    const { store } = this;
    const kind = store.kind(formula);
    const isNegated = (formula & 1) === 1;
    if (kind === Kind.Props)
      return !isNegated && isMember(store.first(formula)) && !this.satisfiable(store.second(formula));
    if (kind === Kind.ExactlyOne)
      return !isNegated && store.children(formula).every((child) => this.excludesIn(child, isMember));
    if (kind !== Kind.And) return false;
    const children = store.children(formula);
    if (isNegated) return children.every((child) => this.excludesIn(child ^ 1, isMember));
    const values: Formula[] = [];
    for (const child of children) {
      if ((child & 1) === 0 && store.kind(child) === Kind.Props && isMember(store.first(child)))
        values.push(store.second(child));
    }
    if (values.length > 0 && !this.allows(values)) return true;
    return children.some((child) => store.kind(child) !== Kind.Props && this.excludesIn(child, isMember));
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

function append<K>(lists: Map<K, Formula[]>, key: K, value: Formula): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
