/**
 * Derivatives of formulas: what must hold of the rest of a value after its first byte (`specialise`), after a property
 * or an item (`stepProperty`, `stepItem`), and whether it holds when nothing more comes (`holdsAtEnd`). The same idea as
 * Brzozowski's derivatives of regular expressions (1964), on JSON events.
 */
import { type Language, LazyMap } from "../language/index.js";
import { SchemaLimitError } from "./errors.js";
import {
  ALL_TYPES,
  ATOM_TYPE,
  FALSE,
  type Formula,
  type FormulaStore,
  JsonType,
  type KeySet,
  Kind,
  TRUE,
  UNBOUNDED,
} from "./formula.js";
import { withEarlier } from "./repeated-items.js";

const UNKNOWN_TYPES = -1;

/** Expanding recurses; so many levels fit on the stack whatever else is on it. */
const MAX_IN_PLACE_DEPTH = 256;

/** The error where objects of a long list would have to be read against something else at the same time. */
function listedWithOthers(value: number): SchemaLimitError {
  const reason = `an enum of more than ${value} objects stands beside keywords or alternatives about the same objects; leave these out, write a schema of what the objects have in common, or raise limits.maxAlternatives`;
  return new SchemaLimitError({ pointer: "", limit: "maxAlternatives", value, reason });
}

export interface NumberSyntax {
  readonly all: Language;
  readonly normalised: Language;
}

export class Derivatives {
  private readonly store: FormulaStore;
  private readonly expand: (schema: number) => Formula;
  private readonly specialised = new Map<JsonType, Map<number, Formula>>();
  /** By formula; `UNKNOWN_TYPES` where they were not asked for. */
  private readonly typesOf: number[] = [];
  /** Of nodes with children: whether they hold of an object or array that ends. */
  private readonly ends = new LazyMap<number, boolean>();
  private itemSteps: Map<number, Formula> | undefined;
  private readonly stringLanguages = new LazyMap<Formula, Language>();
  private readonly numberLanguages = new LazyMap<Formula, Language>();
  /** All JSON numbers, and those in the form that conditions are decided on. */
  readonly numbers: NumberSyntax;

  /**
   * @param expand the formula of a sub-schema, by its number; it does not contain the sub-schema itself in place
   */
  constructor(store: FormulaStore, expand: (schema: number) => Formula, numbers: NumberSyntax) {
    this.store = store;
    this.expand = expand;
    this.numbers = numbers;
  }

  /** The formula for values of one type: other types' atoms are true, sub-schemas expanded. */
  specialise(formula: Formula, type: JsonType): Formula {
    let memo = this.specialised.get(type);
    if (memo === undefined) {
      memo = new Map();
      this.specialised.set(type, memo);
    }
    const known = memo;
    const { store } = this;
    const replace = (atom: Formula): Formula => {
      switch (store.kind(atom)) {
        case Kind.Type:
          return (store.first(atom) & type) !== 0 ? TRUE : FALSE;
        case Kind.Schema:
          return this.expanded(atom, (formula) => store.map(formula, replace, known));
        case Kind.Str:
          return type === 16 ? atom : TRUE;
        case Kind.Num:
          return type === 8 ? atom : TRUE;
        case Kind.Items:
        case Kind.ItemCount:
        case Kind.Unique:
          return type === 32 ? atom : TRUE;
        case Kind.Props:
        case Kind.PropCount:
        case Kind.Listed:
          return type === 64 ? atom : TRUE;
        default:
          return atom;
      }
    };
    return store.map(formula, replace, known);
  }

  /** The types of the values that a formula may have; there may be none of some of them. It asks less than `specialise`. */
  types(formula: Formula): number {
    if (formula <= FALSE) return formula === TRUE ? ALL_TYPES : 0;
    const { typesOf } = this;
    while (typesOf.length <= formula) typesOf.push(UNKNOWN_TYPES);
    let types = typesOf[formula] as number;
    if (types === UNKNOWN_TYPES) {
      types = this.computeTypes(formula);
      typesOf[formula] = types;
    }
    return types;
  }

  private computeTypes(formula: Formula): number {
    const { store } = this;
    const isNegated = (formula & 1) === 1;
    const kind = store.kind(formula);
    switch (kind) {
      case Kind.Type:
        return store.typeMask(formula);
      case Kind.Schema: {
        const schema = formula & ~1;
        return this.expanded(schema, (all) => this.types(all ^ (formula & 1)));
      }
      case Kind.And: {
        let types = isNegated ? 0 : ALL_TYPES;
        for (const child of store.children(formula)) {
          if (isNegated) types |= this.types(child ^ 1);
          else types &= this.types(child);
        }
        return types;
      }
      case Kind.ExactlyOne: {
        if (isNegated) return ALL_TYPES;
        let types = 0;
        for (const child of store.children(formula)) types |= this.types(child);
        return types;
      }
      default:
        // An atom about one type is true of all others.
        return isNegated ? ATOM_TYPE[kind] || ALL_TYPES : ALL_TYPES;
    }
  }

  /** How many sub-schemas are being expanded, one inside the other. */
  private depth = 0;

  /**
   * Expands all sub-schemas that are asked of the value itself.
   * @throws what is wrong with one, or the limit's error
   */
  expandInPlace(formula: Formula, seen: Set<Formula> = new Set()): void {
    const { store } = this;
    const visit = (literal: Formula) => {
      if (store.kind(literal) === Kind.Schema) this.expanded(literal, (all) => this.expandInPlace(all, seen));
    };
    store.forEachAtom(formula, visit, seen);
  }

  /**
   * Whether objects of a long list are asked of a value, it is nothing else.
   * @throws SchemaLimitError otherwise: no output could come to an object
   */
  checkLists(formula: Formula): void {
    const { store } = this;
    if (!store.hasLists) return;
    const objects = this.specialise(formula, JsonType.Object);
    if (store.listOf(objects) !== undefined) return;
    store.forEachAtom(objects, (literal) => {
      if (store.kind(literal) === Kind.Listed) throw listedWithOthers(store.second(literal));
    });
  }

  private expanded<T>(schema: Formula, rebuild: (formula: Formula) => T): T {
    if (this.depth >= MAX_IN_PLACE_DEPTH) {
      throw new SchemaLimitError({
        pointer: "",
        limit: "in-place depth",
        value: MAX_IN_PLACE_DEPTH,
        reason: `more than ${MAX_IN_PLACE_DEPTH} schemas apply to the same value, each inside the other; flatten them`,
      });
    }
    this.depth++;
    try {
      return rebuild(this.expand(this.store.first(schema)));
    } finally {
      this.depth--;
    }
  }

  /** The string contents that a formula specialised to strings allows. */
  stringLanguage(formula: Formula): Language {
    const { arena } = this.store;
    return this.language(formula, arena.any, (atom) => this.store.first(atom), this.stringLanguages);
  }

  /** Whether `writable` left something out. */
  leavesOut = false;

  /** The language if its texts fit into the limits, else `empty`: so no output begins what it cannot end. */
  writable(language: Language): Language {
    const { arena } = this.store;
    const { minLength, limits } = arena.nodes;
    if ((minLength[language] as number) <= limits.maxTextLength || arena.isEmpty(language)) return language;
    this.leavesOut = true;
    return arena.empty;
  }

  /**
   * The number texts that a formula specialised to numbers allows. Without a condition that is every spelling; conditions
   * are decided on normalised spellings, and a complement is taken within these.
   */
  numberLanguage(formula: Formula): Language {
    if (formula === TRUE) return this.numbers.all;
    const leaf = (atom: Formula) => this.store.first(atom);
    return this.language(formula, this.numbers.normalised, leaf, this.numberLanguages);
  }

  /**
   * The boolean combination of languages that a formula over atoms `leaf(atom)` describes, within `all`; `memo` belongs
   * to one `leaf` and `all`.
   */
  language(
    formula: Formula,
    all: Language,
    leaf: (atom: Formula) => Language,
    memo: LazyMap<Formula, Language>,
  ): Language {
    const { arena } = this.store;
    if (formula === TRUE) return all;
    if (formula === FALSE) return arena.empty;
    const found = memo.get(formula);
    if (found !== undefined) return found;
    const { store } = this;
    const kind = store.kind(formula);
    let language: Language;
    if ((formula & 1) === 1) {
      language = arena.difference(all, this.language(formula ^ 1, all, leaf, memo));
    } else if (kind === Kind.And) {
      language = arena.intersection(
        store.children(formula).map((child) => this.language(child, all, leaf, memo)),
      );
    } else if (kind === Kind.ExactlyOne) {
      language = this.exactlyOne(
        store.children(formula).map((child) => this.language(child, all, leaf, memo)),
        all,
      ).one;
    } else language = leaf(formula);
    memo.set(formula, language);
    return language;
  }

  /** The texts that are in exactly one of the languages, and those that are in none; by halves, so that each is small. */
  private exactlyOne(languages: readonly Language[], all: Language): { one: Language; none: Language } {
    const { arena } = this.store;
    const [first = arena.empty] = languages;
    if (languages.length < 2) return { one: first, none: arena.difference(all, first) };
    const half = languages.length >> 1;
    const left = this.exactlyOne(languages.slice(0, half), all);
    const right = this.exactlyOne(languages.slice(half), all);
    return {
      one: arena.union([
        arena.intersection([left.one, right.none]),
        arena.intersection([right.one, left.none]),
      ]),
      none: arena.intersection([left.none, right.none]),
    };
  }

  /** After a property whose name is in the key sets that `isMember` says; its value's part becomes `ValueIn`. */
  stepProperty(formula: Formula, isMember: (keys: KeySet) => boolean, memo: Map<number, Formula>): Formula {
    const { store } = this;
    return store.map(
      formula,
      (atom) => {
        switch (store.kind(atom)) {
          case Kind.Props: {
            const keys = store.first(atom);
            if (!isMember(keys)) return atom;
            const value = store.valueIn(store.second(atom));
            // Names never repeat: a set of one name is used up by it.
            return store.nameOf(keys) !== undefined ? value : store.and([value, atom]);
          }
          case Kind.PropCount:
            return store.propCount(store.first(atom) - 1);
          case Kind.Listed:
            throw listedWithOthers(store.second(atom));
          default:
            return atom;
        }
      },
      memo,
    );
  }

  /** After an item. */
  stepItem(formula: Formula): Formula {
    const { store } = this;
    this.itemSteps ??= new Map();
    return store.map(
      formula,
      (atom) => {
        if (store.kind(atom) === Kind.ItemCount) {
          const count = store.first(atom);
          const counted = store.second(atom);
          // More than enough is enough: "the rest has as many" or "this is one and the rest has one less".
          return store.or([atom, store.and([store.valueIn(counted), store.itemCount(count - 1, counted)])]);
        }
        // What the item was is added when it has been read: see `afterUnique`.
        if (store.kind(atom) === Kind.Unique) {
          return store.and([store.valueIn(store.first(atom) ^ 1), atom]);
        }
        if (store.kind(atom) !== Kind.Items) return atom;
        const from = store.first(atom);
        const to = store.second(atom);
        const value = store.third(atom);
        const rest = store.items(from > 0 ? from - 1 : 0, to === UNBOUNDED ? to : to - 1, value);
        return from > 0 ? rest : store.and([store.valueIn(value), rest]);
      },
      this.itemSteps,
    );
  }

  /** Whether the formula says the same of all items to come, so that it does not matter which of them takes a value. */
  isUniform(formula: Formula): boolean {
    const { store } = this;
    let value: Formula | undefined;
    let isUniform = true;
    store.forEachAtom(formula, (literal) => {
      const kind = store.kind(literal);
      if (kind === Kind.Unique) return;
      const of = kind === Kind.Items ? store.third(literal) : TRUE;
      // Lengths.
      if (of === FALSE && store.second(literal) === UNBOUNDED) return;
      const isForAll =
        kind === Kind.Items && store.first(literal) === 0 && store.second(literal) === UNBOUNDED;
      if (!isForAll || (literal & 1) === 1 || (value !== undefined && value !== of)) isUniform = false;
      value = of;
    });
    return isUniform;
  }

  /** Whether the formula depends on what the items were. */
  hasUnique(formula: Formula): boolean {
    let found = false;
    this.store.forEachAtom(formula, (literal) => {
      if (this.store.kind(literal) === Kind.Unique) found = true;
    });
    return found;
  }

  /** After an item that satisfies `item` alone: no later one may. */
  afterUnique(formula: Formula, item: Formula): Formula {
    const { store } = this;
    return store.map(
      formula,
      (atom) =>
        store.kind(atom) === Kind.Unique ? store.unique(withEarlier(store, store.first(atom), item)) : atom,
      new Map(),
    );
  }

  /** The formula with no items that later ones must differ from. */
  beforeUnique(formula: Formula): Formula {
    const { store } = this;
    return store.map(
      formula,
      (atom) => (store.kind(atom) === Kind.Unique ? store.unique(FALSE) : atom),
      new Map(),
    );
  }

  /** Whether the formula holds of an object or array that ends here. */
  holdsAtEnd(formula: Formula): boolean {
    if (formula <= FALSE) return formula === TRUE;
    return this.nodeHoldsAtEnd(formula & ~1) === ((formula & 1) === 0);
  }

  private nodeHoldsAtEnd(node: Formula): boolean {
    const { store } = this;
    const kind = store.kind(node);
    if (kind === Kind.Listed) throw listedWithOthers(store.second(node));
    if (kind !== Kind.And && kind !== Kind.ExactlyOne)
      return kind !== Kind.PropCount && kind !== Kind.ItemCount;
    let holds = this.ends.get(node);
    if (holds === undefined) {
      const children = store.children(node);
      let count = 0;
      for (let i = 0; i < children.length; i++) if (this.holdsAtEnd(children[i] as Formula)) count++;
      holds = count === (kind === Kind.And ? children.length : 1);
      this.ends.set(node, holds);
    }
    return holds;
  }
}
