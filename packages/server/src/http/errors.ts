import type { Context } from "hono";
import { ApiError, ClientGoneError, type ErrorDetails } from "../errors.js";
import type { AppEnv } from "./env.js";

/** How an API writes its errors. */
export type ErrorBody = (details: ErrorDetails) => object;

/** As OpenAI writes them; of a schema, the place and the reason as well. */
export const openAiError: ErrorBody = ({ message, type, param, code, schema }) => ({
  error: { message, type, param: param ?? null, code, ...(schema === undefined ? {} : { schema }) },
});

/** What a client is told of whatever was thrown; what it is not told of is logged. */
export function detailsOf(thrown: unknown, log: (thrown: unknown) => void): ErrorDetails {
  if (thrown instanceof ApiError) {
    // What a client cannot mend by another request; that the server is busy or being stopped is no news.
    if (thrown.details.status === 500 || thrown.cause !== undefined) {
      log(thrown);
    }
    return thrown.details;
  }
  if (!(thrown instanceof ClientGoneError)) {
    log(thrown);
  }
  return {
    status: 500,
    type: "server_error",
    code: "internal_error",
    message: "Something went wrong in the server; its log says what.",
  };
}

/** The answer to a request that failed. */
export function errorResponse(c: Context<AppEnv>, thrown: unknown, body: ErrorBody): Response {
  const details = detailsOf(thrown, (error) => c.get("log").error({ err: error }, "request failed"));
  if (details.retryAfter !== undefined) {
    c.header("retry-after", String(details.retryAfter));
  }
  if (details.status === 401) {
    c.header("www-authenticate", "Bearer");
  }
  return c.json(body(details), details.status);
}
