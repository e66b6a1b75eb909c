/**
 * Schema documents: every sub-schema found, every keyword's value checked, identifiers and anchors noted, in one linear
 * pass, so that all errors of a document are found when it is compiled (JSON Schema core, sections 8 and 9).
 */
import { isJsonArray, type JsonNode, JsonObject, jsonPointer, parseJsonPointer } from "../json/index.js";
import { Dialect, dialectName } from "./dialect.js";
import { InvalidSchemaError, type Place, SchemaLimitError } from "./errors.js";
import { type Keyword, keywordIn, shapeMismatch } from "./keywords.js";
import { resolveUri, withoutFragment } from "./uri.js";
import type { SchemaRules } from "./vocabularies.js";

/** A schema with an identifier of its own, or the root of a document. */
export interface Resource extends SchemaRules {
  /** Absolute, without fragment. */
  readonly uri: string;
  readonly document: Document;
  readonly root: Position;
  readonly anchors: Map<string, Position>;
  /** `$dynamicAnchor`s; `$recursiveAnchor: true` is the one named "". */
  readonly dynamicAnchors: Map<string, Position>;
}

/** A place in a document that is a schema. */
export interface Position {
  readonly resource: Resource;
  /** From the root of the document. */
  readonly pointer: string;
  readonly json: boolean | JsonObject;
  /** Increases in the order of the document. */
  readonly order: number;
}

/** Where a schema stands, for errors and reports. */
export function placeOf({ pointer, resource }: Position): Place {
  return { pointer, document: resource.document.uri };
}

/** What reading a document needs and adds to. */
export interface DocumentContext {
  readonly maxSchemas: number;
  /** Called for each new resource; its URI leads to it from then on. */
  addResource(resource: Resource): void;
  /** Counts the schemas found. */
  nextOrder(): number;
  /** The rules that a `$schema` names. */
  rules(metaschema: JsonNode, at: Place): SchemaRules;
}

/** The base of a document that says nothing of its own. */
const DEFAULT_BASE = "grammask:///schema";

/** Every schema is kept by its pointer, which repeats its ancestors' keys: together at most so many characters. */
const MAX_POINTER_LENGTH = 100_000_000;

interface Pending {
  readonly json: boolean | JsonObject;
  readonly pointer: string;
  readonly resource: Resource | undefined;
}

export class Document {
  readonly json: JsonNode;
  /** Where it was found; undefined: it is the schema itself. */
  readonly uri: string | undefined;
  readonly root: Position;
  private readonly byPointer = new Map<string, Position>();
  private readonly context: DocumentContext;
  private pointerLength = 0;

  /** @throws InvalidSchemaError, UnsupportedSchemaError, SchemaLimitError */
  constructor(json: JsonNode, uri: string | undefined, rules: SchemaRules, context: DocumentContext) {
    if (typeof json !== "boolean" && !(json instanceof JsonObject)) {
      const reason = "a schema must be an object or a boolean";
      throw new InvalidSchemaError({ pointer: "", document: uri, reason });
    }
    this.json = json;
    this.uri = uri;
    this.context = context;
    this.root = this.open(json, "", uri ?? DEFAULT_BASE, rules);
    this.scan([{ json, pointer: "", resource: this.root.resource }]);
  }

  positions(): IterableIterator<Position> {
    return this.byPointer.values();
  }

  /** How many schemas it has. */
  get size(): number {
    return this.byPointer.size;
  }

  at(pointer: string): Position | undefined {
    return this.byPointer.get(pointer);
  }

  /** The schema at a pointer, also where no keyword makes it one; undefined: there is none. */
  resolve(pointer: string, from: Resource): Position | undefined {
    const known = this.byPointer.get(pointer);
    if (known !== undefined) return known;
    let at: JsonNode | undefined = this.json;
    for (const segment of parseJsonPointer(pointer) ?? ["", "no pointer"]) {
      if (at instanceof JsonObject) at = at.get(segment);
      else if (isJsonArray(at) && /^(0|[1-9]\d*)$/.test(segment)) at = at[Number(segment)];
      else at = undefined;
    }
    if (typeof at !== "boolean" && !(at instanceof JsonObject)) return undefined;
    this.scan([{ json: at, pointer, resource: from }]);
    return this.byPointer.get(pointer);
  }

  /** The keywords of a schema that count: those of its dialect, and up to draft-07 only `$ref` where there is one. */
  static *keywords(position: Position): Generator<readonly [string, JsonNode, Keyword]> {
    if (typeof position.json === "boolean") return;
    for (const [name, value] of position.json) {
      const keyword = keywordIn(position.resource, name);
      if (keyword === undefined || Document.isIgnored(position, name)) continue;
      yield [name, value, keyword];
    }
  }

  /** Whether a keyword stands beside a `$ref` of a dialect where that is all that counts. */
  static isIgnored({ json, resource }: Position, name: string): boolean {
    return resource.dialect <= Dialect.Draft07 && name !== "$ref" && (json as JsonObject).has("$ref");
  }

  /** The paths, below a schema, of the sub-schemas of a keyword. */
  static childPaths(name: string, value: JsonNode, { shape }: Keyword): (readonly (string | number)[])[] {
    if (shape === "schema-map" || shape === "dependencies") {
      return [...(value as JsonObject)]
        .filter(([, child]) => !isJsonArray(child))
        .map(([key]) => [name, key]);
    }
    if (!shape.startsWith("schema")) return [];
    return isJsonArray(value) ? value.map((_, index) => [name, index]) : [[name]];
  }

  private open(json: boolean | JsonObject, pointer: string, uri: string, inherited: SchemaRules): Position {
    const declared = json instanceof JsonObject ? json.get("$schema") : undefined;
    const { dialect, vocabularies } =
      declared === undefined ? inherited : this.context.rules(declared, { pointer, document: this.uri });
    const resource: { -readonly [K in keyof Resource]: Resource[K] } = {
      uri: resourceUri(json, uri, dialect),
      document: this,
      root: undefined as unknown as Position,
      dialect,
      vocabularies,
      anchors: new Map(),
      dynamicAnchors: new Map(),
    };
    resource.root = { resource, pointer, json, order: this.context.nextOrder() };
    this.context.addResource(resource);
    return resource.root;
  }

  private scan(pending: Pending[]): void {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (this.byPointer.has(next.pointer)) continue;
      const children: Pending[] = [];
      this.scanSchema(next, children);
      for (let i = children.length - 1; i >= 0; i--) pending.push(children[i] as Pending);
    }
  }

  private scanSchema({ json, pointer, resource }: Pending, children: Pending[]): void {
    const parent = resource as Resource;
    const isRoot = parent.root.json === json && parent.root.pointer === pointer;
    let position: Position;
    if (isRoot) position = parent.root;
    else if (json instanceof JsonObject && opensResource(json, parent.dialect)) {
      position = this.open(json, pointer, parent.uri, parent);
    } else position = { resource: parent, pointer, json, order: this.context.nextOrder() };
    this.add(position);
    if (typeof json === "boolean") return;
    const { dialect } = position.resource;
    this.noteAnchors(position, json);
    for (const [name, value] of json) {
      const keyword = keywordIn(position.resource, name);
      if (keyword === undefined || keyword.role === "annotation") continue;
      // Definitions beside a `$ref` are schemas for others.
      if (keyword.role !== "definitions" && Document.isIgnored(position, name)) continue;
      this.check(name, value, keyword, pointer, dialect);
      for (const path of Document.childPaths(name, value, keyword)) {
        let child: JsonNode = value;
        for (const segment of path.slice(1)) child = memberOf(child, segment);
        children.push({
          json: child as boolean | JsonObject,
          pointer: pointer + jsonPointer(...path),
          resource: position.resource,
        });
      }
    }
  }

  private add(position: Position): void {
    const { maxSchemas } = this.context;
    if (this.byPointer.size >= maxSchemas) {
      throw new SchemaLimitError({
        pointer: position.pointer,
        document: this.uri,
        limit: "maxSchemas",
        value: maxSchemas,
        reason: `the document has more than ${maxSchemas} sub-schemas; raise limits.maxSchemas if it is to be trusted`,
      });
    }
    this.pointerLength += position.pointer.length;
    if (this.pointerLength > MAX_POINTER_LENGTH) {
      throw new SchemaLimitError({
        pointer: position.pointer.slice(0, 200),
        document: this.uri,
        limit: "length of pointers",
        value: MAX_POINTER_LENGTH,
        reason: "the document's sub-schemas have very long JSON Pointers; shorten its keys or nest it less",
      });
    }
    this.byPointer.set(position.pointer, position);
  }

  private noteAnchors(position: Position, json: JsonObject): void {
    const { resource } = position;
    const { dialect } = resource;
    if (dialect <= Dialect.Draft07) {
      const id = json.get(dialect === Dialect.Draft04 ? "id" : "$id");
      if (typeof id === "string" && id.startsWith("#") && !json.has("$ref"))
        resource.anchors.set(id.slice(1), position);
      return;
    }
    const anchor = json.get("$anchor");
    if (typeof anchor === "string") resource.anchors.set(anchor, position);
    const dynamic = json.get("$dynamicAnchor");
    if (typeof dynamic === "string" && dialect >= Dialect.Draft202012) {
      resource.anchors.set(dynamic, position);
      resource.dynamicAnchors.set(dynamic, position);
    }
    if (json.get("$recursiveAnchor") === true && dialect === Dialect.Draft201909) {
      resource.dynamicAnchors.set("", position);
    }
  }

  private check(name: string, value: JsonNode, keyword: Keyword, pointer: string, dialect: Dialect): void {
    const mismatch = shapeMismatch(keyword.shape, value);
    if (mismatch !== undefined) {
      const reason = `must be ${mismatch}`;
      throw new InvalidSchemaError({ pointer, document: this.uri, keyword: name, reason });
    }
    // Draft-04's boolean bounds keep their meaning in schemas that name no dialect; in the others they are an error.
    if (keyword.shape === "number-or-boolean" && typeof value === "boolean") {
      if (dialect !== Dialect.Draft04 && dialect !== Dialect.Unnamed) {
        const reason = `must be a number in ${dialectName(dialect)}`;
        throw new InvalidSchemaError({ pointer, document: this.uri, keyword: name, reason });
      }
    }
  }
}

function identifier(json: JsonObject, dialect: Dialect): string | undefined {
  // Up to draft-07 everything beside a `$ref` is ignored, identifiers too.
  if (dialect <= Dialect.Draft07 && json.has("$ref")) return undefined;
  const id = json.get(dialect === Dialect.Draft04 ? "id" : "$id");
  return typeof id === "string" ? id : undefined;
}

function opensResource(json: JsonObject, dialect: Dialect): boolean {
  const declared = json.get("$schema");
  const id = identifier(json, dialect) ?? (declared === undefined ? undefined : json.get("$id"));
  return typeof id === "string" && id !== "" && !id.startsWith("#");
}

function resourceUri(json: boolean | JsonObject, base: string, dialect: Dialect): string {
  const id = json instanceof JsonObject ? identifier(json, dialect) : undefined;
  return withoutFragment(id === undefined ? base : resolveUri(id, base));
}

function memberOf(json: JsonNode, segment: string | number): JsonNode {
  return (
    typeof segment === "number" ? (json as readonly JsonNode[])[segment] : (json as JsonObject).get(segment)
  ) as JsonNode;
}
