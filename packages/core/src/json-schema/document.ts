import {
  isJsonArray,
  type JsonNode,
  JsonNumber,
  JsonObject,
  jsonPointer,
  parseJsonPointer,
} from "../json/index.js";
import { Dialect, dialectOf } from "./dialect.js";
import { InvalidSchemaError, SchemaLimitError, UnsupportedSchemaError } from "./errors.js";
import { type Keyword, keywordIn, shapeMismatch } from "./keywords.js";

/** A place in the document that is a schema. Its number is its identity in formulas, in document order. */
export interface SchemaNode {
  readonly id: number;
  readonly pointer: string;
  readonly json: boolean | JsonObject;
}

/** A keyword that says nothing about validity, and where it stands. */
export interface Annotation {
  readonly pointer: string;
  readonly keyword: string;
}

/**
 * A schema document, read once from end to end: every sub-schema is numbered, every keyword's value checked, every
 * reference resolved, so that all errors of the document are found when it is compiled.
 */
export class SchemaDocument {
  readonly dialect: Dialect;
  readonly annotations: Annotation[] = [];
  private readonly rootJson: JsonNode;
  private readonly nodes: SchemaNode[] = [];
  private readonly byPointer = new Map<string, SchemaNode>();
  private readonly maxSchemas: number;

  /** @throws InvalidSchemaError, UnsupportedSchemaError, SchemaLimitError */
  constructor(root: JsonNode, limits: { readonly maxSchemas: number }) {
    if (typeof root !== "boolean" && !(root instanceof JsonObject)) {
      throw new InvalidSchemaError({ pointer: "", reason: "a schema must be an object or a boolean" });
    }
    this.rootJson = root;
    this.maxSchemas = limits.maxSchemas;
    const uri = root instanceof JsonObject ? root.get("$schema") : undefined;
    this.dialect = uri === undefined ? Dialect.Draft202012 : dialectOf(uri);
    this.scan([{ json: root, pointer: "" }]);
  }

  get root(): SchemaNode {
    return this.nodes[0] as SchemaNode;
  }

  node(id: number): SchemaNode {
    return this.nodes[id] as SchemaNode;
  }

  get schemaCount(): number {
    return this.nodes.length;
  }

  /** The sub-schema at a pointer below a schema: `child(node, "properties", "a")`. */
  child(node: SchemaNode, ...segments: readonly (string | number)[]): SchemaNode {
    return this.byPointer.get(node.pointer + jsonPointer(...segments)) as SchemaNode;
  }

  /** The schema that the `$ref` of a node points at. */
  target(node: SchemaNode): SchemaNode {
    return this.byPointer.get(this.targetPointer(node)) as SchemaNode;
  }

  /** The keywords of a schema that count: those of its dialect, and up to draft-07 only `$ref` where there is one. */
  *keywords(node: SchemaNode): Generator<readonly [string, JsonNode, Keyword]> {
    if (typeof node.json === "boolean") return;
    const onlyRef = this.dialect <= Dialect.Draft07 && node.json.has("$ref");
    for (const [name, value] of node.json) {
      const keyword = keywordIn(this.dialect, name);
      if (keyword === undefined || (onlyRef && name !== "$ref")) continue;
      yield [name, value, keyword];
    }
  }

  private scan(pending: { json: JsonNode; pointer: string }[]): void {
    const references: SchemaNode[] = [];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (this.byPointer.has(next.pointer)) continue;
      const node = this.add(next.json as boolean | JsonObject, next.pointer);
      const children: { json: JsonNode; pointer: string }[] = [];
      this.scanNode(node, children, references);
      for (let i = children.length - 1; i >= 0; i--) pending.push(children[i] as (typeof children)[number]);
      // References can point at places that no keyword makes a schema; they are read when all others are.
      if (pending.length === 0) {
        for (const reference of references.splice(0)) {
          const pointer = this.targetPointer(reference);
          if (!this.byPointer.has(pointer)) pending.push({ json: this.resolve(reference, pointer), pointer });
        }
      }
    }
  }

  private add(json: boolean | JsonObject, pointer: string): SchemaNode {
    if (this.nodes.length >= this.maxSchemas) {
      throw new SchemaLimitError({
        pointer,
        limit: "maxSchemas",
        value: this.maxSchemas,
        reason: `the document has more than ${this.maxSchemas} sub-schemas; raise limits.maxSchemas if it is to be trusted`,
      });
    }
    const node = { id: this.nodes.length, pointer, json };
    this.nodes.push(node);
    this.byPointer.set(pointer, node);
    return node;
  }

  private scanNode(
    node: SchemaNode,
    children: { json: JsonNode; pointer: string }[],
    references: SchemaNode[],
  ): void {
    if (typeof node.json === "boolean") return;
    const { pointer } = node;
    const onlyRef = this.dialect <= Dialect.Draft07 && node.json.has("$ref");
    for (const [name, value] of node.json) {
      const keyword = keywordIn(this.dialect, name);
      const ignored = onlyRef && name !== "$ref" && name !== "definitions";
      if (keyword === undefined || keyword.role === "annotation" || ignored) {
        if (name !== "$schema") this.annotations.push({ pointer, keyword: name });
        continue;
      }
      const mismatch = shapeMismatch(keyword.shape, value);
      if (mismatch !== undefined) {
        throw new InvalidSchemaError({ pointer, keyword: name, reason: `must be ${mismatch}` });
      }
      const reason = unsupportedReason(name, value, keyword, pointer, this.dialect);
      if (reason !== undefined) throw new UnsupportedSchemaError({ pointer, keyword: name, reason });
      if (name === "$ref") references.push(node);
      if (!keyword.shape.startsWith("schema")) continue;
      const below = pointer + jsonPointer(name);
      if (isJsonArray(value)) {
        for (let i = 0; i < value.length; i++) {
          children.push({ json: value[i] as JsonNode, pointer: `${below}/${i}` });
        }
      } else if (keyword.shape === "schema-map") {
        for (const [key, json] of value as JsonObject)
          children.push({ json, pointer: below + jsonPointer(key) });
      } else children.push({ json: value, pointer: below });
    }
  }

  private targetPointer(node: SchemaNode): string {
    const reference = (node.json as JsonObject).get("$ref") as string;
    const fragment = reference.startsWith("#") ? decodeFragment(reference.slice(1)) : undefined;
    const segments = fragment === undefined ? undefined : parseJsonPointer(fragment);
    if (segments === undefined) {
      throw new UnsupportedSchemaError({
        pointer: node.pointer,
        keyword: "$ref",
        reason: `"${reference}" is not a reference within the document ("#/..."), the only kind that is followed so far`,
      });
    }
    return jsonPointer(...segments);
  }

  private resolve(node: SchemaNode, pointer: string): boolean | JsonObject {
    let at: JsonNode | undefined = this.rootJson;
    for (const segment of parseJsonPointer(pointer) as string[]) {
      if (at instanceof JsonObject) at = at.get(segment);
      else if (isJsonArray(at) && /^(0|[1-9]\d*)$/.test(segment)) at = at[Number(segment)];
      else at = undefined;
    }
    if (typeof at === "boolean" || at instanceof JsonObject) return at;
    throw new InvalidSchemaError({
      pointer: node.pointer,
      keyword: "$ref",
      reason:
        at === undefined ? `there is nothing at "#${pointer}"` : `what is at "#${pointer}" is not a schema`,
    });
  }
}

function decodeFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}

function unsupportedReason(
  name: string,
  value: JsonNode,
  keyword: Keyword,
  pointer: string,
  dialect: Dialect,
): string | undefined {
  // An identifier of the whole document changes nothing as long as references stay inside it.
  if ((name === "$id" || name === "id") && pointer === "") return undefined;
  if (keyword.role === "unsupported") return "this keyword is not supported yet";
  if (name === "items" && isJsonArray(value)) {
    return "an array of schemas is not supported yet; write prefixItems (2020-12)";
  }
  if (keyword.shape === "number-or-boolean") {
    const wantsBoolean = dialect === Dialect.Draft04;
    if (wantsBoolean !== (typeof value === "boolean") && !(value instanceof JsonNumber && !wantsBoolean)) {
      return wantsBoolean ? "must be a boolean in draft-04" : "must be a number from draft-06 on";
    }
  }
  return undefined;
}
