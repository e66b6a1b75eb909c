import {
  addKeys,
  canonicalNumber,
  isJsonArray,
  type JsonNode,
  JsonNumber,
  JsonObject,
} from "../json/index.js";
import {
  compilePattern,
  type Language,
  LanguageLimitError,
  LazyMap,
  type Pattern,
  PatternError,
  rangeSet,
} from "../language/index.js";
import { arrayKeywords } from "./array-keywords.js";
import { checkConstants } from "./constant-limits.js";
import { Constants } from "./constants.js";
import { InvalidSchemaError, languageLimit, SchemaLimitError, UnsupportedSchemaError } from "./errors.js";
import { FALSE, type Formula, type FormulaStore, TRUE, type ValueRange } from "./formula.js";
import { InPlaceCycles } from "./in-place.js";
import { count, type Found, type KeywordContext } from "./keyword-context.js";
import { KeywordGroup, REFERENCES } from "./keywords.js";
import { DEFAULT_SCHEMA_LIMITS, type SchemaLimits } from "./limits.js";
import { listsStandAlone } from "./list-places.js";
import { isIntegerOnly, numberKeywords, numberRanges } from "./number-keywords.js";
import { objectKeywords } from "./object-keywords.js";
import { plainFormula } from "./plain-formula.js";
import { type Member, type Position, placeOf, type SchemaNode } from "./position.js";
import type { SampleContext } from "./samples.js";
import type { SchemaSet } from "./schema-set.js";
import { SurelySatisfiable } from "./surely-satisfiable.js";
import { typeMask } from "./type-mask.js";
import { unevaluatedItems, unevaluatedProperties } from "./unevaluated.js";
import { ANYTHING, inBoth, ofTypes, withNumbers } from "./value-range.js";
import type { Unenforceable } from "./warnings.js";

/** What a property calls for, by its name. */
const DEPENDENCIES: ReadonlySet<string> = new Set(["dependentRequired", "dependentSchemas", "dependencies"]);

/** The groups of keywords that have patterns, or constants that are limited. */
const LIMITED_GROUPS =
  KeywordGroup.Constants | KeywordGroup.Strings | KeywordGroup.Numbers | KeywordGroup.Objects;

/** Schemas of an in-place cycle, one inside the other, and all that one is expanded to. */
const MAX_CYCLE_LENGTH = 200;
const MAX_CYCLE_STEPS = 10_000;

/** What `format` means at a place. */
export interface FormatRules {
  /** Whether it is more than an annotation. */
  asserts(name: string, position: Position): boolean;
  /** Its texts; undefined where it is an annotation. */
  language(name: string, position: Position): Language | undefined;
}

/** The formulas of schemas and constants, each made when it is first needed. In formulas they are their numbers. */
export class SchemaFormulas implements KeywordContext, SampleContext {
  readonly schemas: SchemaSet;
  readonly store: FormulaStore;
  private readonly constants: Constants;
  private readonly stringsOf: (formula: Formula) => Language;
  private readonly format: FormatRules;
  private readonly unenforceable: Unenforceable;
  private readonly formulas: (Formula | undefined)[] = [];
  /** Of schemas without sub-schemas, by what they say. */
  private readonly scalarSchemas = new LazyMap<string, Formula>();
  private readonly ranges = new LazyMap<number, ValueRange>();
  private readonly cycles: InPlaceCycles;
  /** The schemas of an in-place cycle that are being expanded, one inside the other. */
  private readonly path = new LazyMap<SchemaNode, true>();
  private cycleSteps = 0;
  private readonly surelySatisfiable: SurelySatisfiable;

  /**
   * @param strings the strings that a formula allows
   * @param unenforceable what becomes of keywords that cannot be enforced
   * @param limits.maxAlternatives constants that a value is read against side by side
   * @throws InvalidSchemaError where a schema refers to itself in place by a keyword that is not monotone
   */
  constructor(
    schemas: SchemaSet,
    store: FormulaStore,
    strings: (formula: Formula) => Language,
    format: FormatRules,
    unenforceable: Unenforceable,
    { maxAlternatives }: Pick<SchemaLimits, "maxAlternatives"> = DEFAULT_SCHEMA_LIMITS,
  ) {
    this.unenforceable = unenforceable;
    this.schemas = schemas;
    this.store = store;
    this.stringsOf = strings;
    this.format = format;
    this.cycles = new InPlaceCycles(schemas);
    this.constants = new Constants(
      store,
      () => schemas.reserveId(),
      maxAlternatives,
      () => listsStandAlone(schemas.positions(), maxAlternatives),
    );
    this.surelySatisfiable = new SurelySatisfiable(this);
    store.references = {
      range: (id) => this.range(id),
      constantType: (id) => this.constants.typeOf(id),
    };
  }

  /**
   * The formula "the value matches this schema", without looking inside it where that can wait. Schemas of scalar
   * keywords that say the same have the same formula: branches that agree on a property ask one thing of its value.
   */
  reference(node: SchemaNode): Formula {
    const at = this.destination(node);
    return typeof at === "number" ? at : this.shared(at);
  }

  /**
   * The same for a sub-schema that applies in place. In a cycle of those it is expanded at once; where it comes to itself
   * again nothing matches: the least fixed point.
   * @throws SchemaLimitError where the cycle is long, or has many ways through it
   */
  applied(parent: SchemaNode, node: SchemaNode): Formula {
    const at = this.destination(node);
    if (typeof at === "number") return at;
    const cycle = this.cycles.of(parent.position);
    if (cycle === undefined || this.cycles.of(at.position) !== cycle) return this.shared(at);
    return this.path.has(at) ? FALSE : this.schemaFormula(at);
  }

  /** Whether a schema applies itself to the same value, whatever it needs for that. */
  isCircular(node: SchemaNode): boolean {
    return this.cycles.of(node.position) !== undefined;
  }

  /** Where references that stand alone lead, at last; a formula where that is all. */
  private destination(node: SchemaNode): SchemaNode | Formula {
    let seen: Set<SchemaNode> | undefined;
    for (let at = node; ; ) {
      if (typeof at.json === "boolean") return at.json ? TRUE : FALSE;
      const { enforced, only } = at.position;
      if (enforced === 0) return TRUE;
      if (only === undefined || !only.keyword.isReference) return at;
      seen ??= new Set();
      if (seen.has(at)) return FALSE;
      seen.add(at);
      at = this.schemas.targetOf(at, only);
    }
  }

  private shared(node: SchemaNode): Formula {
    const { only, resource } = node.position;
    // What is an integer depends on the dialect.
    if (only?.keyword.name === "type" && typeof only.value === "string" && only.value !== "integer")
      return this.store.type(typeMask(only.value));
    const { members } = node.position;
    const enforced: Member[] = [];
    for (let i = 0; i < members.length; i++) {
      const member = members[i] as Member;
      if (member.keyword.role !== "enforced") continue;
      if (!isScalarKeyword(member.keyword.name, member.value)) return this.store.schema(node.id);
      enforced.push(member);
    }
    const plain = plainFormula(enforced, this.constants, this.store);
    if (plain !== undefined) return plain;
    const { dialect, vocabularies } = resource;
    let key = `${dialect},${vocabularies}`;
    for (let i = 0; i < enforced.length; i++) {
      const { keyword, value } = enforced[i] as Member;
      key += `,${keyword.name}:${scalarKey(value)}`;
    }
    let formula = this.scalarSchemas.get(key);
    if (formula === undefined) {
      formula = this.store.schema(node.id);
      this.scalarSchemas.set(key, formula);
    }
    return formula;
  }

  /** The formula of a schema or constant by its number. */
  readonly expand = (id: number): Formula => {
    let formula = this.formulas[id];
    if (formula === undefined) {
      formula = this.constants.expand(id) ?? this.schemaFormula(this.schemas.byId(id) as SchemaNode);
      this.formulas[id] = formula;
    }
    return formula;
  };

  /** What the type, constants and bounds of a schema allow; undefined: there is no such schema. */
  private range(id: number): ValueRange | undefined {
    let range = this.ranges.get(id);
    if (range === undefined) {
      const position = this.schemas.byId(id)?.position;
      if (position === undefined) return undefined;
      try {
        range = this.rangeAt(position);
      } catch (error) {
        if (!(error instanceof LanguageLimitError)) throw error;
        range = ANYTHING;
      }
      this.ranges.set(id, range);
    }
    return range;
  }

  private rangeAt(position: Position): ValueRange {
    const { store } = this;
    const type = position.get("type");
    const constant = position.get("const");
    const values = position.get("enum") as readonly JsonNode[] | undefined;
    const ranges: ValueRange[] = [];
    if (type !== undefined) ranges.push(ofTypes(typeMask(type)));
    if (constant !== undefined) ranges.push(this.constants.range([constant]));
    if (values !== undefined && values.length <= MAX_COMPARED) ranges.push(this.constants.range(values));
    if ((position.groups & KeywordGroup.Numbers) !== 0 || isIntegerOnly(type)) {
      for (const one of numberRanges(position, position.resource.dialect))
        ranges.push(withNumbers(rangeSet(one, store.arena.nodes.limits)));
    }
    return ranges.reduce((x, y) => inBoth(store, x, y), ANYTHING);
  }

  /** "The value equals this one." */
  constant(value: JsonNode): Formula {
    return this.constants.formula([value]);
  }

  /** "The value equals one of these." */
  oneOf(values: readonly JsonNode[]): Formula {
    return this.constants.formula(values);
  }

  /** The objects of a list, by its number. */
  listed(list: number): readonly JsonObject[] {
    return this.constants.listed(list);
  }

  asserts(format: string, position: Position): boolean {
    return this.format.asserts(format, position);
  }

  /** Whether some value surely matches a schema or constant, by its number; false says nothing. */
  readonly isSurelySatisfiable = (id: number): boolean => {
    const node = this.schemas.byId(id);
    return node !== undefined && this.surelySatisfiable.has(node);
  };

  strings(formula: Formula): Language {
    return this.stringsOf(formula);
  }

  pattern(source: string, position: Position, keyword: string): Language {
    const pattern = this.parsedPattern(source, position, keyword);
    try {
      if (pattern !== undefined) return pattern.language;
    } catch (error) {
      if (error instanceof LanguageLimitError) throw languageLimit(error, placeOf(position), keyword);
      throw error;
    }
    // Passed over, `pattern` allows every string, and a pattern of `patternProperties` is about no key.
    return keyword === "pattern" ? this.store.arena.any : this.store.arena.empty;
  }

  /** Undefined: it is passed over. @throws InvalidSchemaError, UnsupportedSchemaError, SchemaLimitError */
  parsedPattern(source: string, position: Position, keyword: string): Pattern | undefined {
    try {
      return compilePattern(this.store.arena, source);
    } catch (error) {
      if (error instanceof LanguageLimitError) throw languageLimit(error, placeOf(position), keyword);
      if (!(error instanceof PatternError)) throw error;
      const details = { ...placeOf(position), keyword, reason: error.message };
      if (error.reason === "syntax") throw new InvalidSchemaError(details);
      this.unenforceable.passOver(new UnsupportedSchemaError(details));
      return undefined;
    }
  }

  /** Where a schema or constant stands among the others in the document. */
  documentOrder(id: number): number {
    return this.schemas.byId(id)?.position.order ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Adds property names in the order in which a schema or constant mentions them, in-place sub-schemas included.
   *
   * @param seen schemas whose names were added
   */
  addPropertyNames(id: number, names: Set<string>, seen: Set<number>): void {
    if (seen.has(id)) return;
    seen.add(id);
    const constant = this.constants.names(id);
    if (constant !== undefined) {
      for (let i = 0; i < constant.length; i++) names.add(constant[i] as string);
      return;
    }
    const node = this.schemas.byId(id) as SchemaNode;
    const { members } = node.position;
    for (let i = 0; i < members.length; i++) {
      const member = members[i] as Member;
      const { keyword, value } = member;
      const { name } = keyword;
      if (name === "properties") addKeys(value as JsonObject, names);
      else if (name === "const" || name === "enum") {
        for (const json of name === "const" ? [value] : (value as readonly JsonNode[]))
          if (json instanceof JsonObject) addKeys(json, names);
      } else if (keyword.isReference || keyword.isInPlace) {
        for (const child of this.inPlace(node, member)) this.addPropertyNames(child.id, names, seen);
      }
    }
    // Names that are only called for come last.
    for (let i = 0; i < members.length; i++) {
      const { keyword, value } = members[i] as Member;
      if (!DEPENDENCIES.has(keyword.name)) continue;
      for (const [key, needed] of value as JsonObject) {
        names.add(key);
        if (isJsonArray(needed)) for (const name of needed as readonly string[]) names.add(name);
      }
    }
    const required = typeof node.json === "boolean" ? undefined : node.json.get("required");
    if (isJsonArray(required)) {
      for (let i = 0; i < required.length; i++) names.add(required[i] as string);
    }
  }

  private inPlace(node: SchemaNode, { keyword, children }: Member): SchemaNode[] {
    const { schemas } = this;
    if (keyword.isReference) return [schemas.target(node, keyword.name)];
    if (!keyword.isInPlace) return [];
    const positions = children.filter((child) => child !== undefined);
    return positions.map((child) => schemas.below(node.scope, child));
  }

  private schemaFormula(node: SchemaNode): Formula {
    if (typeof node.json === "boolean") return node.json ? TRUE : FALSE;
    return this.keywordsFormula(node, node.position);
  }

  /** The formula of some keywords of a schema: all of them, or as many as others need to be understood. */
  keywordsFormula(node: SchemaNode, found: Found): Formula {
    if (!this.isCircular(node)) return this.conjunction(node, found);
    if (this.path.size === 0) this.cycleSteps = 0;
    if (this.path.size >= MAX_CYCLE_LENGTH) throw cycleLimit(node, MAX_CYCLE_LENGTH);
    if (++this.cycleSteps > MAX_CYCLE_STEPS) throw cycleLimit(node, MAX_CYCLE_STEPS);
    this.path.set(node, true);
    try {
      return this.conjunction(node, found);
    } finally {
      this.path.delete(node);
    }
  }

  private conjunction(node: SchemaNode, found: Found): Formula {
    const { store, schemas } = this;
    // What is found is among the schema's own keywords.
    const { groups, resource } = node.position;
    const parts: Formula[] = [];
    if ((groups & KeywordGroup.InPlace) !== 0) {
      for (const name of REFERENCES) {
        if (found.has(name)) parts.push(this.applied(node, schemas.target(node, name)));
      }
    }
    const type = found.get("type");
    if (type !== undefined) parts.push(store.type(typeMask(type)));
    if ((groups & KeywordGroup.Constants) !== 0) {
      if (found.has("enum")) parts.push(this.constants.formula(found.get("enum") as readonly JsonNode[]));
      if (found.has("const")) parts.push(this.constants.formula([found.get("const") as JsonNode]));
    }
    if ((groups & KeywordGroup.InPlace) !== 0) parts.push(...this.inPlaceKeywords(node, found));
    if ((groups & KeywordGroup.Strings) !== 0) parts.push(this.stringKeywords(node, found));
    if ((groups & KeywordGroup.Numbers) !== 0 || isIntegerOnly(type))
      parts.push(numberKeywords(found, resource.dialect, store));
    if ((groups & KeywordGroup.Arrays) !== 0) parts.push(arrayKeywords(node, found, this));
    if ((groups & KeywordGroup.Objects) !== 0) parts.push(...objectKeywords(node, found, this));
    if ((groups & KeywordGroup.Arrays) !== 0 && found.get("uniqueItems") === true)
      parts.push(store.unique(FALSE));
    if ((groups & KeywordGroup.Unevaluated) !== 0) {
      if (found.has("unevaluatedProperties")) parts.push(this.unevaluated(unevaluatedProperties, node));
      if (found.has("unevaluatedItems")) parts.push(this.unevaluated(unevaluatedItems, node));
    }
    return store.and(parts);
  }

  private inPlaceKeywords(node: SchemaNode, found: Found): Formula[] {
    const { store } = this;
    const all = (name: string) => this.schemas.children(node, name).map((child) => this.applied(node, child));
    const parts: Formula[] = [];
    if (found.has("allOf")) parts.push(...all("allOf"));
    if (found.has("anyOf")) parts.push(store.or(all("anyOf")));
    if (found.has("oneOf")) parts.push(store.exactlyOne(all("oneOf")));
    if (found.has("not")) parts.push(...all("not").map((formula) => formula ^ 1));
    if (found.has("if")) {
      const [test] = all("if") as [Formula];
      if (found.has("then")) parts.push(store.or([test ^ 1, ...all("then")]));
      if (found.has("else")) parts.push(store.or([test, ...all("else")]));
    }
    return parts;
  }

  private unevaluated(
    formula: (node: SchemaNode, context: KeywordContext) => Formula,
    node: SchemaNode,
  ): Formula {
    try {
      return formula(node, this);
    } catch (error) {
      if (!(error instanceof UnsupportedSchemaError)) throw error;
      this.unenforceable.passOver(error);
      return TRUE;
    }
  }

  private stringKeywords(node: SchemaNode, found: Found): Formula {
    const { store } = this;
    const { arena } = store;
    const parts: Language[] = [];
    const min = found.get("minLength");
    const max = found.get("maxLength");
    if (min !== undefined || max !== undefined) {
      const least = min === undefined ? 0 : count(min);
      parts.push(arena.length(least, max === undefined ? Number.POSITIVE_INFINITY : count(max)));
    }
    const pattern = found.get("pattern");
    if (typeof pattern === "string") parts.push(this.pattern(pattern, node.position, "pattern"));
    const format = found.get("format");
    const language = typeof format === "string" ? this.format.language(format, node.position) : undefined;
    if (language !== undefined) parts.push(language);
    return parts.length === 0 ? TRUE : store.str(arena.intersection(parts));
  }

  /** Finds the errors of all documents at hand that expanding their schemas would meet. */
  checkAll(): void {
    const { limits } = this.store.arena.nodes;
    for (const { positions } of this.schemas.documents()) {
      for (let i = 0; i < positions.length; i++) {
        const position = positions[i] as Position;
        if ((position.groups & LIMITED_GROUPS) === 0) continue;
        const { members } = position;
        for (let k = 0; k < members.length; k++) {
          const member = members[k] as Member;
          checkConstants(member, position, limits);
          const { name } = member.keyword;
          if (name === "pattern") this.parsedPattern(member.value as string, position, "pattern");
          else if (name === "patternProperties") {
            for (const source of (member.value as JsonObject).keys())
              this.parsedPattern(source, position, "patternProperties");
          }
        }
      }
    }
  }
}

const SCALAR_KEYWORDS = new Set([
  "type",
  "pattern",
  "format",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minItems",
  "maxItems",
]);
/** Longer lists of constants are not compared. */
const MAX_COMPARED = 64;

/** Whether the keyword says the same wherever it stands, and names no properties. */
function isScalarKeyword(name: string, value: JsonNode): boolean {
  if (name !== "const" && name !== "enum") return SCALAR_KEYWORDS.has(name);
  const values = name === "const" ? [value] : (value as readonly JsonNode[]);
  return (
    values.length <= MAX_COMPARED &&
    values.every((json) => json === null || typeof json !== "object" || json instanceof JsonNumber)
  );
}

/** A text that the values of scalar keywords share where they are equal. */
function scalarKey(value: JsonNode): string {
  if (typeof value === "string") return `${value.length}"${value}`;
  if (value instanceof JsonNumber) return canonicalNumber(value.text);
  return isJsonArray(value) ? `[${value.map(scalarKey).join()}]` : String(value);
}

function cycleLimit(node: SchemaNode, value: number): SchemaLimitError {
  const reason =
    "the schema refers to itself without a property or an item in between in too many ways; simplify it";
  return new SchemaLimitError({ ...placeOf(node.position), limit: "in-place cycle", value, reason });
}
