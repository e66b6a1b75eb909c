import type { Context } from "hono";
import { stream } from "hono/streaming";
import type { ErrorDetails } from "../errors.js";
import type { AppEnv } from "./env.js";
import { detailsOf } from "./errors.js";

export interface EventStreamOptions {
  readonly contentType: "text/event-stream" | "application/x-ndjson";
  /** The pieces of the answer, each a complete event. */
  readonly events: AsyncGenerator<string, void, void>;
  /** The event that tells of a failure in the middle. */
  readonly failure: (details: ErrorDetails) => string;
}

/** An answer that comes in pieces. Where the client goes away, the generator is ended. */
export function eventStream(
  c: Context<AppEnv>,
  { contentType, events, failure }: EventStreamOptions,
): Response {
  c.header("content-type", contentType);
  c.header("cache-control", "no-cache");
  c.header("x-accel-buffering", "no");
  return stream(c, async (out) => {
    out.onAbort(() => void events.return(undefined));
    try {
      for await (const event of events) {
        await out.write(event);
        if (out.aborted) {
          return;
        }
      }
    } catch (thrown) {
      if (!out.aborted && !c.req.raw.signal.aborted) {
        const details = detailsOf(thrown, (error) => c.get("log").error({ err: error }, "stream failed"));
        await out.write(failure(details));
      }
    }
  });
}

/** A server-sent event with JSON data. */
export function dataEvent(data: object, event?: string): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export const DONE_EVENT = "data: [DONE]\n\n";
