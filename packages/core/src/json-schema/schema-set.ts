/** The documents of one grammar, and schemas in them as nodes: places seen from a dynamic scope. */
import type { JsonNode } from "../json/index.js";
import { LazyMap } from "../language/index.js";
import { Dialect } from "./dialect.js";
import { Document, type DocumentContext } from "./document.js";
import { InvalidSchemaError, MissingDocumentError, type Place, SchemaLimitError } from "./errors.js";
import { standardMetaschema } from "./metaschemas/index.js";
import {
  childOf,
  type Member,
  type Position,
  placeOf,
  type Resource,
  type SchemaNode,
  type Scope,
} from "./position.js";
import { resolveUri, withoutFragment } from "./uri.js";
import { rulesOf, type SchemaRules, standardRules } from "./vocabularies.js";

/** Finds the document for an absolute URI without fragment; undefined: there is none. */
export type SchemaSource = (uri: string) => JsonNode | undefined;

const NO_ANCHORS: ReadonlyMap<string, Position> = new Map();

export class SchemaSet {
  readonly root: SchemaNode;
  private readonly source: SchemaSource;
  private readonly resources = new Map<string, Resource>();
  private readonly allDocuments: Document[] = [];
  private readonly scopes = new LazyMap<string, Scope>();
  private readonly nodes: SchemaNode[] = [];
  private readonly context: DocumentContext;
  private readonly maxDocuments: number;
  private readonly onMissing: (error: MissingDocumentError) => void;
  private anything: Position | undefined;
  private order = 0;

  /**
   * @param onMissing called for each reference, or `$schema`, to a document that is not at hand; throws by default. Where it
   *   does not, the reference stands for a schema that everything matches, and the `$schema` for none
   * @throws InvalidSchemaError, UnsupportedSchemaError, SchemaLimitError
   */
  constructor(
    json: JsonNode,
    limits: { readonly maxSchemas: number; readonly maxDocuments: number },
    source: SchemaSource = () => undefined,
    onMissing: (error: MissingDocumentError) => void = (error) => {
      throw error;
    },
  ) {
    this.source = source;
    this.onMissing = onMissing;
    this.maxDocuments = limits.maxDocuments;
    this.context = {
      maxSchemas: limits.maxSchemas,
      addResource: (resource) => {
        if (!this.resources.has(resource.uri)) this.resources.set(resource.uri, resource);
      },
      rules: (metaschema, at) => this.rules(metaschema, at),
      nextOrder: () => this.order++,
    };
    const document = new Document(json, undefined, standardRules(Dialect.Unnamed), this.context);
    this.allDocuments.push(document);
    this.root = this.node(document.root, this.extend(undefined, document.root.resource));
    this.checkReferences();
  }

  get dialect(): Dialect {
    return this.root.position.resource.dialect;
  }

  /** How many schemas the documents at hand have: their places in the order of the documents are below that. */
  get size(): number {
    return this.order;
  }

  byId(id: number): SchemaNode | undefined {
    return this.nodes[id];
  }

  /** A number for something that is not in a document (a constant), in the same numbering. */
  reserveId(): number {
    return this.nodes.push(undefined as unknown as SchemaNode) - 1;
  }

  /** The schema itself first. */
  documents(): readonly Document[] {
    return this.allDocuments;
  }

  /** All schemas of the documents at hand. */
  *positions(): Generator<Position> {
    for (const document of this.documents()) yield* document.positions;
  }

  /** The schema in a keyword, or in an item or member of its value: `child(node, "properties", "a")`. */
  child({ position, scope }: SchemaNode, keyword: string, key?: string | number): SchemaNode {
    return this.below(scope, position.child(keyword, key) as Position);
  }

  /** The schemas below a keyword that has one, or an array of them. */
  children({ position, scope }: SchemaNode, keyword: string): SchemaNode[] {
    const { children } = position.member(keyword) as Member;
    return children.map((child) => this.below(scope, child as Position));
  }

  /** A schema inside one that was reached in a scope. */
  below(scope: Scope, position: Position): SchemaNode {
    return this.node(position, this.extend(scope, position.resource));
  }

  /** The schema that a reference keyword of a node points at. */
  target(node: SchemaNode, keyword: string): SchemaNode {
    return this.targetOf(node, node.position.member(keyword) as Member);
  }

  /** The same, by the member that has the keyword. */
  targetOf({ position, scope }: SchemaNode, member: Member): SchemaNode {
    let target = this.staticTarget(position, member);
    const name = dynamicName(target, member);
    if (name !== undefined) target = scope.anchors.get(name) ?? target;
    return this.below(scope, target);
  }

  /** Where a reference may lead, whichever way one comes. */
  possibleTargets(position: Position, member: Member): Position[] {
    const target = this.staticTarget(position, member);
    const name = dynamicName(target, member);
    if (name === undefined) return [target];
    const all = new Set([target]);
    for (const resource of this.resources.values()) {
      const other = resource.dynamicAnchors.get(name);
      if (other !== undefined) all.add(other);
    }
    return [...all];
  }

  /** Every reference of the documents at hand leads somewhere; documents that they lead to are read. */
  private checkReferences(): void {
    for (let i = 0; i < this.allDocuments.length; i++) {
      const document = this.allDocuments[i] as Document;
      if (i > this.maxDocuments) throw this.tooManyDocuments(document);
      // What a reference leads to can be another schema at the end, or another document.
      const { referring } = document;
      for (let k = 0; k < referring.length; k++) {
        const position = referring[k] as Position;
        const { members } = position;
        for (let m = 0; m < members.length; m++) {
          const member = members[m] as Member;
          if (member.keyword.isReference) this.staticTarget(position, member);
        }
      }
    }
  }

  private tooManyDocuments({ uri }: Document): SchemaLimitError {
    const value = this.maxDocuments;
    const reason = `the schema's references lead to more than ${value} documents; raise limits.maxDocuments if they are to be trusted`;
    return new SchemaLimitError({ pointer: "", document: uri, limit: "maxDocuments", value, reason });
  }

  /** Where a reference leads if no dynamic anchor is in the way. */
  private staticTarget(position: Position, member: Member): Position {
    member.target ??= this.resolve(position, member.keyword.name, member.value as string);
    return member.target;
  }

  private resolve(position: Position, keyword: string, reference: string): Position {
    const { resource } = position;
    const isCurrent = this.resources.get(resource.uri) === resource;
    const near = isCurrent && SHORT_POINTER.test(reference) ? shortTarget(resource, reference) : undefined;
    if (near !== undefined) return near;
    const isLocal = isCurrent && PLAIN_FRAGMENT.test(reference);
    const uri = isLocal ? reference : resolveUri(reference, resource.uri);
    const hash = uri.indexOf("#");
    const fragment = hash < 0 ? "" : decodeFragment(uri.slice(hash + 1));
    const target = isLocal ? resource : this.resource(withoutFragment(uri), resource);
    let found: Position | undefined;
    if (target !== undefined && fragment !== undefined) {
      if (fragment === "") found = target.root;
      else if (fragment.startsWith("/")) {
        found = target.document.resolve(target.root.pointer + fragment, target);
      } else found = target.anchors.get(fragment);
    }
    if (found !== undefined) return found;
    const details = { ...placeOf(position), keyword };
    if (target === undefined) {
      const other = withoutFragment(uri);
      const reason = `"${reference}" is in another document (${other}); pass it in the option schemas`;
      this.onMissing(new MissingDocumentError({ ...details, uri: other, reason }));
      return this.anywhere();
    }
    throw new InvalidSchemaError({ ...details, reason: `there is no schema at "${reference}"` });
  }

  private rules(metaschema: JsonNode, at: Place): SchemaRules {
    try {
      return rulesOf(metaschema, at, this.source);
    } catch (error) {
      if (!(error instanceof MissingDocumentError)) throw error;
      this.onMissing(error);
      return standardRules(Dialect.Unnamed);
    }
  }

  /** A schema that everything matches, in a document that does not count. */
  private anywhere(): Position {
    const context = { ...this.context, addResource() {} };
    this.anything ??= new Document(true, "about:blank", standardRules(Dialect.Unnamed), context).root;
    return this.anything;
  }

  private resource(uri: string, from: Resource): Resource | undefined {
    const known = this.resources.get(uri);
    if (known !== undefined) return known;
    const json = this.source(uri) ?? standardMetaschema(uri);
    if (json === undefined) return undefined;
    const document = new Document(json, uri, from, this.context);
    this.allDocuments.push(document);
    // Under the name it was found by, even if it gives itself another.
    this.resources.set(uri, document.root.resource);
    return document.root.resource;
  }

  private node(position: Position, scope: Scope): SchemaNode {
    const { node: first, otherNodes } = position;
    if (first?.scope === scope) return first;
    for (let i = 0; i < otherNodes.length; i++) {
      const known = otherNodes[i] as SchemaNode;
      if (known.scope === scope) return known;
    }
    const node = { id: this.nodes.length, json: position.json, position, scope };
    this.nodes.push(node);
    if (first === undefined) position.node = node;
    else if (otherNodes.length === 0) position.otherNodes = [node];
    else otherNodes.push(node);
    return node;
  }

  private extend(scope: Scope | undefined, resource: Resource): Scope {
    if (resource.dynamicAnchors.size === 0) return scope ?? this.scope("", NO_ANCHORS);
    const anchors = new Map(scope?.anchors);
    let changed = scope === undefined;
    for (const [name, position] of resource.dynamicAnchors) {
      if (anchors.has(name)) continue;
      anchors.set(name, position);
      changed = true;
    }
    if (!changed) return scope as Scope;
    const key = [...anchors].map(([name, p]) => `${name}\n${p.resource.uri}\n${p.pointer}`).join("\n\n");
    return this.scope(key, anchors);
  }

  private scope(key: string, anchors: ReadonlyMap<string, Position>): Scope {
    let interned = this.scopes.get(key);
    if (interned === undefined) {
      interned = { id: this.scopes.size, anchors };
      this.scopes.set(key, interned);
    }
    return interned;
  }
}

/** The dynamic anchor that a reference to `target` goes by; undefined: it always leads there. */
function dynamicName(target: Position, { keyword: { name: keyword }, value }: Member): string | undefined {
  if (keyword === "$ref") return undefined;
  const reference = value as string;
  const hash = reference.indexOf("#");
  const name = keyword === "$recursiveRef" ? "" : reference.slice(hash + 1);
  const isDynamic = keyword === "$recursiveRef" || hash >= 0;
  return isDynamic && target.resource.dynamicAnchors.get(name) === target ? name : undefined;
}

/** A fragment that needs no URL parser: without what that strips. */
const PLAIN_FRAGMENT = /^#[^\0-\x20]*$/;
/** A pointer of two segments without escapes, as most references are: `#/$defs/name`. */
const SHORT_POINTER = /^#\/[^\0-\x20%~/]+\/[^\0-\x20%~/]+$/;

/** The schema that such a reference leads to, if a keyword with named schemas has it. */
function shortTarget({ root }: Resource, reference: string): Position | undefined {
  const slash = reference.indexOf("/", 2);
  const member = root.member(reference.slice(2, slash));
  return member?.keyword.hasNamedSchemas ? childOf(member, reference.slice(slash + 1)) : undefined;
}

function decodeFragment(fragment: string): string | undefined {
  if (!fragment.includes("%")) return fragment;
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}
