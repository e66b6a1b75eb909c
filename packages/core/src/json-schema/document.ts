/**
 * Schema documents: every sub-schema found, every keyword's value checked, identifiers and anchors noted, in one linear
 * pass, so that all errors of a document are found when it is compiled (JSON Schema core, sections 8 and 9).
 */
import { isJsonArray, type JsonNode, JsonObject, jsonPointer, parseJsonPointer } from "../json/index.js";
import { LazyMap } from "../language/index.js";
import { Dialect, dialectName } from "./dialect.js";
import { InvalidSchemaError, type Place, SchemaLimitError } from "./errors.js";
import { type Keyword, keywordIn, needsOf } from "./keywords.js";
import { childOf, type Member, type PlacedIn, Position, placeOf, type Resource } from "./position.js";
import { resolveUri, withoutFragment } from "./uri.js";
import type { SchemaRules } from "./vocabularies.js";

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
const NO_CHILDREN: readonly undefined[] = [];
const DOLLAR = 0x24;

/** Which of the keywords that name a schema, or refer to one, an object has: their sum. */
const enum Naming {
  None = 0,
  /** `$ref` */
  Reference = 1,
  /** `$id`, or `id` as draft-04 has it */
  Identifier = 2,
  /** One that makes the schema the target of a fragment, an identifier included. */
  Anchor = 4,
}

export class Document implements PlacedIn {
  readonly json: JsonNode;
  /** Where it was found; undefined: it is the schema itself. */
  readonly uri: string | undefined;
  readonly root: Position;
  /** All schemas in the order of the document; then those that only references make schemas, with those in them. */
  readonly positions: Position[] = [];
  /** Those of them that refer to others. */
  readonly referring: Position[] = [];
  /** Schemas where no keyword makes a schema, and those in them, by their pointers. */
  private readonly others = new LazyMap<string, Position>();
  private readonly context: DocumentContext;
  /** Of the schema that is being scanned. */
  private readonly members: Member[] = [];

  /** @throws InvalidSchemaError, UnsupportedSchemaError, SchemaLimitError */
  constructor(json: JsonNode, uri: string | undefined, rules: SchemaRules, context: DocumentContext) {
    if (typeof json !== "boolean" && !(json instanceof JsonObject)) {
      const reason = "a schema must be an object or a boolean";
      throw new InvalidSchemaError({ pointer: "", document: uri, reason });
    }
    this.json = json;
    this.uri = uri;
    this.context = context;
    this.root = new Position(json, undefined as unknown as Resource, undefined, "");
    this.openResource(this.root, json, uri ?? DEFAULT_BASE, rules);
    this.scan(this.root, false);
  }

  /** How many schemas it has. */
  get size(): number {
    return this.positions.length;
  }

  /** The schema at a pointer, also where no keyword makes it one; undefined: there is none. */
  resolve(pointer: string, from: Resource): Position | undefined {
    const segments = parseJsonPointer(pointer);
    if (segments === undefined) return undefined;
    const known = this.below(this.root, segments) ?? this.others.get(pointer);
    if (known !== undefined) return known;
    let at: JsonNode | undefined = this.json;
    for (const segment of segments) {
      if (at instanceof JsonObject) at = at.get(segment);
      else if (isJsonArray(at)) at = at[indexOf(segment)];
      else at = undefined;
    }
    if (typeof at !== "boolean" && !(at instanceof JsonObject)) return undefined;
    const position = new Position(at, from, undefined, pointer);
    this.others.set(pointer, position);
    this.scan(position, true);
    return position;
  }

  /** The schema that keywords lead to, segment by segment. */
  private below(root: Position, segments: readonly string[]): Position | undefined {
    let at: Position | undefined = root;
    for (let i = 0; i < segments.length && at !== undefined; ) {
      const member: Member | undefined = at.member(segments[i++] as string);
      if (member === undefined) return undefined;
      if (!isList(member.keyword, member.value)) at = childOf(member, undefined);
      else if (i === segments.length) return undefined;
      else {
        const key = segments[i++] as string;
        at = childOf(member, isJsonArray(member.value) ? indexOf(key) : key);
      }
    }
    return at;
  }

  private openResource(
    position: Position,
    json: boolean | JsonObject,
    uri: string,
    inherited: SchemaRules,
  ): void {
    const declared = json instanceof JsonObject ? json.get("$schema") : undefined;
    const { dialect, vocabularies } =
      declared === undefined
        ? inherited
        : this.context.rules(declared, { pointer: position.pointer, document: this.uri });
    position.resource = {
      uri: resourceUri(json, uri, dialect),
      document: this,
      root: position,
      dialect,
      vocabularies,
      anchors: new LazyMap(),
      dynamicAnchors: new LazyMap(),
    };
    this.context.addResource(position.resource);
  }

  /** @param isOther whether no keyword makes it a schema */
  private scan(position: Position, isOther: boolean): void {
    const pending: Position[] = [position];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      this.scanSchema(next, isOther);
      // The first is the next one.
      const { members } = next;
      for (let i = members.length - 1; i >= 0; i--) {
        const { children } = members[i] as Member;
        for (let k = children.length - 1; k >= 0; k--) {
          const child = children[k];
          if (child !== undefined && child.order < 0) pending.push(child);
        }
      }
    }
  }

  private scanSchema(position: Position, isOther: boolean): void {
    const { json } = position;
    const naming = json instanceof JsonObject ? namingOf(json) : Naming.None;
    if (
      (naming & Naming.Identifier) !== 0 &&
      position.resource.root !== position &&
      opensResource(json as JsonObject, position.resource.dialect)
    ) {
      this.openResource(position, json, position.resource.uri, position.resource);
    }
    position.order = this.context.nextOrder();
    this.add(position);
    if (typeof json === "boolean") return;
    const { resource } = position;
    const { dialect } = resource;
    // Up to draft-07, a `$ref` is all that counts.
    const isReference = (naming & Naming.Reference) !== 0 && dialect <= Dialect.Draft07;
    const { members } = this;
    members.length = 0;
    let refers = false;
    let enforced = 0;
    let groups = 0;
    let last: Member | undefined;
    for (let i = 0; i < json.size; i++) {
      const name = json.keyAt(i);
      const keyword = keywordIn(resource, name);
      if (keyword === undefined || keyword.role === "annotation") continue;
      // Definitions beside a `$ref` are schemas for others.
      if (isReference && keyword.role !== "definitions" && name !== "$ref") continue;
      const value = json.valueAt(i);
      this.check(value, keyword, position);
      const children = keyword.hasSchemas ? this.children(position, keyword, value, isOther) : NO_CHILDREN;
      const member: Member = { keyword, value, children, target: undefined };
      members.push(member);
      if (keyword.role === "enforced") {
        enforced++;
        groups |= keyword.group;
        last = member;
      }
      if (keyword.isReference) refers = true;
      if (keyword.isReference || keyword.isInPlace) position.applies = true;
    }
    if ((naming & Naming.Anchor) !== 0) this.noteAnchors(position, json);
    // A copy takes no more room than it needs.
    position.members = members.slice();
    position.enforced = enforced;
    position.groups = groups;
    if (enforced === 1) position.only = last;
    if (refers) this.referring.push(position);
  }

  private children(
    parent: Position,
    keyword: Keyword,
    value: JsonNode,
    isOther: boolean,
  ): (Position | undefined)[] {
    if (!isList(keyword, value)) return [this.childAt(parent, value, keyword.name, undefined, isOther)];
    if (isJsonArray(value)) {
      const children = new Array<Position | undefined>(value.length);
      for (let i = 0; i < value.length; i++)
        children[i] = this.childAt(parent, value[i] as JsonNode, keyword.name, i, isOther);
      return children;
    }
    const object = value as JsonObject;
    const children = new Array<Position | undefined>(object.size);
    for (let i = 0; i < object.size; i++) {
      const child = object.valueAt(i);
      // The names of `dependencies`.
      const isSchema = !isJsonArray(child);
      children[i] = isSchema
        ? this.childAt(parent, child, keyword.name, object.keyAt(i), isOther)
        : undefined;
    }
    return children;
  }

  private childAt(
    parent: Position,
    json: JsonNode,
    name: string,
    key: string | number | undefined,
    isOther: boolean,
  ): Position {
    const schema = json as boolean | JsonObject;
    if (!isOther) return new Position(schema, parent.resource, parent, name, key);
    const pointer = parent.pointer + (key === undefined ? jsonPointer(name) : jsonPointer(name, key));
    let child = this.others.get(pointer);
    if (child === undefined) {
      child = new Position(schema, parent.resource, undefined, pointer);
      this.others.set(pointer, child);
    }
    return child;
  }

  private add(position: Position): void {
    const { maxSchemas } = this.context;
    if (this.positions.length >= maxSchemas) {
      throw new SchemaLimitError({
        pointer: position.pointer,
        document: this.uri,
        limit: "maxSchemas",
        value: maxSchemas,
        reason: `the document has more than ${maxSchemas} sub-schemas; raise limits.maxSchemas if it is to be trusted`,
      });
    }
    this.positions.push(position);
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

  private check(value: JsonNode, keyword: Keyword, position: Position): void {
    const { name } = keyword;
    if (!keyword.fits(value)) {
      const reason = `must be ${needsOf(keyword)}`;
      throw new InvalidSchemaError({ ...placeOf(position), keyword: name, reason });
    }
    // Draft-04's boolean bounds keep their meaning in schemas that name no dialect; in the others they are an error.
    if (typeof value === "boolean" && keyword.shape === "number-or-boolean") {
      const { dialect } = position.resource;
      if (dialect !== Dialect.Draft04 && dialect !== Dialect.Unnamed) {
        const reason = `must be a number in ${dialectName(dialect)}`;
        throw new InvalidSchemaError({ ...placeOf(position), keyword: name, reason });
      }
    }
  }
}

/** Whether a keyword's schemas are the items or members of its value, and not the value. */
function isList({ hasNamedSchemas }: Keyword, value: JsonNode): boolean {
  return hasNamedSchemas || isJsonArray(value);
}

/** The index that a pointer's segment is; -1: it is none. */
function indexOf(segment: string): number {
  return /^(0|[1-9]\d*)$/.test(segment) ? Number(segment) : -1;
}

function namingOf(json: JsonObject): number {
  let naming: number = Naming.None;
  for (let i = 0; i < json.size; i++) {
    const name = json.keyAt(i);
    if (name.charCodeAt(0) === DOLLAR) naming |= NAMING.get(name) ?? Naming.None;
    else if (name === "id") naming |= IDENTIFIER;
  }
  return naming;
}

const IDENTIFIER = Naming.Identifier | Naming.Anchor;
const NAMING: ReadonlyMap<string, number> = new Map([
  ["$ref", Naming.Reference],
  ["$id", IDENTIFIER],
  ["$anchor", Naming.Anchor],
  ["$dynamicAnchor", Naming.Anchor],
  ["$recursiveAnchor", Naming.Anchor],
]);

function identifier(json: JsonObject, dialect: Dialect): string | undefined {
  // Up to draft-07 everything beside a `$ref` is ignored, identifiers too.
  if (dialect <= Dialect.Draft07 && json.has("$ref")) return undefined;
  const id = json.get(dialect === Dialect.Draft04 ? "id" : "$id");
  return typeof id === "string" ? id : undefined;
}

function opensResource(json: JsonObject, dialect: Dialect): boolean {
  let id = identifier(json, dialect);
  if (id === undefined && json.has("$schema")) {
    const other = json.get("$id");
    if (typeof other === "string") id = other;
  }
  return id !== undefined && id !== "" && !id.startsWith("#");
}

function resourceUri(json: boolean | JsonObject, base: string, dialect: Dialect): string {
  const id = json instanceof JsonObject ? identifier(json, dialect) : undefined;
  return withoutFragment(id === undefined ? base : resolveUri(id, base));
}
