/**
 * Schemas that some value surely matches, told from their keywords alone: without formulas, and without looking at what a
 * value need not have. Most schemas are of this kind; the others are for `Satisfiability` to decide.
 *
 * Each schema is tried on one value of each type (null, true, false, 0, "", [], {}), in three-valued logic, since a
 * keyword may be too much work to judge. Where none of these matches, a few common forms are recognised: scalars whose
 * keywords leave room, objects whose required properties, and arrays whose items, are themselves of this kind.
 */
import {
  canonicalNumber,
  isIntegerNumber,
  isJsonArray,
  type JsonNode,
  JsonNumber,
  JsonObject,
} from "../json/index.js";
import type { Language, Pattern } from "../language/index.js";
import { ALL_TYPES, type FormulaStore, JsonType, LONE_SURROGATE } from "./formula.js";
import { count } from "./keyword-context.js";
import type { Member, Position, SchemaNode } from "./position.js";
import type { SchemaSet } from "./schema-set.js";
import {
  ALL,
  exactlyOne,
  except,
  NONE,
  not,
  same,
  surelyOf,
  type Truths,
  UNKNOWN,
  unknown,
} from "./truths.js";
import { typeMask } from "./type-mask.js";

/** Sub-schemas inside each other that are looked at in one go. */
const MAX_DEPTH = 32;
/** After so many looks, what is deeper is left to `Satisfiability`. */
const MAX_LOOKS = 100_000;
/** Numbers up to that are told apart by doubles. */
const MAX_EXACT = 1e15;

/** What the samples ask of the schemas' compiler. */
export interface SampleContext {
  readonly store: FormulaStore;
  readonly schemas: SchemaSet;
  pattern(source: string, position: Position, keyword: string): Language;
  /** The same, not compiled yet if that can wait; undefined where the pattern is passed over. */
  parsedPattern(source: string, position: Position, keyword: string): Pattern | undefined;
  /** Whether `format` asserts something at a place. */
  asserts(format: string, position: Position): boolean;
}

export class Samples {
  private readonly context: SampleContext;
  /** By the numbers of schema nodes. */
  private readonly truths: (Truths | undefined)[] = [];
  private readonly sure: (boolean | undefined)[] = [];
  private depth = 0;
  /** In which round a schema was last looked at, and what was too deep below it then. */
  private readonly rounds: number[] = [];
  private readonly deeper: (SchemaNode | undefined)[] = [];
  private round = 0;
  private looks = 0;
  /** The first schema that was too deep, of those that the answer at hand depends on. */
  private tooDeep: SchemaNode | undefined;

  constructor(context: SampleContext) {
    this.context = context;
  }

  /** Whether some value surely matches; false says nothing. */
  isSatisfiable(node: SchemaNode): boolean {
    const known = this.sure[node.id];
    if (known !== undefined) return known;
    // What is too deep to be looked at from here is looked at first, by itself.
    const goals = new Set([node]);
    for (let goal = node; ; ) {
      this.round++;
      this.tooDeep = undefined;
      const sure = this.look(goal);
      const deeper: SchemaNode | undefined = this.tooDeep;
      if (!sure && deeper !== undefined && !goals.has(deeper) && this.looks < MAX_LOOKS) {
        goals.add(deeper);
        goal = deeper;
        continue;
      }
      this.sure[goal.id] = sure;
      goals.delete(goal);
      const last = [...goals].at(-1);
      if (last === undefined) return sure;
      goal = last;
    }
  }

  private look(node: SchemaNode): boolean {
    const { id } = node;
    const known = this.sure[id];
    if (known !== undefined) return known;
    if (this.rounds[id] === this.round) {
      // What leads to itself is not shown by that; what was too deep before still is.
      this.tooDeep ??= this.deeper[id];
      return false;
    }
    if (this.depth >= MAX_DEPTH) {
      this.tooDeep ??= node;
      return false;
    }
    this.rounds[id] = this.round;
    this.deeper[id] = undefined;
    this.looks++;
    const before = this.tooDeep;
    this.tooDeep = undefined;
    this.depth++;
    const sure = surelyOf(this.truthsOf(node)) !== 0 || this.hasForm(node);
    this.depth--;
    if (sure || this.tooDeep === undefined) this.sure[id] = sure;
    else this.deeper[id] = this.tooDeep;
    this.tooDeep = before ?? (sure ? undefined : this.tooDeep);
    return sure;
  }

  // --- samples -----------------------------------------------------------------------------------------------------

  private truthsOf(node: SchemaNode): Truths {
    if (typeof node.json === "boolean") return node.json ? ALL : NONE;
    let truths = this.truths[node.id];
    if (truths === undefined) {
      if (this.depth >= MAX_DEPTH) return UNKNOWN;
      this.truths[node.id] = UNKNOWN;
      this.depth++;
      truths = ALL;
      for (const member of node.position.members) {
        if (member.keyword.role === "enforced") truths &= this.ofKeyword(node, member);
      }
      this.depth--;
      this.truths[node.id] = truths;
    }
    return truths;
  }

  private ofKeyword(node: SchemaNode, member: Member): Truths {
    const { keyword, value } = member;
    const { position } = node;
    switch (keyword.name) {
      case "$ref":
      case "$dynamicRef":
      case "$recursiveRef":
        return this.truthsOf(this.context.schemas.target(node, keyword.name));
      case "type":
        return same(typeMask(value));
      case "enum":
        return same(samplesAmong(value as readonly JsonNode[]));
      case "const":
        return same(samplesAmong([value]));
      case "allOf":
        return this.childTruths(node, member).reduce((all, truths) => all & truths, ALL);
      case "anyOf":
        return this.childTruths(node, member).reduce((some, truths) => some | truths, NONE);
      case "oneOf":
        return exactlyOne(this.childTruths(node, member));
      case "not":
        return not(this.childTruths(node, member)[0] as Truths);
      case "if":
        return this.conditional(node, member);
      case "minLength":
        return except(count(value) > 0 ? JsonType.String : 0);
      case "pattern": {
        // Patterns are compiled where there is need.
        const pattern = this.context.parsedPattern(value as string, position, "pattern");
        if (pattern === undefined) return ALL;
        return pattern.knownLength === 0 ? ALL : unknown(JsonType.String);
      }
      case "format":
        return this.context.asserts(value as string, position) ? unknown(JsonType.String) : ALL;
      case "minimum":
      case "maximum":
        return zeroWithin(keyword.name, value, position);
      case "exclusiveMinimum":
      case "exclusiveMaximum":
        if (!(value instanceof JsonNumber)) return ALL;
        return except(signOf(value) === (keyword.name === "exclusiveMinimum" ? -1 : 1) ? 0 : JsonType.Number);
      case "minItems":
        return except(count(value) > 0 ? JsonType.Array : 0);
      case "contains": {
        const least = position.get("minContains");
        return except(least !== undefined && count(least) === 0 ? 0 : JsonType.Array);
      }
      case "minProperties":
        return except(count(value) > 0 ? JsonType.Object : 0);
      case "required":
        return except((value as readonly string[]).length > 0 ? JsonType.Object : 0);
      default:
        return HARMLESS.has(keyword.name) ? ALL : UNKNOWN;
    }
  }

  private childTruths(node: SchemaNode, { children }: Member): Truths[] {
    return children.map((child) => this.truthsOf(this.context.schemas.below(node.scope, child as Position)));
  }

  private conditional(node: SchemaNode, member: Member): Truths {
    const [test] = this.childTruths(node, member) as [Truths];
    const branch = (name: string): Truths => {
      const then = node.position.member(name);
      return then === undefined ? ALL : (this.childTruths(node, then)[0] as Truths);
    };
    return (not(test) | branch("then")) & (test | branch("else"));
  }

  // --- forms -------------------------------------------------------------------------------------------------------

  private hasForm(node: SchemaNode): boolean {
    const { schemas } = this.context;
    const enforced = node.position.members.filter(({ keyword }) => keyword.role === "enforced");
    if (enforced.length === 1) {
      const { keyword, children } = enforced[0] as Member;
      const isSure = (child: Position | undefined) => this.look(schemas.below(node.scope, child as Position));
      if (keyword.isReference) return this.look(schemas.target(node, keyword.name));
      if (keyword.name === "anyOf") return children.some(isSure);
      if (keyword.name === "allOf" || keyword.name === "oneOf")
        return children.length === 1 && isSure(children[0]);
    }
    const has = (known: ReadonlySet<string>) => enforced.every(({ keyword }) => known.has(keyword.name));
    const type = node.position.get("type");
    const types = type === undefined ? ALL_TYPES : typeMask(type);
    if (has(CONSTANT)) return constantFits(node.position);
    // Keywords about one type say nothing of the others.
    if (!has(FORMS)) return false;
    if ((types & JsonType.String) !== 0 && this.stringFits(node.position)) return true;
    if ((types & JsonType.Number) !== 0 && numberFits(node.position)) return true;
    if ((types & JsonType.Array) !== 0 && this.arrayFits(node)) return true;
    return (types & JsonType.Object) !== 0 && this.objectFits(node);
  }

  private stringFits(position: Position): boolean {
    const { arena } = this.context.store;
    const { limits, minLength } = arena.nodes;
    const min = position.get("minLength");
    const max = position.get("maxLength");
    const least = min === undefined ? 0 : count(min);
    if (least > limits.maxTextLength || (max !== undefined && count(max) < least)) return false;
    const pattern = position.get("pattern");
    const format = position.get("format");
    const isPlain = format === undefined || !this.context.asserts(format as string, position);
    if (pattern === undefined) return isPlain || (min === undefined && max === undefined);
    if (!isPlain || min !== undefined || max !== undefined) return false;
    const parsed = this.context.parsedPattern(pattern as string, position, "pattern");
    if (parsed?.knownLength !== undefined) return parsed.knownLength <= limits.maxTextLength;
    const language = this.context.pattern(pattern as string, position, "pattern");
    return arena.isSurelyLive(language) && (minLength[language] as number) <= limits.maxTextLength;
  }

  private arrayFits(node: SchemaNode): boolean {
    const { position } = node;
    const items = position.member("items");
    const isPlain = items === undefined || !isJsonArray(items.value);
    if (!isPlain || ARRAY_EXTRAS.some((name) => position.has(name))) return false;
    const min = position.get("minItems");
    const max = position.get("maxItems");
    const least = min === undefined ? 0 : count(min);
    if (max !== undefined && count(max) < least) return false;
    if (least > 1 && position.get("uniqueItems") === true) return false;
    if (least > 0 && position.has("unevaluatedItems")) return false;
    return least === 0 || items === undefined || this.look(this.context.schemas.child(node, "items"));
  }

  private objectFits(node: SchemaNode): boolean {
    const { schemas } = this.context;
    const { position } = node;
    if (OBJECT_EXTRAS.some((name) => position.has(name))) return false;
    const required = new Set((position.get("required") ?? []) as readonly string[]);
    const min = position.get("minProperties");
    const max = position.get("maxProperties");
    if (min !== undefined && count(min) > required.size) return false;
    if (max !== undefined && count(max) < required.size) return false;
    const properties = position.get("properties");
    for (const name of required) {
      if (LONE_SURROGATE.test(name) || this.isInPattern(name, position)) return false;
      if (properties instanceof JsonObject && properties.has(name)) {
        if (!this.look(schemas.child(node, "properties", name))) return false;
      } else {
        if (position.has("unevaluatedProperties")) return false;
        const others = position.has("additionalProperties");
        if (others && !this.look(schemas.child(node, "additionalProperties"))) return false;
      }
    }
    return true;
  }

  /** Whether `patternProperties` says something of a name. */
  private isInPattern(name: string, position: Position): boolean {
    const patterns = position.get("patternProperties");
    if (!(patterns instanceof JsonObject)) return false;
    const { arena } = this.context.store;
    for (let i = 0; i < patterns.size; i++) {
      const language = this.context.pattern(patterns.keyAt(i), position, "patternProperties");
      if (arena.matches(language, name)) return true;
    }
    return false;
  }
}

/** Keywords that all samples of the types that they are about match, or that say something with others only. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["then", "else", "maxLength", "multipleOf"],
  ...["items", "prefixItems", "additionalItems", "maxItems", "uniqueItems", "unevaluatedItems"],
  ...["minContains", "maxContains"],
  ...["properties", "patternProperties", "additionalProperties", "propertyNames", "maxProperties"],
  ...["dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties"],
]);

/** The keywords that `hasForm` can judge together. */
const FORMS: ReadonlySet<string> = new Set([
  ...["type", "minLength", "maxLength", "pattern", "format"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "unevaluatedItems"],
  ...["contains", "minContains", "maxContains"],
  ...["properties", "patternProperties", "additionalProperties", "propertyNames", "required"],
  ...["minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "dependencies"],
  "unevaluatedProperties",
]);
const CONSTANT: ReadonlySet<string> = new Set(["type", "enum", "const"]);
/** With these, it takes more to tell whether there is an array, or an object. */
const ARRAY_EXTRAS = ["prefixItems", "contains"];
const OBJECT_EXTRAS = ["propertyNames", "dependentRequired", "dependentSchemas", "dependencies"];

/** The samples among some constants. */
function samplesAmong(values: readonly JsonNode[]): number {
  let mask = 0;
  for (const value of values) {
    if (value === null) mask |= JsonType.Null;
    else if (typeof value === "boolean") mask |= value ? JsonType.True : JsonType.False;
    else if (typeof value === "string") mask |= value === "" ? JsonType.String : 0;
    else if (value instanceof JsonNumber) mask |= signOf(value) === 0 ? JsonType.Number : 0;
    else if (value instanceof JsonObject) mask |= value.size === 0 ? JsonType.Object : 0;
    else mask |= value.length === 0 ? JsonType.Array : 0;
  }
  return mask;
}

function signOf({ text }: JsonNumber): number {
  if (canonicalNumber(text) === "0") return 0;
  return text.startsWith("-") ? -1 : 1;
}

/** Zero against a bound that is inclusive, or in older dialects what the exclusive keyword says. */
function zeroWithin(name: "minimum" | "maximum", value: JsonNode, position: Position): Truths {
  const sign = signOf(value as JsonNumber) * (name === "minimum" ? 1 : -1);
  if (sign !== 0) return except(sign > 0 ? JsonType.Number : 0);
  const exclusive = position.get(name === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum");
  return except(exclusive === true ? JsonType.Number : 0);
}

/** Whether one of the constants has the type, and can be written. */
function constantFits(position: Position): boolean {
  const values = position.get("enum");
  const constant = position.get("const");
  if (values !== undefined && constant !== undefined) return false;
  const type = position.get("type");
  const types = type === undefined ? ALL_TYPES : typeMask(type);
  const integers = type === "integer" || (isJsonArray(type) && type.includes("integer"));
  for (const value of constant === undefined ? ((values ?? []) as readonly JsonNode[]) : [constant]) {
    if (typeof value === "string") {
      if ((types & JsonType.String) !== 0 && !LONE_SURROGATE.test(value)) return true;
    } else if (value instanceof JsonNumber && (types & JsonType.Number) !== 0) {
      // Whether `1.0` is an integer depends on the dialect.
      if (!integers || (/^-?\d+$/.test(value.text) && isIntegerNumber(value.text))) return true;
    } else if (value !== null && typeof value === "object" && !(value instanceof JsonNumber)) {
      const kind = value instanceof JsonObject ? JsonType.Object : JsonType.Array;
      if ((types & kind) !== 0 && canBeWritten(value)) return true;
    }
  }
  return false;
}

/** Whether no text in an array or object has what UTF-8 cannot write. */
function canBeWritten(root: JsonNode): boolean {
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") {
      if (LONE_SURROGATE.test(next)) return false;
    } else if (next instanceof JsonObject) {
      for (const [key, value] of next) pending.push(key, value);
    } else if (isJsonArray(next)) {
      for (const item of next) pending.push(item);
    }
  }
  return true;
}

/** Whether the bounds leave room for an integer. */
function numberFits(position: Position): boolean {
  if (position.has("multipleOf")) return false;
  const bounds = (...names: string[]) =>
    names.map((name) => position.get(name)).filter((value) => value instanceof JsonNumber);
  const lower = bounds("minimum", "exclusiveMinimum").map(({ text }) => Number(text));
  const upper = bounds("maximum", "exclusiveMaximum").map(({ text }) => Number(text));
  if (lower.length === 0 || upper.length === 0)
    return [...lower, ...upper].every((bound) => Math.abs(bound) < MAX_EXACT);
  const from = Math.max(...lower);
  const to = Math.min(...upper);
  return Math.abs(from) < MAX_EXACT && Math.abs(to) < MAX_EXACT && to - from > 1.5;
}
