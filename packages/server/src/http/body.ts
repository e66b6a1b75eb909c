import { JsonLimitError, JsonSyntaxError, parseJson } from "@grammask/core";
import type { Context } from "hono";
import type { ZodType, z } from "zod";
import { ApiError, ClientGoneError, invalid } from "../errors.js";
import { jsonDepth, jsonPart } from "./json-text.js";
import { validate } from "./validation.js";

/** Of arrays and objects inside each other, as schemas may have. */
const MOST_LEVELS = 512;
const MOST_LENGTH = 16 * 2 ** 20;

/** A request's body, checked, and as it was written. */
export interface Body<T> {
  readonly value: T;
  /** The JSON text of a part, with numbers and the order of keys as they were written; undefined where it is not there. */
  textAt(path: readonly (string | number)[]): string | undefined;
}

/**
 * Reads a request's body.
 *
 * @throws ApiError with status 400 where it is not JSON in UTF-8, or not what the schema says
 */
export async function readBody<Schema extends ZodType>(
  c: Context,
  schema: Schema,
): Promise<Body<z.output<Schema>>> {
  const text = decode(await read(c));
  return { value: validate(schema, parse(text)), textAt: (path) => jsonPart(text, path) };
}

/** @throws ClientGoneError where the client goes away, or is too slow, before all of it is there */
async function read(c: Context): Promise<ArrayBuffer> {
  try {
    return await c.req.arrayBuffer();
  } catch (thrown) {
    if (thrown instanceof ApiError) {
      throw thrown;
    }
    throw new ClientGoneError("The client went away while it sent its request.", { cause: thrown });
  }
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid(undefined, "The body is not UTF-8.", "invalid_json");
  }
}

/** All other requests wait for it: so the platform's parser does it, and the other one says what is wrong. */
function parse(text: string): unknown {
  try {
    if (jsonDepth(text) <= MOST_LEVELS && text.length <= MOST_LENGTH) {
      return JSON.parse(text);
    }
  } catch {
    // Not JSON.
  }
  try {
    parseJson(text, { maxDepth: MOST_LEVELS, maxBytes: MOST_LENGTH });
  } catch (thrown) {
    if (thrown instanceof JsonSyntaxError || thrown instanceof JsonLimitError) {
      throw invalid(undefined, `The body is not JSON: ${thrown.message}`, "invalid_json");
    }
    throw thrown;
  }
  throw invalid(undefined, "The body is not JSON.", "invalid_json");
}
