/** Independent judges of whether a JSON text is valid against a schema. */
import {
  validate as hyperjump,
  registerSchema,
  unregisterSchema,
} from "@hyperjump/json-schema/draft-2020-12";
import { Ajv2020 } from "ajv/dist/2020.js";
import { isOracleFailure, orUndefined } from "../../../benchmarks/shared/oracle-failure.js";

/** "undecided": the judges disagree, or cannot tell. */
export type Verdict = "valid" | "invalid" | "undecided";
export type Judge = (text: string) => Verdict;

/** Numbers that doubles do not hold exactly, or that `multipleOf` in doubles goes wrong with. */
const HARD_NUMBER = /\d[eE]|\d{15}|\.\d{7}/;

/** What one validator says; undefined where it cannot tell. */
type Validate = (value: unknown) => boolean | undefined;

/**
 * A judge of JSON texts against a schema of 2020-12: Ajv and @hyperjump/json-schema. Ajv is known to differ on
 * `unevaluatedItems` beside `contains`, and both compute with doubles, each in its own way. Where Ajv alone cannot tell,
 * the other decides.
 */
export async function judge(schema: object | boolean): Promise<Judge> {
  const ajv = makeAjv(schema);
  const second = await makeHyperjump(schema);
  return (text) => {
    const value = JSON.parse(text) as unknown;
    if (HARD_NUMBER.test(text)) return "undecided";
    const byHyperjump = second(value);
    if (byHyperjump === undefined || (ajv(value) ?? byHyperjump) !== byHyperjump) return "undecided";
    return byHyperjump ? "valid" : "invalid";
  };
}

function makeAjv(schema: object | boolean): Validate {
  const check = orUndefined(() => new Ajv2020({ strict: false, allErrors: false }).compile(schema));
  return check === undefined ? () => undefined : patiently((value) => check(value) === true);
}

let schemaNumber = 0;

async function makeHyperjump(schema: object | boolean): Promise<Validate> {
  const uri = `https://judge.invalid/${schemaNumber++}`;
  registerSchema(schema as never, uri, "https://json-schema.org/draft/2020-12/schema");
  try {
    const check = await hyperjump(uri);
    return patiently((value) => check(value as never).valid);
  } catch (error) {
    if (!isOracleFailure(error)) throw error;
    return () => undefined;
  } finally {
    unregisterSchema(uri);
  }
}

/** Asks a validator until it has failed a few times: each failure takes milliseconds. */
function patiently(check: (value: unknown) => boolean): Validate {
  let failures = 0;
  return (value) => {
    if (failures > 3) return undefined;
    const verdict = orUndefined(() => check(value));
    if (verdict === undefined) failures++;
    return verdict;
  };
}
