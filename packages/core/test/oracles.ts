/** Independent judges of whether a JSON text is valid against a schema. */
import {
  validate as hyperjump,
  registerSchema,
  unregisterSchema,
} from "@hyperjump/json-schema/draft-2020-12";
import { Ajv2020 } from "ajv/dist/2020.js";

/** "disputed": the judges disagree. */
export type Verdict = "valid" | "invalid" | "disputed";
export type Judge = (text: string) => Verdict;

/** Numbers that doubles do not hold exactly, or that `multipleOf` in doubles goes wrong with. */
const HARD_NUMBER = /\d[eE]|\d{15}|\.\d{7}/;

let schemaNumber = 0;

/**
 * A judge of JSON texts against a schema of 2020-12: Ajv and @hyperjump/json-schema. Ajv is known to differ on
 * `unevaluatedItems` beside `contains`, and both compute with doubles, each in its own way.
 */
export async function judge(schema: object | boolean): Promise<Judge> {
  const ajv = new Ajv2020({ strict: false, allErrors: false }).compile(schema);
  const uri = `https://judge.invalid/${schemaNumber++}`;
  registerSchema(schema as never, uri, "https://json-schema.org/draft/2020-12/schema");
  const second = await hyperjump(uri);
  unregisterSchema(uri);
  return (text) => {
    const value = JSON.parse(text) as unknown;
    if (HARD_NUMBER.test(text)) return "disputed";
    const byHyperjump = second(value as never).valid;
    let byAjv: boolean;
    try {
      byAjv = ajv(value) === true;
    } catch (error) {
      // Its generated code is wrong for some schemas with prefixItems: [false] or unevaluatedProperties.
      if (!(error instanceof ReferenceError || error instanceof TypeError)) throw error;
      return byHyperjump ? "valid" : "invalid";
    }
    if (byAjv !== byHyperjump) return "disputed";
    return byAjv ? "valid" : "invalid";
  };
}
