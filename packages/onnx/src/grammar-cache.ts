import { compileJson, compileJsonObject, compileJsonSchema, type Grammar } from "./constraint.js";
import { InvalidRequestError, reasonOf } from "./errors.js";
import type { GenerateRequest } from "./request.js";

/** Grammars kept; each keeps its automaton's tables and the masks found so far. */
const CAPACITY = 32;

/** Compiles what a request asks for, and keeps the grammars that were used last, by the text of their schema. */
export class GrammarCache {
  /** In the order of use, the latest last. */
  readonly #grammars = new Map<string, Grammar>();

  /**
   * The grammar of a request, undefined for free text.
   *
   * @throws SchemaError of `@grammask/core` where the schema cannot be compiled
   * @throws InvalidRequestError where the schema is not JSON
   */
  get({ schema, json, grammar }: Pick<GenerateRequest, "schema" | "json" | "grammar">): Grammar | undefined {
    if (grammar !== undefined) {
      return grammar;
    }
    if (json === true) {
      return this.#cached("json", compileJson);
    }
    if (json === "object") {
      return this.#cached("json object", compileJsonObject);
    }
    if (schema === undefined) {
      return undefined;
    }
    const text = typeof schema === "string" ? schema : schemaText(schema);
    return this.#cached(`schema ${text}`, () => compileJsonSchema(text));
  }

  #cached(key: string, compile: () => Grammar): Grammar {
    const grammar = this.#grammars.get(key) ?? compile();
    this.#grammars.delete(key);
    this.#grammars.set(key, grammar);
    if (this.#grammars.size > CAPACITY) {
      this.#grammars.delete(this.#grammars.keys().next().value!);
    }
    return grammar;
  }
}

function schemaText(schema: object | boolean): string {
  try {
    return JSON.stringify(schema);
  } catch (thrown) {
    throw new InvalidRequestError("schema", `it has no JSON text: ${reasonOf(thrown)}`, { cause: thrown });
  }
}
