/** Schemas as places in documents, with the keywords that count there. */
import { isJsonArray, type JsonNode, JsonObject, jsonPointer } from "../json/index.js";
import type { LazyMap } from "../language/index.js";
import type { Place } from "./errors.js";
import type { Keyword } from "./keywords.js";
import type { SchemaRules } from "./vocabularies.js";

/** What a place needs to know of the document that it is in. */
export interface PlacedIn {
  /** Where it was found; undefined: it is the schema itself. */
  readonly uri: string | undefined;
  /** The schema at a pointer. */
  resolve(pointer: string, from: Resource): Position | undefined;
}

/** A schema with an identifier of its own, or the root of a document. */
export interface Resource extends SchemaRules {
  /** Absolute, without fragment. */
  readonly uri: string;
  readonly document: PlacedIn;
  readonly root: Position;
  readonly anchors: LazyMap<string, Position>;
  /** `$dynamicAnchor`s; `$recursiveAnchor: true` is the one named "". */
  readonly dynamicAnchors: LazyMap<string, Position>;
}

/** Where `$dynamicRef`s lead: for each dynamic anchor the outermost resource on the way here that has it. Interned. */
export interface Scope {
  readonly id: number;
  readonly anchors: ReadonlyMap<string, Position>;
}

/** A schema as it is reached: its place, and the dynamic scope. Its number is its identity in formulas. */
export interface SchemaNode {
  readonly id: number;
  readonly json: boolean | JsonObject;
  readonly position: Position;
  readonly scope: Scope;
}

/** A keyword of a schema, its value, and the schemas in it. */
export interface Member {
  readonly keyword: Keyword;
  readonly value: JsonNode;
  /** As the value has them: one, those of an array, or of an object; undefined where it has something else there. */
  readonly children: readonly (Position | undefined)[];
  /** Where a reference leads, once that was asked for. */
  target: Position | undefined;
}

const NO_MEMBERS: Member[] = [];
const NO_NODES: SchemaNode[] = [];

/** A place in a document that is a schema. */
export class Position {
  readonly json: boolean | JsonObject;
  /** Until it has been scanned, that of the schema around it. */
  resource: Resource;
  /** Increases in the order of the document, from when it has been scanned. */
  order = -1;
  /** The keywords that are enforced or have definitions: of its dialect, and up to draft-07 only `$ref` beside one. */
  members: Member[] = NO_MEMBERS;
  /** What the enforced ones are about: the sum of their groups. */
  groups = 0;
  /** How many of them are enforced. */
  enforced = 0;
  /** The one that is enforced, if it is the only one. */
  only: Member | undefined = undefined;
  /** Whether a keyword applies a schema to the same value. */
  applies = false;
  /** The place as it was reached first, if it was. */
  node: SchemaNode | undefined = undefined;
  /** The same place in other scopes, most often none. */
  otherNodes: SchemaNode[] = NO_NODES;
  private readonly parent: Position | undefined;
  private readonly name: string;
  private readonly key: string | number | undefined;
  private text: string | undefined;

  /**
   * @param parent the schema around it; undefined: it stands for itself, and `name` is its pointer
   * @param name the keyword that has it
   * @param key its index or name in the keyword's value
   */
  constructor(
    json: boolean | JsonObject,
    resource: Resource,
    parent: Position | undefined,
    name: string,
    key?: string | number,
  ) {
    this.json = json;
    this.resource = resource;
    this.parent = parent;
    this.name = name;
    this.key = key;
    this.text = parent === undefined ? name : undefined;
  }

  /** From the root of the document. */
  get pointer(): string {
    if (this.text === undefined) {
      // A document may be deeper than a stack.
      const open: Position[] = [];
      let at: Position = this;
      for (; at.text === undefined; at = at.parent as Position) open.push(at);
      let pointer = at.text;
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        pointer += next.key === undefined ? jsonPointer(next.name) : jsonPointer(next.name, next.key);
      }
      this.text = pointer;
    }
    return this.text;
  }

  /** The value of a keyword that counts. */
  get(name: string): JsonNode | undefined {
    return this.member(name)?.value;
  }

  has(name: string): boolean {
    return this.member(name) !== undefined;
  }

  member(name: string): Member | undefined {
    const { members } = this;
    for (let i = 0; i < members.length; i++) {
      const member = members[i] as Member;
      if (member.keyword.name === name) return member;
    }
    return undefined;
  }

  /** The schema in a keyword, or in the item or member `key` of its value. */
  child(name: string, key?: string | number): Position | undefined {
    const member = this.member(name);
    return member === undefined ? undefined : childOf(member, key);
  }
}

/** The schema in a keyword's value, or in the item or member `key` of it. */
export function childOf({ value, children }: Member, key: string | number | undefined): Position | undefined {
  if (key === undefined) return isJsonArray(value) ? undefined : children[0];
  if (typeof key === "number") return children[key];
  return value instanceof JsonObject ? children[value.indexOf(key)] : undefined;
}

/** Where a schema stands, for errors and reports. */
export function placeOf({ pointer, resource }: Position): Place {
  return { pointer, document: resource.document.uri };
}
