/** The files of the playground's page. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Hono } from "hono";
import { etag } from "hono/etag";
import type { AppEnv } from "../http/env.js";

const TYPES = {
  "page.css": "text/css; charset=utf-8",
  "main.js": "text/javascript; charset=utf-8",
  "requests.js": "text/javascript; charset=utf-8",
  "output.js": "text/javascript; charset=utf-8",
  "snippets.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
  "examples.json": "application/json; charset=utf-8",
};

/** Nothing from elsewhere, nothing inline, no frames around it. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Its folder, seen from the sources and from what is built of them. */
const FOLDER = new URL("../../playground/", import.meta.url);

/**
 * `GET /`, and the files that it names below a path that changes with their content: the page is asked for anew each time, they
 * are kept for a year.
 */
export function addPlaygroundPage(app: Hono<AppEnv>): void {
  const files = Object.entries(TYPES).map(([name, type]) => ({ name, type, content: read(name) }));
  const hash = createHash("sha256");
  for (const { name, content } of files) {
    hash.update(`${name}\0${content}\0`);
  }
  const version = hash.digest("hex").slice(0, 16);
  const page = read("index.html").replaceAll("{assets}", `playground/${version}`);
  app.get("/", etag(), (c) => c.html(page, 200, { ...HEADERS, "cache-control": "no-cache" }));
  for (const { name, type, content } of files) {
    const headers = {
      ...HEADERS,
      "content-type": type,
      "cache-control": "public, max-age=31536000, immutable",
    };
    app.get(`/playground/${version}/${name}`, (c) => c.body(content, 200, headers));
  }
}

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), "utf8");
}
