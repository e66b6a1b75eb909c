/**
 * Schemas tried on one value of each type (null, true, false, 0, "", [], {}), from their keywords alone: without formulas,
 * and without looking at what a value need not have. In three-valued logic, since a keyword may be too much work to judge.
 */
import { isZeroNumber, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
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
      const { members } = node.position;
      for (let i = 0; i < members.length && truths !== NONE; i++) {
        const member = members[i] as Member;
        if (member.keyword.role === "enforced") truths &= this.ofKeyword(node, member);
      }
      this.depth--;
      this.truths[node.id] = truths;
    }
    return truths;
  }

  private ofKeyword(node: SchemaNode, member: Member): Truths {
    const judge = JUDGES.get(member.keyword.name);
    return judge === undefined ? UNKNOWN : judge(this, node, member);
  }

  /** Of the schema that a reference leads to. */
  ofTarget(node: SchemaNode, member: Member): Truths {
    return this.truthsOf(this.context.schemas.targetOf(node, member));
  }

  ofPattern({ position }: SchemaNode, { value }: Member): Truths {
    // Patterns are compiled where there is need.
    const pattern = this.context.parsedPattern(value as string, position, "pattern");
    return pattern === undefined || pattern.knownLength === 0 ? ALL : unknown(JsonType.String);
  }

  ofFormat({ position }: SchemaNode, { value }: Member): Truths {
    return this.context.asserts(value as string, position) ? unknown(JsonType.String) : ALL;
  }

  childTruths(node: SchemaNode, { children }: Member): Truths[] {
    return children.map((child) => this.truthsOf(this.context.schemas.below(node.scope, child as Position)));
  }

  conditional(node: SchemaNode, member: Member): Truths {
    const [test] = this.childTruths(node, member) as [Truths];
    const branch = (name: string): Truths => {
      const then = node.position.member(name);
      return then === undefined ? ALL : (this.childTruths(node, then)[0] as Truths);
    };
    return (not(test) | branch("then")) & (test | branch("else"));
  }
}

/** What a keyword says of the samples. */
type Judge = (samples: Samples, node: SchemaNode, member: Member) => Truths;

const isZero = (value: JsonNode) => count(value) === 0;
const asTarget: Judge = (samples, node, member) => samples.ofTarget(node, member);
/** Against a bound that is inclusive, or in older dialects what the exclusive keyword says. */
const asBound: Judge = (_, { position }, { keyword: { name }, value }) => {
  const isMinimum = name === "minimum";
  const sign = signOf(value as JsonNumber) * (isMinimum ? 1 : -1);
  if (sign !== 0) return except(sign > 0 ? JsonType.Number : 0);
  const exclusive = position.get(isMinimum ? "exclusiveMinimum" : "exclusiveMaximum");
  return except(exclusive === true ? JsonType.Number : 0);
};
const asExclusiveBound =
  (sign: number): Judge =>
  (_samples, _node, { value }) =>
    value instanceof JsonNumber && signOf(value) !== sign ? except(JsonType.Number) : ALL;
/** What excludes the sample of a type unless it is zero. */
const asMinimum =
  (type: JsonType): Judge =>
  (_samples, _node, { value }) =>
    isZero(value) ? ALL : except(type);
/** All samples of the types that the keyword is about match, or it says something with others only. */
const harmless: Judge = () => ALL;

/** Of keywords that are not here nothing is known. */
const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ["$ref", asTarget],
  ["$dynamicRef", asTarget],
  ["$recursiveRef", asTarget],
  ["type", (_samples, _node, { value }) => same(typeMask(value))],
  [
    "required",
    (_samples, _node, { value }) => ((value as readonly string[]).length > 0 ? except(JsonType.Object) : ALL),
  ],
  ["enum", (_samples, _node, { value }) => same(samplesAmong(value as readonly JsonNode[]))],
  ["const", (_samples, _node, { value }) => same(samplesAmong([value]))],
  [
    "allOf",
    (samples, node, member) => samples.childTruths(node, member).reduce((all, truths) => all & truths, ALL),
  ],
  [
    "anyOf",
    (samples, node, member) =>
      samples.childTruths(node, member).reduce((some, truths) => some | truths, NONE),
  ],
  ["oneOf", (samples, node, member) => exactlyOne(samples.childTruths(node, member))],
  ["not", (samples, node, member) => not(samples.childTruths(node, member)[0] as Truths)],
  ["if", (samples, node, member) => samples.conditional(node, member)],
  ["minLength", asMinimum(JsonType.String)],
  ["pattern", (samples, node, member) => samples.ofPattern(node, member)],
  ["format", (samples, node, member) => samples.ofFormat(node, member)],
  ["minimum", asBound],
  ["maximum", asBound],
  ["exclusiveMinimum", asExclusiveBound(-1)],
  ["exclusiveMaximum", asExclusiveBound(1)],
  ["minItems", asMinimum(JsonType.Array)],
  [
    "contains",
    (_, { position }) => {
      const least = position.get("minContains");
      return least !== undefined && isZero(least) ? ALL : except(JsonType.Array);
    },
  ],
  ["minProperties", asMinimum(JsonType.Object)],
  ...[
    ...["then", "else", "maxLength", "multipleOf"],
    ...["items", "prefixItems", "additionalItems", "maxItems", "uniqueItems", "unevaluatedItems"],
    ...["minContains", "maxContains"],
    ...["properties", "patternProperties", "additionalProperties", "propertyNames", "maxProperties"],
    ...["dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties"],
  ].map((name): [string, Judge] => [name, harmless]),
]);

/** The samples among some constants. */
function samplesAmong(values: readonly JsonNode[]): number {
  let mask = 0;
  for (let i = 0; i < values.length; i++) mask |= sampleOf(values[i] as JsonNode);
  return mask;
}

/** The sample that a value is, or 0. */
function sampleOf(value: JsonNode): number {
  if (typeof value === "string") return value === "" ? JsonType.String : 0;
  if (value instanceof JsonObject) return value.size === 0 ? JsonType.Object : 0;
  if (value instanceof JsonNumber) return signOf(value) === 0 ? JsonType.Number : 0;
  if (value === null) return JsonType.Null;
  if (typeof value === "boolean") return value ? JsonType.True : JsonType.False;
  return value.length === 0 ? JsonType.Array : 0;
}

function signOf({ text }: JsonNumber): number {
  if (isZeroNumber(text)) return 0;
  return text.startsWith("-") ? -1 : 1;
}
