/**
 * Schemas tried on one value of each type (null, true, false, 0, "", [], {}), from their keywords alone: without formulas,
 * and without looking at what a value need not have. In three-valued logic, since a keyword may be too much work to judge.
 */
import { canonicalNumber, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import type { Language, Pattern } from "../language/index.js";
import { type FormulaStore, JsonType } from "./formula.js";
import { count } from "./keyword-context.js";
import type { Member, Position, SchemaNode } from "./position.js";
import type { SchemaSet } from "./schema-set.js";
import { ALL, exactlyOne, except, NONE, not, same, type Truths, UNKNOWN, unknown } from "./truths.js";
import { typeMask } from "./type-mask.js";

/** Sub-schemas inside each other that are looked at in one go. */
const MAX_DEPTH = 32;

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
  private depth = 0;

  constructor(context: SampleContext) {
    this.context = context;
  }

  /** Which samples match a schema. */
  truthsOf(node: SchemaNode): Truths {
    if (typeof node.json === "boolean") return node.json ? ALL : NONE;
    let truths = this.truths[node.id];
    if (truths === undefined) {
      if (this.depth >= MAX_DEPTH) return UNKNOWN;
      this.truths[node.id] = UNKNOWN;
      this.depth++;
      truths = ALL;
      for (const member of node.position.members) {
        if (member.keyword.role === "enforced") truths &= this.ofKeyword(node, member);
        if (truths === NONE) break;
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
}

/** Keywords that all samples of the types that they are about match, or that say something with others only. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["then", "else", "maxLength", "multipleOf"],
  ...["items", "prefixItems", "additionalItems", "maxItems", "uniqueItems", "unevaluatedItems"],
  ...["minContains", "maxContains"],
  ...["properties", "patternProperties", "additionalProperties", "propertyNames", "maxProperties"],
  ...["dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties"],
]);

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
