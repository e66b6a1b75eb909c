/** Where something stands in a JSON text. */
export interface JsonPosition {
  /** UTF-16 code units from the start of the text, from 0. */
  readonly offset: number;
  /** Line, from 1; `\n`, `\r` and `\r\n` end a line. */
  readonly line: number;
  /** UTF-16 code units from the start of the line, from 1. */
  readonly column: number;
}

/** The text is not JSON (RFC 8259). */
export class JsonSyntaxError extends Error implements JsonPosition {
  override readonly name = "JsonSyntaxError";
  readonly code = "json-syntax";
  readonly offset: number;
  readonly line: number;
  readonly column: number;

  constructor(reason: string, at: JsonPosition) {
    super(`${reason} at line ${at.line}, column ${at.column}`);
    this.offset = at.offset;
    this.line = at.line;
    this.column = at.column;
  }
}

/** The document is larger or deeper than the caller's limits allow. */
export class JsonLimitError extends Error {
  override readonly name = "JsonLimitError";
  /** The option that sets the limit. */
  readonly limit: "maxDepth" | "maxBytes" | "maxNodes";
  readonly code: "json-too-deep" | "json-too-large";
  /** The limit's value. */
  readonly maximum: number;

  constructor(limit: "maxDepth" | "maxBytes" | "maxNodes", maximum: number) {
    const what = { maxDepth: "levels deep", maxBytes: "bytes", maxNodes: "values" }[limit];
    super(`The JSON document is more than ${maximum} ${what} (${limit})`);
    this.limit = limit;
    this.maximum = maximum;
    this.code = limit === "maxDepth" ? "json-too-deep" : "json-too-large";
  }
}

/** A JavaScript value that has no JSON form. */
export class JsonValueError extends Error {
  override readonly name = "JsonValueError";
  readonly code = "json-value";
  /** What is wrong, without the place. */
  readonly reason: string;
  /** JSON Pointer (RFC 6901) of the value; "" is the root. */
  readonly pointer: string;

  constructor(reason: string, pointer: string, options?: ErrorOptions) {
    super(`${reason} at ${pointer === "" ? "the root" : pointer}`, options);
    this.reason = reason;
    this.pointer = pointer;
  }
}
