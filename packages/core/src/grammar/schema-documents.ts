/** The JSON documents that a schema is made of: read from values or text, and where asked for, loaded by the caller. */
import {
  JsonLimitError,
  type JsonNode,
  JsonSyntaxError,
  JsonValueError,
  jsonFromValue,
  parseJson,
  stringifyJson,
} from "../json/index.js";
import { InvalidSchemaError, MissingDocumentError, SchemaLimitError } from "../json-schema/errors.js";
import type { SchemaLimits } from "../json-schema/limits.js";
import { SchemaSet, type SchemaSource } from "../json-schema/schema-set.js";
import { LazyMap } from "../language/index.js";

/**
 * Loads the document at an absolute URI without fragment: a schema as a value or as JSON text, or a promise of it;
 * undefined or null where there is none.
 */
export type DocumentResolver = (uri: string) => unknown;

/** Reads a schema given as a value or as JSON text. @throws InvalidSchemaError, SchemaLimitError */
export function readSchema(schema: unknown, limits: SchemaLimits, document?: string): JsonNode {
  const { maxBytes, maxDepth } = limits;
  try {
    return typeof schema === "string"
      ? parseJson(schema, { maxBytes, maxDepth })
      : jsonFromValue(schema, { maxDepth });
  } catch (error) {
    if (error instanceof JsonLimitError) {
      throw new SchemaLimitError({
        pointer: "",
        document,
        limit: error.limit,
        value: error.maximum,
        reason: `${error.message}; raise limits.${error.limit} if it is to be trusted`,
      });
    }
    if (error instanceof JsonSyntaxError) {
      const reason = `the schema's text is not JSON: ${error.message}`;
      throw new InvalidSchemaError({ pointer: "", document, reason });
    }
    if (error instanceof JsonValueError) {
      throw new InvalidSchemaError({ pointer: error.pointer, document, reason: error.reason });
    }
    throw error;
  }
}

/** The documents of the option `schemas`, each read when it is first asked for, and those that were loaded. */
export class SchemaDocuments {
  /** Undefined: none are given. */
  private readonly given: ReadonlyMap<string, unknown> | undefined;
  private readonly limits: SchemaLimits;
  private readonly read = new LazyMap<string, JsonNode>();

  constructor(schemas: Readonly<Record<string, unknown>> | undefined, limits: SchemaLimits) {
    this.given =
      schemas && new Map(Object.entries(schemas).map(([uri, json]) => [uri.replace(/#.*$/, ""), json]));
    this.limits = limits;
  }

  readonly source: SchemaSource = (uri) => {
    let json = this.read.get(uri);
    if (json === undefined && this.given?.has(uri) === true) {
      json = readSchema(this.given.get(uri), this.limits, uri);
      this.read.set(uri, json);
    }
    return json;
  };

  /**
   * Asks for the documents that a schema's references lead to, and theirs, until none is missing: those that are known
   * to be missing at the same time, each once.
   *
   * @param lenient whether documents that cannot be had are left out
   * @throws MissingDocumentError with the pointer of the reference, where `resolve` fails or has no document;
   *   SchemaLimitError past `maxDocuments`, or `maxBytes` of all of them together; what reading the schema throws
   */
  async load(json: JsonNode, resolve: DocumentResolver, lenient: boolean): Promise<void> {
    const { maxBytes, maxDocuments } = this.limits;
    let bytes = 0;
    let count = 0;
    const absent = new Set<string>();
    for (;;) {
      const missing = this.missing(json, absent);
      if (missing.length === 0) return;
      count += missing.length;
      if (count > maxDocuments) throw limitOf("maxDocuments", maxDocuments, missing[0]);
      const loaded = await Promise.all(missing.map((reference) => this.ask(reference, resolve, lenient)));
      for (const [i, document] of loaded.entries()) {
        const reference = missing[i] as MissingDocumentError;
        if (document === undefined) {
          absent.add(reference.uri);
          continue;
        }
        const node = readSchema(document, this.limits, reference.uri);
        bytes += (typeof document === "string" ? document : stringifyJson(node)).length;
        if (bytes > maxBytes) throw limitOf("maxBytes", maxBytes, reference);
        this.read.set(reference.uri, node);
      }
    }
  }

  /**
   * The documents that the schema, as far as it is known, refers to in vain; one reference to each.
   *
   * @param absent those that cannot be had
   */
  private missing(json: JsonNode, absent: ReadonlySet<string>): MissingDocumentError[] {
    const missing = new Map<string, MissingDocumentError>();
    const note = (error: MissingDocumentError) => {
      if (absent.has(error.uri)) return;
      if (!missing.has(error.uri)) missing.set(error.uri, error);
      // A metaschema: how to read on is known only from it.
      if (error.keyword === "$schema") throw error;
    };
    try {
      new SchemaSet(json, this.limits, this.source, note);
    } catch (error) {
      if (!(error instanceof MissingDocumentError)) throw error;
    }
    return [...missing.values()];
  }

  /** Undefined: there is none, and lenient. */
  private async ask(
    reference: MissingDocumentError,
    resolve: DocumentResolver,
    lenient: boolean,
  ): Promise<unknown> {
    let document: unknown;
    const { uri, pointer, keyword } = reference;
    const details = { uri, pointer, document: reference.document, ...(keyword && { keyword }) };
    try {
      document = await resolve(uri);
    } catch (cause) {
      if (lenient) return undefined;
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new MissingDocumentError({ ...details, reason: `loading ${uri} failed: ${message}`, cause });
    }
    if (document !== undefined && document !== null) return document;
    if (lenient) return undefined;
    throw new MissingDocumentError({ ...details, reason: `the option resolve has no document ${uri}` });
  }
}

function limitOf(limit: "maxDocuments" | "maxBytes", value: number, at: MissingDocumentError | undefined) {
  const { pointer = "", document } = at ?? {};
  const what = limit === "maxBytes" ? "bytes in the documents" : "documents";
  const reason = `the schema's references lead to more than ${value} ${what}; raise limits.${limit} if they are to be trusted`;
  return new SchemaLimitError({ pointer, document, keyword: at?.keyword, limit, value, reason });
}
