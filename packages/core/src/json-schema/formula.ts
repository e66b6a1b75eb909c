/**
 * Schemas as boolean formulas.
 *
 * A formula denotes a set of JSON values. It is a literal: twice the number of a node, plus one if negated; node 0 is
 * "every value". Nodes are hash-consed, so equal formulas have equal numbers, and simplified as they are built. An atom
 * speaks about one JSON type and is true of all values of other types, as schema keywords are; its negation therefore
 * implies its type.
 *
 * There are three node kinds besides keywords' atoms: `Schema` is a sub-schema by identity, expanded when an output
 * reaches it; `ValueIn(S)` says of an object or array in progress that its open property's or item's value is in S;
 * `Variable(i)` is a placeholder in the constraint of a value that is read against several formulas.
 */
import { isWellFormed, type Language, type LanguageArena, LazyMap, sortNumbers } from "../language/index.js";
import { exclusiveAmong } from "./exclusive.js";
import {
  ALL_TYPES,
  ATOM_TYPE,
  FALSE,
  type Formula,
  JsonType,
  type KeySet,
  Kind,
  type References,
  TRUE,
  UNBOUNDED,
  type ValueRange,
} from "./formula-kinds.js";
import { FormulaTable } from "./formula-table.js";
import { differInOneProperty } from "./one-property.js";
import { PresentProperties } from "./present-properties.js";

export * from "./formula-kinds.js";

const NONE_LEFT: readonly Formula[] = [];

export class FormulaStore {
  readonly arena: LanguageArena;
  private readonly table: FormulaTable;
  private readonly keyTexts = new Map<string, KeySet>();
  private readonly keyLanguages = new LazyMap<Language, KeySet>();
  private readonly keyFormulas = new LazyMap<Formula, KeySet>();
  private readonly keyExceptions = new LazyMap<string, KeySet>();
  private readonly exceptions: (ReadonlySet<string> | undefined)[] = [];
  private readonly keySets: (string | Language | (() => Language))[] = [];
  /** Whether a formula speaks of a long list of objects. */
  hasLists = false;
  private readonly marks: number[] = [];
  private lastMark = 0;
  private presentProperties: PresentProperties | undefined;
  /** What references say at sight. */
  references: References | undefined;

  constructor(arena: LanguageArena, limits: { readonly maxNodes: number }) {
    this.arena = arena;
    this.table = new FormulaTable(limits.maxNodes);
    this.table.intern(Kind.True, 0, 0, 0);
  }

  get size(): number {
    return this.table.size;
  }

  /** Runs something that may use a quarter more nodes than the limit. */
  withReserve<T>(run: () => T): T {
    return this.table.withReserve(run);
  }

  kind(formula: Formula): Kind {
    return this.table.kind[formula >> 1] as Kind;
  }

  /** First field: type mask, language, first index, key set, count, value formula, variable, or schema number. */
  first(formula: Formula): number {
    return this.table.a[formula >> 1] as number;
  }

  /** Second field: end index of `Items`, value formula of `Props` and `ItemCount`. */
  second(formula: Formula): number {
    return this.table.b[formula >> 1] as number;
  }

  /** Third field: value formula of `Items`. */
  third(formula: Formula): number {
    return this.table.c[formula >> 1] as number;
  }

  /** The literals of an `And` or `ExactlyOne`, ascending. */
  children(formula: Formula): readonly Formula[] {
    return this.table.children[formula >> 1] as readonly Formula[];
  }

  // --- atoms -------------------------------------------------------------------------------------------------------

  type(mask: number): Formula {
    if (mask === ALL_TYPES) return TRUE;
    if (mask === 0) return FALSE;
    return this.table.intern(Kind.Type, mask, 0, 0) << 1;
  }

  /** Strings are in `language` (over the string's code points). */
  str(language: Language): Formula {
    return language === this.arena.any ? TRUE : this.table.intern(Kind.Str, language, 0, 0) << 1;
  }

  /** Numbers are in `language` (over their decimal text). */
  num(language: Language): Formula {
    return this.table.intern(Kind.Num, language, 0, 0) << 1;
  }

  /** Array items with an index in [from, to) are in `value`. */
  items(from: number, to: number, value: Formula): Formula {
    if (value === TRUE || from >= to) return TRUE;
    return this.table.intern(Kind.Items, from, to, value) << 1;
  }

  minItems(count: number): Formula {
    return count <= 0 ? TRUE : this.items(count - 1, UNBOUNDED, FALSE) ^ 1;
  }

  maxItems(count: number): Formula {
    return this.items(count, UNBOUNDED, FALSE);
  }

  /** At least `count` items (more) are in `value`. */
  itemCount(count: number, value: Formula): Formula {
    if (count <= 0) return TRUE;
    if (value === TRUE) return this.minItems(count);
    if (count === 1 || value === FALSE) return this.items(0, UNBOUNDED, value ^ 1) ^ 1;
    return this.table.intern(Kind.ItemCount, count, value, 0) << 1;
  }

  /** Items (from here on) are all different, and none is in `earlier`, which says what the items before were. */
  unique(earlier: Formula): Formula {
    return this.table.intern(Kind.Unique, earlier, 0, 0) << 1;
  }

  /** Properties with a name in `keys` have values in `value`. */
  props(keys: KeySet, value: Formula): Formula {
    if (value === TRUE) return TRUE;
    const name = this.keySets[keys];
    // No text that is JSON in UTF-8 has such a name.
    if (typeof name === "string" && !isWellFormed(name)) return TRUE;
    return this.table.intern(Kind.Props, keys, value, 0) << 1;
  }

  required(key: string): Formula {
    return this.props(this.keySet(key), FALSE) ^ 1;
  }

  /** At least `count` properties (more). */
  propCount(count: number): Formula {
    return count <= 0 ? TRUE : this.table.intern(Kind.PropCount, count, 0, 0) << 1;
  }

  valueIn(value: Formula): Formula {
    if (value <= FALSE) return value;
    // Said of one value, so "not in S" is "in not S": the node is kept for the positive side.
    return (this.table.intern(Kind.ValueIn, value & ~1, 0, 0) << 1) | (value & 1);
  }

  variable(index: number): Formula {
    return this.table.intern(Kind.Variable, index, 0, 0) << 1;
  }

  schema(id: number): Formula {
    return this.table.intern(Kind.Schema, id, 0, 0) << 1;
  }

  /**
   * Objects are among those of a long list, by its number: more than `maxAlternatives`, as errors say. It is about whole
   * objects, and has no derivatives.
   */
  listed(list: number, maxAlternatives: number): Formula {
    this.hasLists = true;
    return this.table.intern(Kind.Listed, list, maxAlternatives, 0) << 1;
  }

  /** The number of the list, if the formula says of objects that they are among it and no more. */
  listOf(formula: Formula): number | undefined {
    return this.kind(formula) === Kind.Listed && (formula & 1) === 0 ? this.first(formula) : undefined;
  }

  /** See `FormulaReader`. */
  rangeOfSchema(formula: Formula): ValueRange | undefined {
    if (this.kind(formula) !== Kind.Schema || (formula & 1) === 1) return undefined;
    return this.references?.range(this.first(formula));
  }

  constantType(formula: Formula): number | undefined {
    if (this.kind(formula) !== Kind.Schema || (formula & 1) === 1) return undefined;
    return this.references?.constantType(this.first(formula));
  }

  // --- key sets ----------------------------------------------------------------------------------------------------

  keySet(text: string): KeySet {
    let id = this.keyTexts.get(text);
    if (id === undefined) {
      id = this.keySets.push(text) - 1;
      this.keyTexts.set(text, id);
    }
    return id;
  }

  keyLanguage(language: Language): KeySet {
    let id = this.keyLanguages.get(language);
    if (id === undefined) {
      id = this.keySets.push(language) - 1;
      this.keyLanguages.set(language, id);
    }
    return id;
  }

  /** The names that a formula over strings does not allow; `language` finds them when they are first asked for. */
  keysOutside(formula: Formula, language: () => Language): KeySet {
    let id = this.keyFormulas.get(formula);
    if (id === undefined) {
      id = this.keySets.push(language) - 1;
      this.keyFormulas.set(formula, id);
    }
    return id;
  }

  /** All names but these. What it is as a language is found when it is first asked for. */
  keysBut(names: readonly string[]): KeySet {
    const key = JSON.stringify(names);
    let id = this.keyExceptions.get(key);
    if (id === undefined) {
      const { arena } = this;
      id = this.keySets.push(() => arena.difference(arena.any, arena.choice(names))) - 1;
      this.keyExceptions.set(key, id);
      this.exceptions[id] = new Set(names);
    }
    return id;
  }

  /** The name, if the set is one name. */
  nameOf(keys: KeySet): string | undefined {
    const set = this.keySets[keys];
    return typeof set === "string" ? set : undefined;
  }

  /** The names that are missing, if the set was made as all but these. */
  exceptionsOf(keys: KeySet): ReadonlySet<string> | undefined {
    return this.exceptions[keys];
  }

  hasKey(keys: KeySet, name: string): boolean {
    const exceptions = this.exceptions[keys];
    if (exceptions !== undefined) return !exceptions.has(name);
    const set = this.keysOf(keys);
    return typeof set === "string" ? set === name : this.arena.matches(set, name);
  }

  /** The name, if the set is one name; otherwise its language. */
  keysOf(keys: KeySet): string | Language {
    const found = this.keySets[keys] as string | Language | (() => Language);
    if (typeof found !== "function") return found;
    const language = found();
    this.keySets[keys] = language;
    return language;
  }

  // --- connectives -------------------------------------------------------------------------------------------------

  not(formula: Formula): Formula {
    return formula ^ 1;
  }

  or(list: readonly Formula[]): Formula {
    return this.and(list.map((formula) => formula ^ 1)) ^ 1;
  }

  /** A conjunction of atoms and negated atoms without some of them. */
  without(formula: Formula, dropped: readonly Formula[]): Formula {
    if (dropped.length === 0) return formula;
    if (this.kind(formula) !== Kind.And) return dropped.includes(formula) ? TRUE : formula;
    const kept = this.children(formula).filter((child) => !dropped.includes(child));
    if (kept.length < 2) return kept[0] ?? TRUE;
    return this.table.internList(Kind.And, kept) << 1;
  }

  /** Conjunction, simplified: constants, complements, types, values merged, one level of units and absorption. */
  and(list: readonly Formula[]): Formula {
    const literals: Formula[] = [];
    let types = ALL_TYPES;
    let values: Formula[] | undefined;
    let texts: Formula[] | undefined;
    for (let i = 0; i < list.length; i++) {
      const formula = list[i] as Formula;
      if (formula === FALSE) return FALSE;
      // A conjunction has none among its literals.
      const isAnd = this.kind(formula) === Kind.And && (formula & 1) === 0;
      const group = isAnd ? this.children(formula) : list;
      const end = isAnd ? group.length : i + 1;
      for (let k = isAnd ? 0 : i; k < end; k++) {
        const literal = group[k] as Formula;
        const kind = this.kind(literal);
        if (kind === Kind.Type) {
          const mask = this.first(literal);
          types &= (literal & 1) === 0 ? mask : ALL_TYPES & ~mask;
        } else if (kind === Kind.ValueIn) {
          values ??= [];
          values.push(this.first(literal) | (literal & 1));
        } else if (literal !== TRUE) {
          if ((literal & 1) === 1 && ATOM_TYPE[kind] !== 0) types &= ATOM_TYPE[kind] as number;
          if (kind === Kind.Str && this.arena.isListed(this.first(literal))) {
            texts ??= [];
            texts.push(literal);
          } else literals.push(literal);
        }
      }
    }
    if (texts !== undefined) {
      const joined = texts.length === 1 ? texts : this.joined(texts);
      if (joined === undefined && types === JsonType.String) return FALSE;
      literals.push(...(joined ?? texts));
    }
    if (types === 0) return FALSE;
    if (values !== undefined) {
      const value = this.valueIn(this.and(values));
      if (value === FALSE) return FALSE;
      if (value !== TRUE) literals.push(value);
    }
    if (types !== ALL_TYPES) literals.push(this.type(types));
    return this.finishAnd(literals, types);
  }

  /**
   * Literals about listed strings, where these meet in one list, so that constants that differ exclude each other.
   * Undefined: none is left. A negated literal stays, since it says that there is a string.
   */
  private joined(literals: readonly Formula[]): readonly Formula[] | undefined {
    const { arena } = this;
    const positive = literals.filter((literal) => (literal & 1) === 0);
    if (positive.length === 0) return literals;
    const negative = literals.filter((literal) => (literal & 1) === 1);
    let language = positive
      .map((literal) => this.first(literal))
      .reduce((x, y) => arena.intersection([x, y]));
    for (const literal of negative) language = arena.difference(language, this.first(literal));
    return language === arena.empty ? undefined : [this.str(language), ...negative];
  }

  private finishAnd(literals: Formula[], types: number): Formula {
    sortLiterals(literals);
    const kept: Formula[] = [];
    let hasOr = false;
    let hasExactlyOne = false;
    let negated = false;
    for (const literal of literals) {
      const last = kept.length > 0 ? (kept[kept.length - 1] as Formula) : -1;
      if (literal === last) continue;
      if (literal === FALSE || (literal === last + 1 && (last & 1) === 0)) return FALSE;
      const kind = this.kind(literal);
      if ((literal & 1) === 0 && types !== ALL_TYPES) {
        const type = ATOM_TYPE[kind] as number;
        if (type !== 0 && (type & types) === 0) continue;
      }
      if ((literal & 1) === 1) {
        if (kind === Kind.And) hasOr = true;
        else negated = true;
      } else if (kind === Kind.ExactlyOne) hasExactlyOne = true;
      kept.push(literal);
    }
    // A negated atom that implies the only type left makes the type literal redundant.
    if (negated && types !== ALL_TYPES && isSingleType(types)) {
      const implied = kept.some((f) => (f & 1) === 1 && ATOM_TYPE[this.kind(f)] === types);
      if (implied) removeValue(kept, this.type(types));
    }
    if (hasOr) {
      const merged = this.mergeClauses(kept);
      if (merged !== undefined) return this.and(merged);
      const changed = this.resolveUnits(kept, types);
      if (changed !== undefined) return this.and(changed);
    }
    if (hasExactlyOne) {
      this.presentProperties ??= new PresentProperties(this);
      const changed = this.presentProperties.exclude(kept);
      if (changed !== undefined) return this.and(changed);
    }
    if (kept.length === 0) return TRUE;
    if (kept.length === 1) return kept[0] as Formula;
    return this.table.internList(Kind.And, kept) << 1;
  }

  /**
   * Clauses that differ in what they say of the open value only are one: (x or r) and (y or r) is (x and y) or r. So a
   * union of objects that a property tells apart asks one thing of its value, not one for each. Undefined: no change.
   */
  private mergeClauses(literals: readonly Formula[]): Formula[] | undefined {
    let groups: Map<string, Formula[]> | undefined;
    let merges = false;
    for (const literal of literals) {
      if (this.kind(literal) !== Kind.And || (literal & 1) === 0) continue;
      const key = this.restOfClause(literal);
      if (key === undefined) continue;
      groups ??= new Map();
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [literal]);
      else {
        group.push(literal);
        merges = true;
      }
    }
    if (groups === undefined || !merges) return undefined;
    const result = new Set(literals);
    for (const group of groups.values()) {
      if (group.length < 2) continue;
      const values: Formula[] = [];
      let rest: Formula[] = [];
      for (const literal of group) {
        result.delete(literal);
        const negated = this.children(literal);
        // The clause says "not all of these": not the value's part, or not the rest.
        rest = negated.filter((child) => this.kind(child) !== Kind.ValueIn);
        values.push(
          ...negated.filter((child) => this.kind(child) === Kind.ValueIn).map((child) => child ^ 1),
        );
      }
      result.add(this.or([this.and(values), ...rest.map((child) => child ^ 1)]));
    }
    return [...result];
  }

  private restOfClause(clause: Formula): string | undefined {
    const children = this.children(clause);
    if (!children.some((child) => this.kind(child) === Kind.ValueIn)) return undefined;
    return children.filter((child) => this.kind(child) !== Kind.ValueIn).join();
  }

  /**
   * Disjunctions that a unit satisfies are dropped, disjuncts that a unit excludes removed; what is left alone is a unit,
   * too. Undefined: no change.
   */
  private resolveUnits(literals: readonly Formula[], types: number): Formula[] | undefined {
    const marks = this.unitMarks();
    const mark = ++this.lastMark;
    for (let i = 0; i < literals.length; i++) marks[literals[i] as Formula] = mark;
    /** What is left of a disjunction, negated; an empty list: it holds. */
    const left: (readonly Formula[])[] = [];
    let changes = false;
    for (let again = true; again; ) {
      again = false;
      for (let i = 0; i < literals.length; i++) {
        const literal = literals[i] as Formula;
        if ((literal & 1) === 0 || this.kind(literal) !== Kind.And) continue;
        const before = left[i] ?? this.children(literal);
        if (before.length < 2) continue;
        const after = this.undecided(before, types, marks, mark);
        if (after === before) continue;
        if (after === undefined) return [FALSE];
        left[i] = after;
        changes = true;
        if (after.length === 1) {
          marks[(after[0] as Formula) ^ 1] = mark;
          again = true;
        }
      }
    }
    if (!changes) return undefined;
    const result: Formula[] = [];
    for (let i = 0; i < literals.length; i++) {
      const rest = left[i];
      if (rest === undefined) result.push(literals[i] as Formula);
      else if (rest.length > 0) result.push(this.and(rest) ^ 1);
    }
    return result;
  }

  /** The disjuncts (negated) that no unit decides: none if one holds, the same list if it is all, undefined if all fail. */
  private undecided(
    negated: readonly Formula[],
    types: number,
    marks: readonly number[],
    mark: number,
  ): readonly Formula[] | undefined {
    let remaining: Formula[] | undefined;
    for (let i = 0; i < negated.length; i++) {
      const child = negated[i] as Formula;
      const disjunct = child ^ 1;
      if (marks[disjunct] === mark) return NONE_LEFT;
      const kind = this.kind(disjunct);
      const excluded =
        marks[child] === mark ||
        (kind === Kind.Type && (this.typeMask(disjunct) & types) === 0) ||
        ((disjunct & 1) === 1 && ATOM_TYPE[kind] !== 0 && ((ATOM_TYPE[kind] as number) & types) === 0);
      if (excluded) remaining ??= negated.slice(0, i);
      else remaining?.push(child);
    }
    if (remaining === undefined) return negated;
    return remaining.length === 0 ? undefined : remaining;
  }

  /** Which literals are units of the conjunction at hand: those with its mark. */
  private unitMarks(): number[] {
    while (this.marks.length < 2 * this.size) this.marks.push(0);
    return this.marks;
  }

  /** The types that a `Type` literal allows. */
  typeMask(literal: Formula): number {
    const mask = this.first(literal);
    return (literal & 1) === 0 ? mask : ALL_TYPES & ~mask;
  }

  /** Exactly one of the formulas holds. */
  exactlyOne(list: readonly Formula[]): Formula {
    const sorted = sortLiterals(list.filter((formula) => formula > FALSE));
    let certain = list.length - list.filter((formula) => formula !== TRUE).length;
    const rest: Formula[] = [];
    const must: Formula[] = [];
    for (let i = 0; i < sorted.length; ) {
      const node = (sorted[i] as Formula) & ~1;
      let positive = 0;
      let negative = 0;
      for (; i < sorted.length && ((sorted[i] as Formula) & ~1) === node; i++) {
        if (((sorted[i] as Formula) & 1) === 0) positive++;
        else negative++;
      }
      if (positive + negative === 1) rest.push(node + negative);
      else {
        // A branch that stands twice must not hold; with its complement once, that one does.
        if (positive > 0 && negative > 0) certain++;
        if (positive > 1) must.push(node ^ 1);
        if (negative > 1) must.push(node);
      }
    }
    if (certain > 1) return FALSE;
    if (certain === 1) return this.and([...rest.map((formula) => formula ^ 1), ...must]);
    if (rest.length === 0) return FALSE;
    const group = rest.length > 1 ? exclusiveAmong(this, rest) : [];
    // A few of many are left alone: what is joined is hard to tell apart later.
    if (group.length > 1 && 2 * group.length >= rest.length) {
      // Of these at most one holds anyway.
      const some = this.or(group);
      if (group.length === rest.length) return this.and([some, ...must]);
      const grouped = new Set(group);
      return this.and([this.exactlyOne([...rest.filter((formula) => !grouped.has(formula)), some]), ...must]);
    }
    const differing = differInOneProperty(this, rest);
    if (differing !== undefined) {
      const { common, keys, values } = differing;
      return this.and([...common, this.props(keys, this.exactlyOne(values)), ...must]);
    }
    const one = rest.length === 1 ? (rest[0] as Formula) : this.table.internList(Kind.ExactlyOne, rest) << 1;
    return must.length === 0 ? one : this.and([one, ...must]);
  }

  // --- rebuilding --------------------------------------------------------------------------------------------------

  /**
   * Replaces every atom (given as its positive literal) by `replace(atom)`; `memo` belongs to one `replace`.
   * @param isKept parts that stay as they are
   */
  map(
    formula: Formula,
    replace: (atom: Formula) => Formula,
    memo: Map<number, Formula>,
    isKept?: (formula: Formula) => boolean,
  ): Formula {
    if (formula <= FALSE || isKept?.(formula)) return formula;
    const node = formula & ~1;
    let result = memo.get(node);
    if (result === undefined) {
      const kind = this.kind(node);
      if (kind === Kind.And || kind === Kind.ExactlyOne) {
        const children = this.children(node).map((child) => this.map(child, replace, memo, isKept));
        result = kind === Kind.And ? this.and(children) : this.exactlyOne(children);
      } else result = replace(node);
      memo.set(node, result);
    }
    return result ^ (formula & 1);
  }

  /**
   * Calls `visit` for every atom under `formula`, as the literal that it occurs as in negation normal form.
   * @param isPassed parts that are not looked at
   */
  forEachAtom(
    formula: Formula,
    visit: (literal: Formula) => void,
    seen: Set<Formula> = new Set(),
    isPassed?: (formula: Formula) => boolean,
  ): void {
    if (formula <= FALSE || seen.has(formula) || isPassed?.(formula)) return;
    seen.add(formula);
    const kind = this.kind(formula);
    if (kind === Kind.And) {
      for (const child of this.children(formula))
        this.forEachAtom(child ^ (formula & 1), visit, seen, isPassed);
    } else if (kind === Kind.ExactlyOne) {
      for (const child of this.children(formula)) {
        this.forEachAtom(child, visit, seen, isPassed);
        this.forEachAtom(child ^ 1, visit, seen, isPassed);
      }
    } else visit(formula);
  }
}

/** From so many literals on, it pays to copy them for sorting. */
const MANY = 32;

function sortLiterals(literals: Formula[]): Formula[] {
  if (literals.length < MANY) {
    sortNumbers(literals);
    return literals;
  }
  for (let i = 1; i < literals.length; i++) {
    if ((literals[i - 1] as number) <= (literals[i] as number)) continue;
    // Sorting of typed arrays calls no comparison.
    const sorted = new Int32Array(literals).sort();
    for (let k = 0; k < sorted.length; k++) literals[k] = sorted[k] as Formula;
    return literals;
  }
  return literals;
}

function isSingleType(types: number): boolean {
  return (types & (types - 1)) === 0;
}

function removeValue(list: Formula[], value: Formula): void {
  const index = list.indexOf(value);
  if (index >= 0) list.splice(index, 1);
}
