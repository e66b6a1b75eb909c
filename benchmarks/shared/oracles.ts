import { randomUUID } from "node:crypto";
import {
  registerSchema,
  type SchemaObject,
  unregisterSchema,
  validate,
} from "@hyperjump/json-schema/draft-2020-12";
import { Ajv2020 } from "ajv/dist/2020.js";

/** What the two validators say of an instance. They are independent of this project and of each other. */
export interface Verdict {
  readonly ajv: boolean;
  readonly hyperjump: boolean;
  /** The first thing that is wrong, where one of them says so. */
  readonly reason: string | undefined;
}

export type Judge = (text: string) => Verdict;

/** A judge of JSON texts against one schema of draft 2020-12. Valid is what both call valid. */
export async function makeJudge(schema: object): Promise<Judge> {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
  const validateAjv = ajv.compile(schema);
  const uri = `urn:uuid:${randomUUID()}`;
  registerSchema(schema as SchemaObject, uri, "https://json-schema.org/draft/2020-12/schema");
  const validateHyperjump = await validate(uri);
  unregisterSchema(uri);
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return { ajv: false, hyperjump: false, reason: `not JSON: ${(error as Error).message}` };
    }
    const byAjv = validateAjv(value);
    const byHyperjump = validateHyperjump(value as Parameters<typeof validateHyperjump>[0]).valid;
    const first = validateAjv.errors?.[0];
    const reason = first ? `${first.instancePath || "the root"} ${first.message}` : "hyperjump says invalid";
    return { ajv: byAjv, hyperjump: byHyperjump, reason: byAjv && byHyperjump ? undefined : reason };
  };
}

export function isValid({ ajv, hyperjump }: Verdict): boolean {
  return ajv && hyperjump;
}

/** The content of the first code fence, where there is one: what a lenient program would read. */
export function stripFence(text: string): string {
  const match = /```[a-zA-Z]*\s*\n([\s\S]*?)(?:```|$)/.exec(text);
  return (match?.[1] ?? text).trim();
}
