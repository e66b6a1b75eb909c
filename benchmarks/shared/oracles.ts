import { randomUUID } from "node:crypto";
import {
  registerSchema,
  type SchemaObject,
  unregisterSchema,
  validate,
} from "@hyperjump/json-schema/draft-2020-12";
import { Ajv2020 } from "ajv/dist/2020.js";
import { isOracleFailure, orUndefined } from "./oracle-failure.js";

/**
 * What the two validators say of an instance; undefined where one fails. They are independent of this project and of each
 * other.
 */
export interface Verdict {
  readonly ajv: boolean | undefined;
  readonly hyperjump: boolean | undefined;
  /** The first thing that is wrong, where one of them says so. */
  readonly reason: string | undefined;
}

export type Judge = (text: string) => Verdict;

/** A judge of JSON texts against one schema of draft 2020-12. */
export async function makeJudge(schema: object): Promise<Judge> {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
  const validateAjv = orUndefined(() => ajv.compile(schema));
  const validateHyperjump = await compileHyperjump(schema);
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return { ajv: false, hyperjump: false, reason: `not JSON: ${(error as Error).message}` };
    }
    const byAjv = validateAjv && orUndefined(() => validateAjv(value) === true);
    const byHyperjump = validateHyperjump && orUndefined(() => validateHyperjump(value));
    const first = byAjv === false ? validateAjv?.errors?.[0] : undefined;
    const reason = first ? `${first.instancePath || "the root"} ${first.message}` : "hyperjump says invalid";
    const verdict = { ajv: byAjv, hyperjump: byHyperjump };
    if (byAjv === undefined && byHyperjump === undefined)
      return { ...verdict, reason: "no validator can tell" };
    return { ...verdict, reason: isValid({ ...verdict, reason }) ? undefined : reason };
  };
}

async function compileHyperjump(schema: object): Promise<((value: unknown) => boolean) | undefined> {
  const uri = `urn:uuid:${randomUUID()}`;
  registerSchema(schema as SchemaObject, uri, "https://json-schema.org/draft/2020-12/schema");
  try {
    const check = await validate(uri);
    return (value) => check(value as Parameters<typeof check>[0]).valid;
  } catch (error) {
    if (!isOracleFailure(error)) throw error;
    return undefined;
  } finally {
    unregisterSchema(uri);
  }
}

/** Valid is what all call valid that can tell, and one can. */
export function isValid({ ajv, hyperjump }: Verdict): boolean {
  return (ajv ?? hyperjump ?? false) && (hyperjump ?? true);
}

/** The content of the first code fence, where there is one: what a lenient program would read. */
export function stripFence(text: string): string {
  const match = /```[a-zA-Z]*\s*\n([\s\S]*?)(?:```|$)/.exec(text);
  return (match?.[1] ?? text).trim();
}
