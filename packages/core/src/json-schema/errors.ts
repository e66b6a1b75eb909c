import { GrammarLimitError, LanguageLimitError } from "../language/index.js";

/** A place in a schema. */
export interface Place {
  /** JSON Pointer of a (sub-)schema or value; "" is the whole document. */
  readonly pointer: string;
  /** URI of the document that the pointer is in, where it is not the schema itself. */
  readonly document?: string | undefined;
}

/** What is known of the place and cause of a schema problem. */
export interface SchemaErrorDetails extends Place {
  /** The keyword at that place, if the problem is one keyword's. */
  readonly keyword?: string | undefined;
  /** One sentence: what is wrong and what to do. */
  readonly reason: string;
  /** The error behind it, if it was another's. */
  readonly cause?: unknown;
}

/** A schema that cannot be compiled. `code` is stable; the message is for people. */
export class SchemaError extends Error {
  override readonly name: string = "SchemaError";
  readonly code: string = "schema-error";
  readonly pointer: string;
  readonly document: string | undefined;
  readonly keyword: string | undefined;
  readonly reason: string;

  constructor(details: SchemaErrorDetails) {
    const place = details.pointer === "" ? "the root" : details.pointer;
    const where = details.document === undefined ? place : `${place} of ${details.document}`;
    const keyword = details.keyword === undefined ? "" : ` (keyword "${details.keyword}")`;
    const options = details.cause === undefined ? undefined : { cause: details.cause };
    super(`Schema at ${where}${keyword}: ${details.reason}`, options);
    this.pointer = details.pointer;
    this.document = details.document;
    this.keyword = details.keyword;
    this.reason = details.reason;
  }
}

/** The schema is not a schema: wrong JSON, a keyword's value of the wrong type, a reference to nothing. */
export class InvalidSchemaError extends SchemaError {
  override readonly name = "InvalidSchemaError";
  override readonly code = "invalid-schema";
}

/** The schema is right, but says something that this version cannot enforce. */
export class UnsupportedSchemaError extends SchemaError {
  override readonly name: string = "UnsupportedSchemaError";
  override readonly code = "unsupported-schema";
}

/** A reference, or `$schema`, leads to a document that is not at hand, or that could not be loaded. */
export class MissingDocumentError extends UnsupportedSchemaError {
  override readonly name = "MissingDocumentError";
  /** Absolute, without fragment. */
  readonly uri: string;

  constructor(details: SchemaErrorDetails & { readonly uri: string }) {
    super(details);
    this.uri = details.uri;
  }
}

/** No value matches the schema. */
export class UnsatisfiableSchemaError extends SchemaError {
  override readonly name = "UnsatisfiableSchemaError";
  override readonly code = "unsatisfiable-schema";
  /**
   * JSON Pointers of the keywords that exclude each other, in the schema at `pointer` and those that it includes; in
   * another document after its URI and `#`. Empty where they were not found.
   */
  readonly conflict: readonly string[];

  constructor(details: SchemaErrorDetails & { readonly conflict: readonly string[] }) {
    super(details);
    this.conflict = details.conflict;
  }
}

/** A limit of the caller (or its default) was reached; `limit` names it. */
export class SchemaLimitError extends SchemaError {
  override readonly name = "SchemaLimitError";
  override readonly code = "schema-limit";
  readonly limit: string;
  readonly value: number;

  constructor(details: SchemaErrorDetails & { readonly limit: string; readonly value: number }) {
    super(details);
    this.limit = details.limit;
    this.value = details.value;
  }
}

/** An error that says that a limit was reached, at compile time or in the middle of an output. */
export type LimitError = SchemaLimitError | LanguageLimitError | GrammarLimitError;

export function isLimitError(error: unknown): error is LimitError {
  return (
    error instanceof SchemaLimitError ||
    error instanceof LanguageLimitError ||
    error instanceof GrammarLimitError
  );
}

/** The error for a limit of languages that something in a schema reaches. */
export function languageLimit(error: LanguageLimitError, place: Place, keyword?: string): SchemaLimitError {
  const { limit, value, message: reason } = error;
  return new SchemaLimitError({ ...place, keyword, limit, value, reason, cause: error });
}
