import { canonicalNumber, type JsonNode, type JsonNumber } from "../json/index.js";
import type { Language } from "../language/index.js";
import { type Formula, type FormulaStore, UNBOUNDED } from "./formula.js";
import type { Position, SchemaNode } from "./position.js";
import type { SchemaSet } from "./schema-set.js";

/** Keywords by their names: those that count of a schema, or some of them. */
export interface Found {
  get(name: string): JsonNode | undefined;
  has(name: string): boolean;
}

/** What compiling a keyword needs. */
export interface KeywordContext {
  readonly store: FormulaStore;
  readonly schemas: SchemaSet;
  /** "The value matches this schema." */
  reference(node: SchemaNode): Formula;
  /** The same, of a sub-schema that the schema `parent` applies in place. */
  applied(parent: SchemaNode, node: SchemaNode): Formula;
  /** The strings that a formula allows. */
  strings(formula: Formula): Language;
  /** The strings that a regular expression of ECMA-262 matches. @throws InvalidSchemaError, UnsupportedSchemaError */
  pattern(source: string, position: Position, keyword: string): Language;
}

/** A count as a number; beyond 2^31 - 2 none can be reached, so it is that. */
export function count(value: JsonNode): number {
  const { text } = value as JsonNumber;
  const number = SHORT_COUNT.test(text) ? Number(text) : Number(canonicalNumber(text));
  return Math.min(number, UNBOUNDED - 1);
}

const SHORT_COUNT = /^[0-9]{1,15}$/;
