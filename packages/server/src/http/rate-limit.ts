import { createMiddleware } from "hono/factory";
import { ApiError } from "../errors.js";
import type { AppEnv } from "./env.js";

interface Bucket {
  /** Requests that may be made now. */
  left: number;
  /** When `left` was that, in milliseconds. */
  at: number;
}

/** Clients whose buckets are kept; who has not come for longest is forgotten, and that one's bucket is full again. */
const CLIENTS = 10_000;

/** Bounds the requests of each client: a minute's worth at once, then as they become free (a token bucket). */
export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number, now = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Counts a request. @returns 0 where it may be made, otherwise the seconds until one may */
  take(client: string): number {
    const now = this.#now();
    const known = this.#buckets.get(client) ?? { left: this.#perMinute, at: now };
    const left = Math.min(this.#perMinute, known.left + ((now - known.at) * this.#perMinute) / 60_000);
    const allowed = left >= 1;
    this.#buckets.delete(client);
    this.#buckets.set(client, { left: allowed ? left - 1 : left, at: now });
    if (this.#buckets.size > CLIENTS) {
      this.#buckets.delete(this.#buckets.keys().next().value!);
    }
    return allowed ? 0 : Math.max(1, Math.ceil(((1 - left) * 60) / this.#perMinute));
  }
}

export function rateLimit(limit: RateLimit) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const seconds = limit.take(c.get("client"));
    if (seconds > 0) {
      throw new ApiError({
        status: 429,
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        message: `Too many requests. The next one may be made in ${seconds} s.`,
        retryAfter: seconds,
      });
    }
    return next();
  });
}
