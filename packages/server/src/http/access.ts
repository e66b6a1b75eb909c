import { createHash, timingSafeEqual } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { ApiError } from "../errors.js";
import type { AppEnv } from "./env.js";

interface Key {
  readonly name: string;
  /** SHA-256 of the key: the key itself is not kept. */
  readonly hash: Buffer;
}

/**
 * The keys that open the server.
 *
 * @param keys each `KEY` or `NAME:KEY`, where KEY is the key or `sha256:` and the hexadecimal SHA-256 of it
 * @throws RangeError for one that is empty or has a hash of the wrong length
 */
export function readKeys(keys: readonly string[]): Key[] {
  return keys.map((text, i) => {
    const match = /^(?:([A-Za-z0-9_.-]+):)?(sha256:[0-9a-fA-F]{64}|[^:\s]+)$/.exec(text);
    if (match === null) {
      throw new RangeError(
        `API key ${i + 1} is none: KEY, NAME:KEY, sha256:HEX or NAME:sha256:HEX is expected.`,
      );
    }
    const [, name = `key-${i + 1}`, key] = match;
    const hash = key!.startsWith("sha256:") ? Buffer.from(key!.slice(7), "hex") : sha256(key!);
    return { name, hash };
  });
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Lets only requests with a key pass, if there are any, and tells whose request it is. */
export function access(keys: readonly Key[]) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (keys.length === 0) {
      c.set("client", addressOf(c));
      return next();
    }
    const hash = sha256(givenKey(c) ?? "");
    // All are compared, each in constant time, so that the time says nothing about them.
    const found = keys.filter((key) => timingSafeEqual(key.hash, hash));
    if (found.length === 0) {
      throw new ApiError({
        status: 401,
        type: "authentication_error",
        code: "invalid_api_key",
        message: "No valid API key. Send it as: Authorization: Bearer KEY",
      });
    }
    c.set("client", found[0]!.name);
    return next();
  });
}

function givenKey(c: Context): string | undefined {
  const match = /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "");
  return match?.[1];
}

function addressOf(c: Context): string {
  // Without a socket (a request made in the process) there is no address.
  return c.env?.incoming === undefined ? "local" : (getConnInfo(c).remote.address ?? "unknown");
}
