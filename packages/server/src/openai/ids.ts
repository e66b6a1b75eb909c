import { randomBytes } from "node:crypto";

/** A new id such as `chatcmpl-...`. */
export function newId(prefix: string): string {
  return `${prefix}${randomBytes(16).toString("hex")}`;
}

/** Seconds since 1970. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
