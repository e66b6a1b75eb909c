import { isJsonArray, type JsonNode, JsonNumber, JsonObject, stringifyJson } from "../json/index.js";
import { REFERENCES, type TYPE_NAMES } from "../json-schema/keywords.js";
import type { SchemaNode } from "../json-schema/position.js";
import type { SchemaSet } from "../json-schema/schema-set.js";
import { constraintNotes, NOTED } from "./constraint-notes.js";
import type { Detail, LeftOut, Outline, PropertyOutline, SchemaOutline } from "./outline.js";

/** Schemas that are told, references followed; what comes after them is told by its type alone. */
const MOST_SCHEMAS = 5000;
/** Schemas within each other, with those that references lead to. */
const DEEPEST = 150;
/** Characters of an example or default. */
const LONGEST_EXAMPLE = 80;

const ANY: Outline = { kind: "any", notes: [] };

type TypeName = (typeof TYPE_NAMES)[number];

/** Keywords that say what type a value has, where there is no `type`. */
const IMPLIED: readonly (readonly [TypeName, readonly string[]])[] = [
  [
    "object",
    ["properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"],
  ],
  ["array", ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]],
  ["string", ["minLength", "maxLength", "pattern", "format"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
];

/** Keywords that outlines show by what they are. */
const SHOWN = new Set([
  ...["type", "enum", "const", "allOf", "anyOf", "oneOf", ...REFERENCES],
  ...["properties", "required", "additionalProperties", "patternProperties"],
  ...["items", "prefixItems", "additionalItems"],
]);

/** Makes the outline of a schema, in a certain detail. One use. */
export class OutlineBuilder {
  private readonly schemas: SchemaSet;
  private readonly detail: Detail;
  /** By schema: how often it is referred to. */
  private readonly uses = new Map<number, number>();
  private readonly names = new Map<number, string>();
  private readonly named = new Map<string, Outline>();
  private readonly leftOut: LeftOut[] = [];
  private count = 0;
  private open = 0;

  constructor(schemas: SchemaSet, detail: Detail) {
    this.schemas = schemas;
    this.detail = detail;
  }

  build(): SchemaOutline {
    const { root } = this.schemas;
    this.countUses();
    const isNamed = (this.uses.get(root.id) as number) > 1;
    const outline = isNamed ? this.referred(root, 0) : this.value(root, 0);
    return { root: outline, named: this.named, leftOut: this.leftOut };
  }

  /** A schema that is used more than once is told once, under a name; so is every one that contains itself. */
  private countUses(): void {
    const open = [this.schemas.root];
    this.uses.set(this.schemas.root.id, 1);
    let seen = 0;
    for (let node = open.pop(); node !== undefined && seen < MOST_SCHEMAS; node = open.pop(), seen++) {
      for (const child of this.children(node)) open.push(child);
      for (const target of this.targets(node)) {
        const uses = (this.uses.get(target.id) ?? 0) + 1;
        this.uses.set(target.id, uses);
        if (uses === 1) open.push(target);
      }
    }
  }

  private children(node: SchemaNode): SchemaNode[] {
    const { schemas } = this;
    const found: SchemaNode[] = [];
    for (const { keyword } of node.position.members) {
      const { name, shape, role } = keyword;
      if (role === "enforced" && SHOWN.has(name) && shape.startsWith("schema")) {
        found.push(...schemas.children(node, name));
      }
    }
    return found;
  }

  private targets(node: SchemaNode): SchemaNode[] {
    return node.position.members
      .filter(({ keyword }) => keyword.isReference)
      .map(({ keyword }) => this.schemas.target(node, keyword.name));
  }

  /** A schema that is referred to: in its place, or by a name where it comes more than once. */
  private referred(target: SchemaNode, depth: number): Outline {
    if ((this.uses.get(target.id) ?? 0) < 2) return this.value(target, depth);
    let name = this.names.get(target.id);
    if (name === undefined) {
      name = this.newName(target);
      this.names.set(target.id, name);
      this.named.set(name, ANY);
      this.named.set(name, this.value(target, depth));
    }
    const outline = this.named.get(name) as Outline;
    // Short ones may as well be told again.
    return outline.kind === "scalar" || outline.kind === "literal"
      ? outline
      : { kind: "named", name, notes: [] };
  }

  private newName({ json, position: { pointer } }: SchemaNode): string {
    if (pointer === "") return "Answer";
    const title = json instanceof JsonObject ? json.get("title") : undefined;
    const given =
      typeof title === "string" && title.length <= 40 ? title : (pointer.split("/").at(-1) as string);
    const words = given.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
    const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
    const base = /^[A-Z]/.test(joined) ? joined : `Value${joined}`;
    let name = base;
    for (let i = 2; this.named.has(name); i++) name = `${base}${i}`;
    return name;
  }

  private value(node: SchemaNode, depth: number): Outline {
    const { json, position } = node;
    const { pointer } = position;
    if (typeof json === "boolean") return json ? ANY : { kind: "never", notes: [] };
    const keywords = new Map<string, JsonNode>();
    for (const { keyword, value } of position.members) {
      if (keyword.role === "enforced") keywords.set(keyword.name, value);
    }
    const notes = this.annotations(json, pointer);
    if (depth > this.detail.depth || this.open > DEEPEST || this.count++ > MOST_SCHEMAS) {
      for (const keyword of keywords.keys()) if (keyword !== "type") this.leave(pointer, keyword);
      return withNotes(this.bare(keywords), notes);
    }
    this.open++;
    const told = this.told(node, keywords, depth);
    this.open--;
    return withNotes(told, notes);
  }

  private told(node: SchemaNode, keywords: ReadonlyMap<string, JsonNode>, depth: number): Outline {
    const { pointer } = node.position;
    const parts: Outline[] = [];
    const note = (part: Outline) => {
      if (part.kind !== "any" || part.notes.length > 0) parts.push(part);
    };
    const literals = this.literals(keywords, pointer);
    if (literals !== undefined) parts.push(literals);
    else note(this.typed(node, keywords, depth));
    for (const name of keywords.keys()) {
      if (REFERENCES.includes(name)) note(this.referred(this.schemas.target(node, name), depth));
      else if (name === "allOf")
        for (const child of this.schemas.children(node, name)) note(this.value(child, depth));
      else if (name === "anyOf" || name === "oneOf") {
        note(union(this.schemas.children(node, name).map((child) => this.value(child, depth))));
      } else if (!SHOWN.has(name) && !(NOTED.has(name) && this.detail.constraints)) this.leave(pointer, name);
    }
    return intersection(parts);
  }

  /** Type names alone. */
  private bare(keywords: ReadonlyMap<string, JsonNode>): Outline {
    const types = typesOf(keywords);
    if (types === undefined) return ANY;
    return union(
      types.map((type): Outline => {
        if (type === "object") return { kind: "object", properties: [], others: ANY, notes: [] };
        if (type === "array") return { kind: "array", first: [], items: ANY, notes: [] };
        return { kind: "scalar", type, notes: [] };
      }),
    );
  }

  private literals(keywords: ReadonlyMap<string, JsonNode>, pointer: string): Outline | undefined {
    const constant = keywords.get("const");
    if (constant !== undefined) return { kind: "literal", text: stringifyJson(constant), notes: [] };
    const values = keywords.get("enum");
    if (!isJsonArray(values) || values.length === 0) return undefined;
    const { enumValues } = this.detail;
    const options = values
      .slice(0, enumValues)
      .map((value): Outline => ({ kind: "literal", text: stringifyJson(value), notes: [] }));
    const more = values.length - options.length;
    if (more > 0) this.leave(pointer, "enum");
    return withNotes(union(options), more > 0 ? [`and ${more} more`] : []);
  }

  /** What `type` and the keywords of the types say. */
  private typed(node: SchemaNode, keywords: ReadonlyMap<string, JsonNode>, depth: number): Outline {
    const types = typesOf(keywords);
    if (types === undefined) return ANY;
    const options = types.map((type): Outline => {
      const notes = this.detail.constraints ? constraintNotes(type, keywords) : [];
      if (type === "object") return { ...this.object(node, keywords, depth), notes };
      if (type === "array") return { ...this.array(node, keywords, depth), notes };
      return { kind: "scalar", type, notes };
    });
    return union(options);
  }

  private object(node: SchemaNode, keywords: ReadonlyMap<string, JsonNode>, depth: number) {
    const { schemas } = this;
    const required = keywords.get("required");
    const needed = new Set(isJsonArray(required) ? (required as readonly string[]) : []);
    const properties: PropertyOutline[] = [];
    const known = keywords.get("properties");
    for (const name of known instanceof JsonObject ? known.keys() : []) {
      const value = this.value(schemas.child(node, "properties", name), depth + 1);
      properties.push({ name, isRequired: needed.delete(name), value });
    }
    for (const name of needed) properties.push({ name, isRequired: true, value: ANY });
    const others: Outline[] = [];
    const patterns = keywords.get("patternProperties");
    for (const pattern of patterns instanceof JsonObject ? patterns.keys() : []) {
      const value = this.value(schemas.child(node, "patternProperties", pattern), depth + 1);
      others.push(withNotes(value, [`keys match ${pattern}`]));
    }
    if (keywords.get("additionalProperties") instanceof JsonObject) {
      others.push(this.value(schemas.child(node, "additionalProperties"), depth + 1));
    }
    // Where nothing is said of any name, any may come.
    const isFree =
      properties.length === 0 && others.length === 0 && keywords.get("additionalProperties") !== false;
    const rest = isFree ? ANY : others.length > 0 ? union(others) : undefined;
    return { kind: "object" as const, properties, others: rest };
  }

  private array(node: SchemaNode, keywords: ReadonlyMap<string, JsonNode>, depth: number) {
    const { schemas } = this;
    const each = (keyword: string) =>
      schemas.children(node, keyword).map((child) => this.value(child, depth + 1));
    const isOld = isJsonArray(keywords.get("items"));
    const first = keywords.has("prefixItems") ? each("prefixItems") : isOld ? each("items") : [];
    const rest = isOld ? "additionalItems" : "items";
    const json = keywords.get(rest);
    if (json === false || isEqual(keywords.get("maxItems"), first.length)) {
      return { kind: "array" as const, first, items: undefined };
    }
    const items = json === undefined ? ANY : this.value(schemas.child(node, rest), depth + 1);
    return { kind: "array" as const, first, items };
  }

  private annotations(json: JsonObject, pointer: string): string[] {
    const { description: most, examples: tellsExamples } = this.detail;
    const notes: string[] = [];
    const description = json.get("description");
    if (typeof description === "string" && description.trim() !== "") {
      const line = description.trim().replace(/\s+/g, " ");
      if (line.length > most) this.leave(pointer, "description");
      if (most > 0) notes.push(line.length > most ? `${line.slice(0, most - 1)}…` : line);
    }
    const examples = json.get("examples");
    const told: readonly (readonly [string, JsonNode | undefined, string])[] = [
      ["examples", isJsonArray(examples) ? examples[0] : undefined, "such as"],
      ["default", json.get("default"), "by default"],
    ];
    for (const [keyword, value, words] of told) {
      if (value === undefined) continue;
      const text = stringifyJson(value);
      if (tellsExamples && text.length <= LONGEST_EXAMPLE) notes.push(`${words} ${text}`);
      else this.leave(pointer, keyword);
    }
    return notes;
  }

  private leave(pointer: string, keyword: string): void {
    this.leftOut.push({ pointer, keyword });
  }
}

function isEqual(value: JsonNode | undefined, count: number): boolean {
  return value instanceof JsonNumber && Number(value.text) === count;
}

/** The types that a schema names, or that its keywords are about; undefined: any. */
function typesOf(keywords: ReadonlyMap<string, JsonNode>): readonly TypeName[] | undefined {
  const type = keywords.get("type");
  if (typeof type === "string") return [type as TypeName];
  if (isJsonArray(type)) return type as readonly TypeName[];
  const implied = IMPLIED.filter(([, names]) => names.some((name) => keywords.has(name)));
  return implied.length === 1 ? implied.map(([name]) => name) : undefined;
}

function withNotes(outline: Outline, notes: readonly string[]): Outline {
  return notes.length === 0 ? outline : { ...outline, notes: [...notes, ...outline.notes] };
}

function union(options: readonly Outline[]): Outline {
  const flat = options.flatMap((option) =>
    option.kind === "union" && option.notes.length === 0 ? option.options : [option],
  );
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : { kind: "union", options: flat, notes: [] };
}

/** All of several; objects among them are one, with the properties of all. */
function intersection(parts: readonly Outline[]): Outline {
  const [only] = parts;
  if (only === undefined) return ANY;
  if (parts.length === 1) return only;
  if (!parts.every((part) => part.kind === "object")) return { kind: "intersection", parts, notes: [] };
  const properties = new Map<string, PropertyOutline>();
  for (const part of parts) {
    for (const property of part.properties) {
      const known = properties.get(property.name);
      properties.set(property.name, known === undefined ? property : both(known, property));
    }
  }
  const others = parts
    .map((part) => part.others)
    .filter((other) => other !== undefined && other.kind !== "any");
  return {
    kind: "object",
    properties: [...properties.values()],
    others: others.length > 0 ? union(others as Outline[]) : properties.size === 0 ? ANY : undefined,
    notes: parts.flatMap((part) => part.notes),
  };
}

function both(a: PropertyOutline, b: PropertyOutline): PropertyOutline {
  const told = [a.value, b.value].filter((value) => value.kind !== "any");
  return { name: a.name, isRequired: a.isRequired || b.isRequired, value: intersection(told) };
}
