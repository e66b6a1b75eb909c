import {
  compileChoice,
  compileJson,
  compileJsonObject,
  compileJsonSchema,
  compileRegex,
  type Grammar,
  generationOptions,
  type JsonSchemaOptions,
  LastUsed,
} from "@grammask/core";
import type { GenerateRequest } from "./request.js";

/** Grammars kept; each keeps its automaton's tables and the masks found so far. */
const CAPACITY = 32;

/** What a request says about the form of its output. */
type Constraint = Pick<GenerateRequest, "schema" | "json" | "regex" | "choice" | "grammar" | "schemaOptions">;

/** Compiles what a request asks for, and keeps the grammars that were used last, by the text of their schema. */
export class GrammarCache {
  readonly #grammars = new LastUsed<Grammar>(CAPACITY);

  /**
   * The grammar of a request, undefined for free text.
   *
   * @throws SchemaError of `@grammask/core` where the schema cannot be compiled; PatternError, GrammarError or
   *   LanguageLimitError where a regular expression or a choice cannot be
   */
  get({ schema, json, regex, choice, grammar, schemaOptions }: Constraint): Grammar | undefined {
    if (grammar !== undefined) {
      return grammar;
    }
    if (regex !== undefined) {
      return this.#grammars.get(`regex ${regex}`, () => compileRegex(regex));
    }
    if (choice !== undefined) {
      return this.#grammars.get(`choice ${JSON.stringify(choice)}`, () => compileChoice(choice));
    }
    const options = generationOptions(schemaOptions);
    const optionsText = textOf(options) ?? "";
    if (json === true) {
      return this.#grammars.get(`any ${optionsText}`, () => compileJson(options));
    }
    if (json === "object") {
      return this.#grammars.get(`object ${optionsText}`, () => compileJsonObject(options));
    }
    return schema === undefined ? undefined : this.#schema(schema, options, optionsText);
  }

  #schema(schema: object | boolean | string, options: JsonSchemaOptions, optionsText: string): Grammar {
    const text = typeof schema === "string" ? schema : textOf(schema);
    // Without a JSON text it is no schema; core says why.
    return text === undefined
      ? compileJsonSchema(schema, options)
      : this.#grammars.get(`schema ${optionsText} ${text}`, () => compileJsonSchema(text, options));
  }
}

function textOf(value: object | boolean): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
