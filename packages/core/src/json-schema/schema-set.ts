/** The documents of one grammar, and schemas in them as nodes: places seen from a dynamic scope. */
import { isJsonArray, type JsonNode, type JsonObject, jsonPointer } from "../json/index.js";
import { Dialect } from "./dialect.js";
import { Document, type DocumentContext, type Position, placeOf, type Resource } from "./document.js";
import { InvalidSchemaError, MissingDocumentError, type Place, SchemaLimitError } from "./errors.js";
import { type Keyword, REFERENCES } from "./keywords.js";
import { standardMetaschema } from "./metaschemas/index.js";
import { resolveUri, withoutFragment } from "./uri.js";
import { rulesOf, type SchemaRules, standardRules } from "./vocabularies.js";

/** Where `$dynamicRef`s lead: for each dynamic anchor the outermost resource on the way here that has it. Interned. */
interface Scope {
  readonly id: number;
  readonly anchors: ReadonlyMap<string, Position>;
}

/** A schema as it is reached: its place, and the dynamic scope. Its number is its identity in formulas. */
export interface SchemaNode {
  readonly id: number;
  readonly pointer: string;
  readonly json: boolean | JsonObject;
  readonly position: Position;
  readonly scope: Scope;
}

/** Finds the document for an absolute URI without fragment; undefined: there is none. */
export type SchemaSource = (uri: string) => JsonNode | undefined;

export class SchemaSet {
  readonly root: SchemaNode;
  private readonly source: SchemaSource;
  private readonly resources = new Map<string, Resource>();
  private readonly scopes = new Map<string, Scope>();
  private readonly nodes: SchemaNode[] = [];
  private readonly byPlace = new Map<Position, SchemaNode[]>();
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
    this.root = this.node(document.root, this.extend(undefined, document.root.resource));
    this.checkReferences();
  }

  get dialect(): Dialect {
    return this.root.position.resource.dialect;
  }

  byId(id: number): SchemaNode | undefined {
    return this.nodes[id];
  }

  /** A number for something that is not in a document (a constant), in the same numbering. */
  reserveId(): number {
    return this.nodes.push(undefined as unknown as SchemaNode) - 1;
  }

  /** The schema itself first. */
  documents(): Document[] {
    return [...new Set([...this.resources.values()].map((resource) => resource.document))];
  }

  /** All schemas of the documents at hand. */
  *positions(): Generator<Position> {
    for (const document of this.documents()) yield* document.positions();
  }

  keywords(node: SchemaNode): Generator<readonly [string, JsonNode, Keyword]> {
    return Document.keywords(node.position);
  }

  /** The sub-schema at a pointer below a schema: `child(node, "properties", "a")`. */
  child(node: SchemaNode, ...segments: readonly (string | number)[]): SchemaNode {
    const position = this.positionBelow(node.position, segments);
    return this.node(position, this.extend(node.scope, position.resource));
  }

  positionBelow({ resource, pointer }: Position, segments: readonly (string | number)[]): Position {
    return resource.document.at(pointer + jsonPointer(...segments)) as Position;
  }

  /** The schemas below a keyword that has an array of them. */
  children(node: SchemaNode, keyword: string, value: JsonNode): SchemaNode[] {
    return isJsonArray(value)
      ? value.map((_, i) => this.child(node, keyword, i))
      : [this.child(node, keyword)];
  }

  /** The schema that a reference keyword of a node points at. */
  target(node: SchemaNode, keyword: string): SchemaNode {
    const { position, scope } = node;
    const reference = (node.json as JsonObject).get(keyword) as string;
    let target = this.resolve(position, keyword, reference);
    const name = dynamicName(target, keyword, reference);
    if (name !== undefined) target = scope.anchors.get(name) ?? target;
    return this.node(target, this.extend(scope, target.resource));
  }

  /** Where a reference may lead, whichever way one comes. */
  possibleTargets(position: Position, keyword: string): Position[] {
    const reference = (position.json as JsonObject).get(keyword) as string;
    const target = this.resolve(position, keyword, reference);
    const name = dynamicName(target, keyword, reference);
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
    const checked = new Set<Document>();
    for (;;) {
      const next = this.documents().filter((document) => !checked.has(document));
      if (next.length === 0) return;
      for (const document of next) {
        checked.add(document);
        if (checked.size > this.maxDocuments + 1) throw this.tooManyDocuments(document);
        for (const position of document.positions()) {
          for (const [name, value] of Document.keywords(position)) {
            if (REFERENCES.includes(name)) this.resolve(position, name, value as string);
          }
        }
      }
    }
  }

  private tooManyDocuments({ uri }: Document): SchemaLimitError {
    const value = this.maxDocuments;
    const reason = `the schema's references lead to more than ${value} documents; raise limits.maxDocuments if they are to be trusted`;
    return new SchemaLimitError({ pointer: "", document: uri, limit: "maxDocuments", value, reason });
  }

  private resolve(position: Position, keyword: string, reference: string): Position {
    const { resource } = position;
    const uri = resolveUri(reference, resource.uri);
    const hash = uri.indexOf("#");
    const fragment = hash < 0 ? "" : decodeFragment(uri.slice(hash + 1));
    const target = this.resource(withoutFragment(uri), resource);
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
    // Under the name it was found by, even if it gives itself another.
    this.resources.set(uri, document.root.resource);
    return document.root.resource;
  }

  private node(position: Position, scope: Scope): SchemaNode {
    let nodes = this.byPlace.get(position);
    if (nodes === undefined) {
      nodes = [];
      this.byPlace.set(position, nodes);
    }
    let node = nodes.find((candidate) => candidate.scope === scope);
    if (node === undefined) {
      node = { id: this.nodes.length, pointer: position.pointer, json: position.json, position, scope };
      this.nodes.push(node);
      nodes.push(node);
    }
    return node;
  }

  private extend(scope: Scope | undefined, resource: Resource): Scope {
    const anchors = new Map(scope?.anchors);
    let changed = scope === undefined;
    for (const [name, position] of resource.dynamicAnchors) {
      if (anchors.has(name)) continue;
      anchors.set(name, position);
      changed = true;
    }
    if (!changed) return scope as Scope;
    const key = [...anchors].map(([name, p]) => `${name}\n${p.resource.uri}\n${p.pointer}`).join("\n\n");
    let interned = this.scopes.get(key);
    if (interned === undefined) {
      interned = { id: this.scopes.size, anchors };
      this.scopes.set(key, interned);
    }
    return interned;
  }
}

/** The dynamic anchor that a reference to `target` goes by; undefined: it always leads there. */
function dynamicName(target: Position, keyword: string, reference: string): string | undefined {
  if (keyword === "$ref") return undefined;
  const hash = reference.indexOf("#");
  const name = keyword === "$recursiveRef" ? "" : reference.slice(hash + 1);
  const isDynamic = keyword === "$recursiveRef" || hash >= 0;
  return isDynamic && target.resource.dynamicAnchors.get(name) === target ? name : undefined;
}

function decodeFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}
