import {
  canonicalJson,
  canonicalNumber,
  isJsonArray,
  type JsonNode,
  JsonNumber,
  JsonObject,
} from "../json/index.js";
import { type Language, type NumberRange, numberEqual, numberRange } from "../language/index.js";
import { Dialect } from "./dialect.js";
import type { SchemaDocument, SchemaNode } from "./document.js";
import { InvalidSchemaError } from "./errors.js";
import { ALL_TYPES, FALSE, type Formula, type FormulaStore, JsonType, TRUE, UNBOUNDED } from "./formula.js";

const TYPE_BITS: Readonly<Record<string, number>> = {
  null: JsonType.Null,
  boolean: JsonType.True | JsonType.False,
  number: JsonType.Number,
  integer: JsonType.Number,
  string: JsonType.String,
  array: JsonType.Array,
  object: JsonType.Object,
};

/** Keywords that apply their sub-schemas to the same value as themselves. */
const IN_PLACE: ReadonlySet<string> = new Set(["$ref", "allOf", "anyOf"]);

/**
 * The formulas of a document's schemas, and of its constants, each made when it is first needed. In formulas a schema is
 * its number; a constant array or object gets a number after the schemas'.
 */
export class SchemaFormulas {
  readonly document: SchemaDocument;
  private readonly store: FormulaStore;
  private readonly formulas: (Formula | undefined)[] = [];
  private readonly constants: (readonly JsonNode[] | JsonObject)[] = [];
  private readonly constantIds = new Map<string, number>();

  /** @throws InvalidSchemaError where a schema refers to itself without a property or item in between. */
  constructor(document: SchemaDocument, store: FormulaStore) {
    this.document = document;
    this.store = store;
    this.checkProgress();
  }

  /** The formula "the value matches this schema", without looking inside it where that can wait. */
  reference(node: SchemaNode): Formula {
    const seen = new Set<SchemaNode>();
    for (let at = node; ; at = this.document.target(at)) {
      if (typeof at.json === "boolean") return at.json ? TRUE : FALSE;
      const enforced = [...this.document.keywords(at)].filter(
        ([name, , keyword]) =>
          (keyword.role === "enforced" && keyword.shape !== "schema-map") || name === "properties",
      );
      if (enforced.length === 0) return TRUE;
      if (enforced.length > 1 || enforced[0]?.[0] !== "$ref" || seen.has(at)) return this.store.schema(at.id);
      seen.add(at);
    }
  }

  /** The formula of a schema or constant by its number. */
  readonly expand = (id: number): Formula => {
    let formula = this.formulas[id];
    if (formula === undefined) {
      const constant = this.constants[id - this.document.schemaCount];
      formula =
        constant === undefined ? this.schemaFormula(this.document.node(id)) : this.expandConstant(constant);
      this.formulas[id] = formula;
    }
    return formula;
  };

  /** Property names in the order in which a schema or constant mentions them, in-place sub-schemas included. */
  *propertyNames(id: number, seen: Set<number> = new Set()): Generator<string> {
    if (seen.has(id)) return;
    seen.add(id);
    const constant = this.constants[id - this.document.schemaCount];
    if (constant !== undefined) {
      if (constant instanceof JsonObject) yield* constant.keys();
      return;
    }
    const node = this.document.node(id);
    for (const [name, value] of this.document.keywords(node)) {
      if (name === "properties") yield* (value as JsonObject).keys();
      else if (IN_PLACE.has(name)) {
        for (const child of this.inPlace(node, name, value)) yield* this.propertyNames(child.id, seen);
      } else if (name === "const" || name === "enum") {
        for (const json of name === "const" ? [value] : (value as readonly JsonNode[])) {
          if (json instanceof JsonObject) yield* json.keys();
        }
      }
    }
    const required = node.json instanceof JsonObject ? node.json.get("required") : undefined;
    if (isJsonArray(required)) yield* required as readonly string[];
  }

  // --- schemas -----------------------------------------------------------------------------------------------------

  private schemaFormula(node: SchemaNode): Formula {
    const { store, document } = this;
    if (typeof node.json === "boolean") return node.json ? TRUE : FALSE;
    const parts: Formula[] = [];
    const found = new Map<string, JsonNode>();
    for (const [name, value] of document.keywords(node)) found.set(name, value);
    for (const [name, value] of found) {
      switch (name) {
        case "$ref":
          parts.push(this.reference(document.target(node)));
          break;
        case "type":
          parts.push(store.type(typeMask(value)));
          break;
        case "enum":
          parts.push(this.constantsFormula(value as readonly JsonNode[]));
          break;
        case "const":
          parts.push(this.constantsFormula([value]));
          break;
        case "allOf":
          parts.push(...this.inPlace(node, name, value).map((child) => this.reference(child)));
          break;
        case "anyOf":
          parts.push(store.or(this.inPlace(node, name, value).map((child) => this.reference(child))));
          break;
        case "properties":
          for (const key of (value as JsonObject).keys()) {
            parts.push(
              store.props(store.keySet(key), this.reference(document.child(node, "properties", key))),
            );
          }
          break;
        case "required":
          parts.push(this.ifObject((value as readonly string[]).map((key) => store.required(key))));
          break;
        case "minItems":
          parts.push(this.ifArray(store.minItems(count(value))));
          break;
        case "maxItems":
          parts.push(store.maxItems(count(value)));
          break;
        default:
          break;
      }
    }
    parts.push(this.additionalProperties(node, found), this.itemsFormula(node, found));
    parts.push(this.lengths(found), this.numbers(node, found));
    return store.and(parts);
  }

  private inPlace(node: SchemaNode, name: string, value: JsonNode): SchemaNode[] {
    if (name === "$ref") return [this.document.target(node)];
    return (value as readonly JsonNode[]).map((_, index) => this.document.child(node, name, index));
  }

  /** A negated atom implies its type; these hold of other types as well. */
  private ifObject(formulas: readonly Formula[]): Formula {
    return this.store.or([this.store.type(ALL_TYPES & ~JsonType.Object), this.store.and(formulas)]);
  }

  private ifArray(formula: Formula): Formula {
    return formula === TRUE ? TRUE : this.store.or([this.store.type(ALL_TYPES & ~JsonType.Array), formula]);
  }

  private additionalProperties(node: SchemaNode, found: ReadonlyMap<string, JsonNode>): Formula {
    if (!found.has("additionalProperties")) return TRUE;
    const value = this.reference(this.document.child(node, "additionalProperties"));
    if (value === TRUE) return TRUE;
    const properties = found.get("properties");
    const names = properties instanceof JsonObject ? [...properties.keys()] : [];
    return this.store.props(this.otherKeys(names), value);
  }

  private otherKeys(names: readonly string[]): number {
    const { arena } = this.store;
    return this.store.keyLanguage(arena.difference(arena.any, arena.choice(names)));
  }

  private itemsFormula(node: SchemaNode, found: ReadonlyMap<string, JsonNode>): Formula {
    const { store, document } = this;
    const prefix = (found.get("prefixItems") ?? []) as readonly JsonNode[];
    const parts = prefix.map((_, i) =>
      store.items(i, i + 1, this.reference(document.child(node, "prefixItems", i))),
    );
    if (found.has("items")) {
      parts.push(store.items(prefix.length, UNBOUNDED, this.reference(document.child(node, "items"))));
    }
    return store.and(parts);
  }

  private lengths(found: ReadonlyMap<string, JsonNode>): Formula {
    const min = found.get("minLength");
    const max = found.get("maxLength");
    if (min === undefined && max === undefined) return TRUE;
    const length = this.store.arena.length(
      min === undefined ? 0 : count(min),
      max === undefined ? Number.POSITIVE_INFINITY : count(max),
    );
    return this.store.str(length);
  }

  /** Bounds and "integer" as one language: together they are one automaton of few states. */
  private numbers(node: SchemaNode, found: ReadonlyMap<string, JsonNode>): Formula {
    const types = found.get("type");
    const list = isJsonArray(types) ? types : types === undefined ? [] : [types];
    const range: { -readonly [K in keyof NumberRange]: NumberRange[K] } = {};
    if (list.includes("integer") && !list.includes("number")) range.integer = true;
    const text = (name: string) => (found.get(name) as JsonNumber | undefined)?.text;
    range.min = text("minimum");
    range.max = text("maximum");
    for (const [name, bound, strict] of [
      ["exclusiveMinimum", "min", "exclusiveMin"],
      ["exclusiveMaximum", "max", "exclusiveMax"],
    ] as const) {
      const value = found.get(name);
      if (value === true) range[strict] = true;
      else if (value instanceof JsonNumber) {
        const other = range[bound];
        if (other !== undefined) return this.separateBounds(node, found);
        range[bound] = value.text;
        range[strict] = true;
      }
    }
    if (range.integer !== true && range.min === undefined && range.max === undefined) return TRUE;
    if (this.document.dialect === Dialect.Draft04) range.integerForm = "no-fraction";
    return this.store.num(numberRange(this.store.arena, range));
  }

  /** Both `minimum` and `exclusiveMinimum` (or the maxima) as numbers: one range each, intersected. */
  private separateBounds(node: SchemaNode, found: ReadonlyMap<string, JsonNode>): Formula {
    const strict = ["type", "exclusiveMinimum", "exclusiveMaximum"];
    const loose = ["type", "minimum", "maximum"];
    const only = (names: readonly string[]) => new Map([...found].filter(([name]) => names.includes(name)));
    return this.store.and([this.numbers(node, only(strict)), this.numbers(node, only(loose))]);
  }

  // --- constants ---------------------------------------------------------------------------------------------------

  /** The value equals one of the constants; strings and numbers go into one language each. */
  private constantsFormula(values: readonly JsonNode[]): Formula {
    const { store } = this;
    const strings: string[] = [];
    const numbers: Language[] = [];
    const parts: Formula[] = [];
    let mask = 0;
    for (const value of values) {
      if (value === null) mask |= JsonType.Null;
      else if (typeof value === "boolean") mask |= value ? JsonType.True : JsonType.False;
      else if (typeof value === "string") strings.push(value);
      else if (value instanceof JsonNumber) numbers.push(numberEqual(store.arena, value.text));
      else parts.push(this.constantReference(value));
    }
    const primitives: Formula[] = [];
    if (strings.length > 0) {
      mask |= JsonType.String;
      primitives.push(store.str(store.arena.choice(strings)));
    }
    if (numbers.length > 0) {
      mask |= JsonType.Number;
      primitives.push(store.num(store.arena.union(numbers)));
    }
    return store.or([store.and([store.type(mask), ...primitives]), ...parts]);
  }

  private constantReference(value: readonly JsonNode[] | JsonObject): Formula {
    const key = canonicalJson(value);
    let id = this.constantIds.get(key);
    if (id === undefined) {
      id = this.document.schemaCount + this.constants.push(value) - 1;
      this.constantIds.set(key, id);
    }
    return this.store.schema(id);
  }

  private expandConstant(value: readonly JsonNode[] | JsonObject): Formula {
    const { store } = this;
    if (value instanceof JsonObject) {
      const parts = [store.type(JsonType.Object), store.props(this.otherKeys([...value.keys()]), FALSE)];
      for (const [key, json] of value) {
        parts.push(store.required(key), store.props(store.keySet(key), this.constantsFormula([json])));
      }
      return store.and(parts);
    }
    const items = value.map((json, i) => store.items(i, i + 1, this.constantsFormula([json])));
    return store.and([
      store.type(JsonType.Array),
      store.minItems(value.length),
      store.maxItems(value.length),
      ...items,
    ]);
  }

  // --- progress ----------------------------------------------------------------------------------------------------

  /** Depth-first over in-place references: a cycle would expand for ever. */
  private checkProgress(): void {
    const done = new Uint8Array(this.document.schemaCount);
    for (let start = 0; start < done.length; start++) {
      if (done[start] !== 0) continue;
      const path: { node: SchemaNode; rest: SchemaNode[] }[] = [];
      const enter = (node: SchemaNode) => {
        done[node.id] = 1;
        const rest: SchemaNode[] = [];
        for (const [name, value] of this.document.keywords(node)) {
          if (IN_PLACE.has(name)) rest.push(...this.inPlace(node, name, value));
        }
        path.push({ node, rest });
      };
      enter(this.document.node(start));
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const next = top.rest.pop();
        if (next === undefined) {
          done[top.node.id] = 2;
          path.pop();
        } else if (done[next.id] === 1) {
          throw new InvalidSchemaError({
            pointer: next.pointer,
            reason:
              "the schema refers to itself without a property or an item in between, so it never says anything",
          });
        } else if (done[next.id] === 0) enter(next);
      }
    }
  }
}

function typeMask(value: JsonNode): number {
  const names = isJsonArray(value) ? value : [value];
  return names.reduce((mask: number, name) => mask | (TYPE_BITS[name as string] as number), 0);
}

/** A count as a number; beyond 2^31 - 2 none can be reached, so it is that. */
function count(value: JsonNode): number {
  return Math.min(Number(canonicalNumber((value as JsonNumber).text)), UNBOUNDED - 1);
}
