/** Independent judges of whether a JSON text is valid against a schema. */
import {
  validate as hyperjump,
  registerSchema,
  unregisterSchema,
} from "@hyperjump/json-schema/draft-2020-12";
import { Ajv2020 } from "ajv/dist/2020.js";

export type Judge = (text: string) => boolean;

let schemaNumber = 0;

/** A judge that asks Ajv and @hyperjump/json-schema, and throws where they disagree. Drafts other than 2020-12: not here. */
export async function judge(schema: object | boolean): Promise<Judge> {
  const ajv = new Ajv2020({ strict: false, allErrors: false }).compile(schema);
  const uri = `https://judge.invalid/${schemaNumber++}`;
  registerSchema(schema as never, uri, "https://json-schema.org/draft/2020-12/schema");
  const second = await hyperjump(uri);
  unregisterSchema(uri);
  return (text) => {
    const value = JSON.parse(text) as unknown;
    const byAjv = ajv(value) === true;
    const byHyperjump = second(value as never).valid;
    if (byAjv !== byHyperjump) {
      throw new Error(
        `The judges disagree (Ajv ${byAjv}, hyperjump ${byHyperjump}): ${JSON.stringify(schema)} on ${text}`,
      );
    }
    return byAjv;
  };
}
