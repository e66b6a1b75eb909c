import type { Context } from "hono";
import type { ZodType, z } from "zod";
import { ApiError, ClientGoneError } from "../errors.js";
import type { JsonBody } from "./body-reader.js";
import type { AppEnv } from "./env.js";
import { validate } from "./validation.js";

/** A request's body, checked, and as it was written. */
export interface Body<T> extends Pick<JsonBody, "textAt"> {
  /** Schemas in it may lack their long parts, unless it was asked for whole: `textAt` has all of them. */
  readonly value: T;
}

/**
 * Reads a request's body.
 *
 * @param options.isWhole whether the value is to have all of the schemas in it
 * @throws ApiError with status 400 where it is not JSON in UTF-8, or not what the schema says
 */
export async function readBody<Schema extends ZodType>(
  c: Context<AppEnv>,
  schema: Schema,
  { isWhole = false }: { readonly isWhole?: boolean } = {},
): Promise<Body<z.output<Schema>>> {
  const { value, textAt } = await c.get("bodies").read(await bytesOf(c), isWhole);
  return { value: validate(schema, value), textAt };
}

/** @throws ClientGoneError where the client goes away, or is too slow, before all of it is there */
async function bytesOf(c: Context): Promise<ArrayBuffer> {
  try {
    return await c.req.arrayBuffer();
  } catch (thrown) {
    if (thrown instanceof ApiError) {
      throw thrown;
    }
    throw new ClientGoneError("The client went away while it sent its request.", { cause: thrown });
  }
}
