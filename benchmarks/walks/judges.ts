import { randomUUID } from "node:crypto";
import * as draft4 from "@hyperjump/json-schema/draft-04";
import * as draft6 from "@hyperjump/json-schema/draft-06";
import * as draft7 from "@hyperjump/json-schema/draft-07";
import * as draft2019 from "@hyperjump/json-schema/draft-2019-09";
import * as draft2020 from "@hyperjump/json-schema/draft-2020-12";
import { Ajv, type Options, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import ajvDraft4 from "ajv-draft-04";
import ajvFormats from "ajv-formats";
import { orUndefined } from "../shared/oracle-failure.js";

/** The dialects by the URIs that `$schema` has, without scheme and fragment. */
const DIALECTS = {
  "json-schema.org/draft-04/schema": "draft-04",
  "json-schema.org/draft-06/schema": "draft-06",
  "json-schema.org/draft-07/schema": "draft-07",
  "json-schema.org/draft/2019-09/schema": "2019-09",
  "json-schema.org/draft/2020-12/schema": "2020-12",
} as const;

export type DialectName = (typeof DIALECTS)[keyof typeof DIALECTS];

/** The dialect of a schema as the specifications have it; undefined for one that they do not name. */
export function dialectOf(schema: unknown): DialectName | undefined {
  const uri = (schema as { $schema?: unknown } | null)?.$schema;
  if (uri === undefined) return "2020-12";
  const name = typeof uri === "string" ? uri.replace(/^https?:\/\//, "").replace(/#$/, "") : "";
  return (DIALECTS as Readonly<Record<string, DialectName>>)[name];
}

/**
 * `valid` and `invalid`: what all judges that can tell say. `disputed`: they do not agree. `undecided`: none can tell.
 */
export type Verdict = "valid" | "invalid" | "disputed" | "undecided";

export interface Judgement {
  readonly verdict: Verdict;
  /** What a judge says against the text. */
  readonly reason?: string;
}

export type Judge = (text: string) => Judgement;

/** What one validator says; undefined where it cannot tell. */
type Validate = (value: unknown) => { readonly valid: boolean; readonly reason?: string } | undefined;

/** A number of a JSON text, once its strings are taken out. */
const NUMBER = /-?(\d+)(?:\.(\d+))?(?:[eE][+-]?\d+)?/g;
const STRING = /"(?:[^"\\]|\\.)*"/g;

/**
 * Whether a text has numbers that validators which compute with doubles cannot be trusted with: decimals of up to 15
 * digits have doubles of their own, and far from 0 it is no longer safe to divide them.
 */
function hasHardNumber(text: string, divides: boolean): boolean {
  for (const [number, whole = "", fraction = ""] of text.replace(STRING, '""').matchAll(NUMBER)) {
    const digits = (whole + fraction).replace(/^0+|0+$/g, "").length;
    const size = Math.abs(Number(number));
    if (digits > 15 || (digits > 0 && size < 1e-300) || size > (divides ? 1e15 : 1e300)) return true;
  }
  return false;
}

/**
 * A judge of JSON texts: Ajv with its formats, and @hyperjump/json-schema, which takes formats as annotations. They are
 * independent of this project and of each other. A schema that one of them cannot take is left to the other.
 */
export async function makeJudge(schema: unknown, dialect: DialectName): Promise<Judge> {
  const validators = [makeAjv(schema, dialect), await makeHyperjump(schema, dialect)].filter(
    (validate) => validate !== undefined,
  );
  const divides = JSON.stringify(schema).includes('"multipleOf"');
  return (text) => {
    const value: unknown = JSON.parse(text);
    if (hasHardNumber(text, divides)) return { verdict: "undecided" };
    const opinions = validators.map((validate) => validate(value)).filter((opinion) => opinion !== undefined);
    if (opinions.length === 0) return { verdict: "undecided" };
    const against = opinions.filter(({ valid }) => !valid);
    if (against.length === 0) return { verdict: "valid" };
    const reason = against.map((opinion) => opinion.reason).join("; ");
    return { verdict: against.length === opinions.length ? "invalid" : "disputed", reason };
  };
}

const modules = {
  "draft-04": [draft4, "http://json-schema.org/draft-04/schema"],
  "draft-06": [draft6, "http://json-schema.org/draft-06/schema"],
  "draft-07": [draft7, "http://json-schema.org/draft-07/schema"],
  "2019-09": [draft2019, "https://json-schema.org/draft/2019-09/schema"],
  "2020-12": [draft2020, "https://json-schema.org/draft/2020-12/schema"],
} as const;

async function makeHyperjump(schema: unknown, dialect: DialectName): Promise<Validate | undefined> {
  const [{ registerSchema, unregisterSchema, validate }, dialectId] = modules[dialect];
  const uri = `https://judge.invalid/${randomUUID()}`;
  try {
    registerSchema(withoutIdentity(schema) as never, uri, dialectId);
    const check = await validate(uri);
    return (value) =>
      orUndefined(() => ({ valid: check(value as never).valid, reason: "hyperjump says invalid" }));
  } catch {
    return undefined;
  } finally {
    unregisterSchema(uri);
  }
}

/** A schema's own name would be in the way of the one that it is registered under, and of an older schema of that name. */
function withoutIdentity(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  const { $id: _, id: __, ...rest } = schema as Record<string, unknown>;
  return rest;
}

const options: Options = { strict: false, logger: false, allErrors: false, validateSchema: false };
const ajvClasses = {
  "draft-04": ajvDraft4.default,
  "draft-06": Ajv,
  "draft-07": Ajv,
  "2019-09": Ajv2019,
  "2020-12": Ajv2020,
};

function makeAjv(schema: unknown, dialect: DialectName): Validate | undefined {
  let check: ValidateFunction;
  try {
    const ajv = new ajvClasses[dialect](options);
    ajvFormats.default(ajv);
    const isOld = dialect === "draft-04" || dialect === "draft-06" || dialect === "draft-07";
    const { $schema: _, ...rest } = (isOld ? withoutRefSiblings(schema) : schema) as Record<string, unknown>;
    check = ajv.compile(typeof schema === "boolean" ? schema : rest);
  } catch {
    return undefined;
  }
  return (value) =>
    orUndefined(() => {
      const valid = check(value) === true;
      const error = check.errors?.[0];
      return { valid, reason: error && `${error.instancePath || "the root"} ${error.message} (Ajv)` };
    });
}

/** Up to draft-07 what stands beside `$ref` says nothing; Ajv reads it nevertheless. */
function withoutRefSiblings(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutRefSiblings);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.entries(schema).map(([key, value]) => [key, withoutRefSiblings(value)] as const);
  const isReference = typeof (schema as { $ref?: unknown }).$ref === "string";
  const kept = isReference ? members.filter(([key]) => REFERENCE_KEYS.has(key)) : members;
  return Object.fromEntries(kept);
}

/** A reference, and what other references may lead into. */
const REFERENCE_KEYS = new Set(["$ref", "definitions", "$defs"]);
