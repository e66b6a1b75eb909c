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
  let overflows = 0;
  return (text) => {
    const value = JSON.parse(text) as unknown;
    // Each takes milliseconds.
    if (overflows > 3) return "disputed";
    if (HARD_NUMBER.test(text)) return "disputed";
    let byHyperjump: boolean | undefined;
    let byAjv: boolean;
    try {
      byHyperjump = second(value as never).valid;
      byAjv = ajv(value) === true;
    } catch (error) {
      // A schema that applies itself to the same value without end: both overflow the stack, where they come to it.
      if (error instanceof RangeError) {
        overflows++;
        return "disputed";
      }
      // Its generated code is wrong for some schemas with prefixItems: [false] or unevaluatedProperties.
      const isKnown = error instanceof ReferenceError || error instanceof TypeError;
      if (byHyperjump === undefined || !isKnown) throw error;
      return byHyperjump ? "valid" : "invalid";
    }
    if (byAjv !== byHyperjump) return "disputed";
    return byAjv ? "valid" : "invalid";
  };
}
