import {
  compileChoice,
  compileJson,
  compileJsonObject,
  compileJsonSchema,
  compileRegex,
  type Grammar,
  generationOptions,
  type JsonSchemaOptions,
} from "@grammask/core";
import { InvalidOptionError } from "./errors.js";

/** The form of an output: exactly one of `schema`, `json`, `regex`, `choice` and `grammar`. */
export interface Form {
  /** A JSON Schema: an object, `true`, or its JSON text. */
  readonly schema?: object | boolean | string;
  /** Any JSON value (`true`), or any JSON object (`"object"`). */
  readonly json?: true | "object";
  /** A regular expression of ECMA-262 that the whole output matches, as source text. */
  readonly regex?: string;
  /** The texts of which the output is one. */
  readonly choice?: readonly string[];
  /** A grammar compiled with `@grammask/core`. */
  readonly grammar?: Grammar;
  /**
   * How `schema` or `json` is compiled, and only with these: order of properties, whitespace, limits; by default as
   * `generationOptions` of `@grammask/core` says: whitespace "auto", minimal escapes, plain numbers, no extra properties.
   */
  readonly schemaOptions?: JsonSchemaOptions;
}

const KINDS = ["schema", "json", "regex", "choice", "grammar"] as const;

/**
 * Compiles the form.
 *
 * @throws InvalidOptionError where there is not exactly one, or its value is of the wrong type
 * @throws SchemaError of `@grammask/core` where the schema cannot be compiled; PatternError, GrammarError or
 *   LanguageLimitError where a regular expression or a choice cannot be
 */
export function compileForm(form: Form): Grammar {
  const given = KINDS.filter((kind) => form[kind] !== undefined);
  if (given.length !== 1) {
    const found = given.length === 0 ? "none is given" : `${given.join(" and ")} are given`;
    throw new InvalidOptionError(
      given[1] ?? "schema",
      `exactly one of ${KINDS.join(", ")} is needed; ${found}`,
    );
  }
  const { schema, json, regex, choice, grammar, schemaOptions } = form;
  if (schemaOptions !== undefined && schema === undefined && json === undefined) {
    throw new InvalidOptionError(
      "schemaOptions",
      `they say how JSON is written, and nothing about a ${given[0]}`,
    );
  }
  const options = generationOptions(schemaOptions);
  if (schema !== undefined) {
    if (schema === null || !["object", "boolean", "string"].includes(typeof schema)) {
      throw new InvalidOptionError("schema", "a JSON Schema is expected: an object, a boolean or JSON text");
    }
    return compileJsonSchema(schema, options);
  }
  if (json !== undefined) {
    if (json !== true && json !== "object") {
      throw new InvalidOptionError("json", `${JSON.stringify(json)} is not true or "object"`);
    }
    return json === true ? compileJson(options) : compileJsonObject(options);
  }
  if (regex !== undefined) {
    if (typeof regex !== "string") {
      throw new InvalidOptionError("regex", "the source of a regular expression is expected, a string");
    }
    return compileRegex(regex);
  }
  if (choice !== undefined) {
    if (!Array.isArray(choice) || choice.some((each) => typeof each !== "string")) {
      throw new InvalidOptionError("choice", "a list of texts is expected");
    }
    return compileChoice(choice);
  }
  if (!isGrammar(grammar)) {
    throw new InvalidOptionError("grammar", "a grammar compiled with @grammask/core is expected");
  }
  return grammar;
}

function isGrammar(value: unknown): value is Grammar {
  return typeof value === "object" && value !== null && "automaton" in value;
}
