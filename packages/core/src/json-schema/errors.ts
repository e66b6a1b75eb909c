/** What is known of the place and cause of a schema problem. */
export interface SchemaErrorDetails {
  /** JSON Pointer of the (sub-)schema or value that the problem is in; "" is the whole document. */
  readonly pointer: string;
  /** The keyword at that place, if the problem is one keyword's. */
  readonly keyword?: string;
  /** One sentence: what is wrong and what to do. */
  readonly reason: string;
}

/** A schema that cannot be compiled. `code` is stable; the message is for people. */
export class SchemaError extends Error {
  override readonly name: string = "SchemaError";
  readonly code: string = "schema-error";
  readonly pointer: string;
  readonly keyword: string | undefined;
  readonly reason: string;

  constructor(details: SchemaErrorDetails) {
    const where = details.pointer === "" ? "the root" : details.pointer;
    const keyword = details.keyword === undefined ? "" : ` (keyword "${details.keyword}")`;
    super(`Schema at ${where}${keyword}: ${details.reason}`);
    this.pointer = details.pointer;
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
  override readonly name = "UnsupportedSchemaError";
  override readonly code = "unsupported-schema";
}

/** No value matches the schema. */
export class UnsatisfiableSchemaError extends SchemaError {
  override readonly name = "UnsatisfiableSchemaError";
  override readonly code = "unsatisfiable-schema";
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
