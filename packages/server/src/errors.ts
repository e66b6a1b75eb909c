/** What a client is told of a failure, apart from the shape that its API gives errors. */
export interface ErrorDetails {
  /** HTTP status. */
  readonly status: ErrorStatus;
  /** As OpenAI names kinds of errors. */
  readonly type: "invalid_request_error" | "authentication_error" | "rate_limit_error" | "server_error";
  /** Stable, for programs: snake_case. */
  readonly code: string;
  readonly message: string;
  /** The field of the request that is wrong, such as `messages[0].content`. */
  readonly param?: string | undefined;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter?: number | undefined;
  /** Of a schema that cannot be used: where, why, and which keywords exclude each other. */
  readonly schema?: SchemaProblem | undefined;
}

export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 422 | 429 | 500 | 502 | 503 | 504;

export interface SchemaProblem {
  /** JSON Pointer into the schema. */
  readonly pointer: string;
  readonly keyword: string | undefined;
  readonly reason: string;
  /** JSON Pointers of keywords that exclude each other. */
  readonly conflict: readonly string[] | undefined;
}

/** A failure that the client is told of. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly details: ErrorDetails;

  constructor(details: ErrorDetails, options?: ErrorOptions) {
    super(details.message, options);
    this.details = details;
  }
}

/** The request is wrong at `param`. */
export function invalid(param: string | undefined, message: string, code = "invalid_value"): ApiError {
  return new ApiError({ status: 400, type: "invalid_request_error", code, message, param });
}

/** The client went away before its answer was done: nobody is told. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";
}
