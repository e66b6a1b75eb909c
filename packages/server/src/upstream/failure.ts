import { ApiError, type ErrorDetails } from "../errors.js";

/** What can go wrong with an upstream. */
export type FailureCode =
  | "upstream_unreachable"
  | "upstream_timeout"
  | "upstream_overloaded"
  | "upstream_failed"
  | "upstream_unauthorized"
  | "upstream_refused"
  | "upstream_bad_answer"
  | "upstream_disconnected"
  | "upstream_left_constraint"
  | "upstream_ended_early"
  | "upstream_truncated"
  | "upstream_stopped";

const STATUS: Readonly<Record<FailureCode, ErrorDetails["status"]>> = {
  upstream_unreachable: 503,
  upstream_timeout: 504,
  upstream_overloaded: 429,
  upstream_failed: 502,
  upstream_unauthorized: 502,
  upstream_refused: 400,
  upstream_bad_answer: 502,
  upstream_disconnected: 502,
  upstream_left_constraint: 502,
  upstream_ended_early: 502,
  upstream_truncated: 502,
  upstream_stopped: 502,
};

/** Failures that asking again cannot mend. */
const FINAL: ReadonlySet<FailureCode> = new Set([
  "upstream_unauthorized",
  "upstream_refused",
  "upstream_stopped",
]);

/** An upstream's answer, or the lack of one, that is not the output. */
export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  readonly code: FailureCode;
  /** Seconds after which the upstream wants to be asked again. */
  readonly retryAfter: number | undefined;

  constructor(code: FailureCode, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  get isFinal(): boolean {
    return FINAL.has(this.code);
  }

  /** Whether the upstream itself is not well, so that others should be asked. */
  get isOutage(): boolean {
    return (
      this.code === "upstream_unreachable" ||
      this.code === "upstream_timeout" ||
      this.code === "upstream_failed" ||
      this.code === "upstream_disconnected"
    );
  }

  /** What the client is told. @param attempts how many requests were made for the output */
  toApiError(attempts: number): ApiError {
    const { code } = this;
    const status = STATUS[code];
    return new ApiError({
      status,
      type:
        code === "upstream_refused"
          ? "invalid_request_error"
          : status === 429
            ? "rate_limit_error"
            : "server_error",
      code,
      message: attempts > 1 ? `${this.message} It was asked ${attempts} times.` : this.message,
      ...(status === 429 || status === 503 ? { retryAfter: Math.ceil(this.retryAfter ?? 1) } : {}),
    });
  }
}
