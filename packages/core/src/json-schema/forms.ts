/**
 * A few common forms of schemas that some value matches: scalars whose keywords leave room, objects whose required
 * properties, and arrays whose items, some value matches in turn.
 */
import { isIntegerNumber, isJsonArray, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import { isWellFormed } from "../language/index.js";
import { canBeWritten } from "./constants.js";
import { ALL_TYPES, JsonType } from "./formula.js";
import { count } from "./keyword-context.js";
import { KeywordGroup } from "./keywords.js";
import type { Member, Position, SchemaNode } from "./position.js";
import type { SampleContext } from "./samples.js";
import { typeMask } from "./type-mask.js";

/** Numbers up to that are told apart by doubles. */
const MAX_EXACT = 1e15;

/** What would show that some value matches: each of the schemas in one of the lists has a value. */
export type Form = readonly (readonly SchemaNode[])[];

/** Nothing more to show. */
const SURE: Form = [[]];
/** That some value matches is not told by a form. */
const NONE: Form = [];

export class Forms {
  private readonly context: SampleContext;

  constructor(context: SampleContext) {
    this.context = context;
  }

  /** @param node a schema that is more than a reference */
  of(node: SchemaNode): Form {
    const { groups, only } = node.position;
    if (only?.keyword.isInPlace) return this.ofBranches(node, only);
    if ((groups & ~KeywordGroup.Constants) === 0) return constantFits(node.position) ? SURE : NONE;
    // Keywords about one type say nothing of the others.
    if ((groups & TOLD_APART) !== 0) return NONE;
    const type = node.position.get("type");
    return type === "object" ? formOf(this.objectNeeds(node)) : this.ofTypes(node, type);
  }

  private ofBranches({ scope }: SchemaNode, { keyword, children }: Member): Form {
    const below = () => children.map((child) => this.context.schemas.below(scope, child as Position));
    if (keyword.name === "anyOf") return below().map((child) => [child]);
    const isOne = (keyword.name === "allOf" || keyword.name === "oneOf") && children.length === 1;
    return isOne ? [below()] : NONE;
  }

  private ofTypes(node: SchemaNode, type: JsonNode | undefined): Form {
    const { position } = node;
    const types = type === undefined ? ALL_TYPES : typeMask(type);
    if ((types & JsonType.String) !== 0 && this.stringFits(position)) return SURE;
    if ((types & JsonType.Number) !== 0 && numberFits(position)) return SURE;
    const arrays = (types & JsonType.Array) !== 0 ? formOf(this.arrayNeeds(node)) : NONE;
    const objects = (types & JsonType.Object) !== 0 ? formOf(this.objectNeeds(node)) : NONE;
    return [...arrays, ...objects];
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

  /** The schemas that make an array of the node's if they have values; undefined: it takes more. */
  private arrayNeeds(node: SchemaNode): readonly SchemaNode[] | undefined {
    const { position } = node;
    const items = position.member("items");
    const isPlain = items === undefined || !isJsonArray(items.value);
    if (!isPlain || hasAny(position, ARRAY_EXTRAS)) return undefined;
    const min = position.get("minItems");
    const max = position.get("maxItems");
    const least = min === undefined ? 0 : count(min);
    if (max !== undefined && count(max) < least) return undefined;
    if (least > 1 && position.get("uniqueItems") === true) return undefined;
    if (least > 0 && position.has("unevaluatedItems")) return undefined;
    return least === 0 || items === undefined ? [] : [this.context.schemas.child(node, "items")];
  }

  /** The same for an object. */
  private objectNeeds(node: SchemaNode): readonly SchemaNode[] | undefined {
    const { position } = node;
    if (hasAny(position, OBJECT_EXTRAS)) return undefined;
    const required = different((position.get("required") ?? []) as readonly string[]);
    if (!isCountWithin(required.length, position)) return undefined;
    const needed: SchemaNode[] = [];
    for (let i = 0; i < required.length; i++) {
      const value = this.valueOf(required[i] as string, node);
      if (value === undefined) return undefined;
      if (value !== ANYTHING) needed.push(value);
    }
    return needed;
  }

  /** The schema of a property's value, if it is a single one; undefined: it takes more to tell. */
  private valueOf(name: string, node: SchemaNode): SchemaNode | typeof ANYTHING | undefined {
    const { position, scope } = node;
    if (!isWellFormed(name) || this.isInPattern(name, position)) return undefined;
    const value = position.child("properties", name);
    return value === undefined ? this.otherValue(node) : this.context.schemas.below(scope, value);
  }

  /** The same of a property that `properties` does not mention. */
  private otherValue(node: SchemaNode): SchemaNode | typeof ANYTHING | undefined {
    const { position } = node;
    if (position.has("unevaluatedProperties")) return undefined;
    if (!position.has("additionalProperties")) return ANYTHING;
    return this.context.schemas.child(node, "additionalProperties");
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

/** Keywords of these groups are judged by themselves only. */
const TOLD_APART = KeywordGroup.InPlace | KeywordGroup.Constants;

const formOf = (needs: readonly SchemaNode[] | undefined): Form => (needs === undefined ? NONE : [needs]);

/** With these, it takes more to tell whether there is an array, or an object. */
const ARRAY_EXTRAS: ReadonlySet<string> = new Set(["prefixItems", "contains"]);
const OBJECT_EXTRAS: ReadonlySet<string> = new Set([
  ...["propertyNames", "dependentRequired", "dependentSchemas", "dependencies"],
]);

/** Of a property that no schema is about. */
const ANYTHING = "anything";

/** Whether an object may have as many properties. */
function isCountWithin(size: number, position: Position): boolean {
  const min = position.get("minProperties");
  if (min !== undefined && count(min) > size) return false;
  const max = position.get("maxProperties");
  return max === undefined || count(max) >= size;
}

/** A list without what is in it twice. */
function different(names: readonly string[]): readonly string[] {
  return names.length <= 1 ? names : [...new Set(names)];
}

function hasAny({ members }: Position, names: ReadonlySet<string>): boolean {
  for (let i = 0; i < members.length; i++) if (names.has((members[i] as Member).keyword.name)) return true;
  return false;
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
      if ((types & JsonType.String) !== 0 && isWellFormed(value)) return true;
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
