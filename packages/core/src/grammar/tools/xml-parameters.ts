/** Arguments of calls as XML: strings as they are, other values as JSON. */
import { GrammarError } from "../errors.js";
import { textWithout, without } from "../free-text.js";
import type { JsonSchemaOptions } from "../json-schema-options.js";
import { stringsOf } from "../schema-strings.js";
import { choice, type GrammarNode, optional, repeat, sequence, text } from "../tree.js";

/** How a parameter is written. */
export interface XmlStyle {
  /** What stands before a parameter's value. */
  begin(name: string): string;
  readonly end: string;
  /** What may stand between parameters. */
  readonly space: string;
}

/** By the names that XGrammar's structural tags have for them. */
export const XML_STYLES: Readonly<Record<string, XmlStyle>> = {
  qwen_xml: { begin: (name) => `<parameter=${name}>\n`, end: "\n</parameter>", space: "\n" },
  minimax_xml: { begin: (name) => `<parameter name="${name}">`, end: "</parameter>", space: "\n" },
  glm_xml: { begin: (name) => `<arg_key>${name}</arg_key>\n<arg_value>`, end: "</arg_value>", space: "\n" },
};

/** The properties of an object's schema, in their order. */
export interface XmlProperty {
  readonly name: string;
  readonly schema: unknown;
  readonly isRequired: boolean;
  readonly isString: boolean;
}

/** What of a schema can be written as parameters: the keywords of an object with properties. */
const KEYWORDS = new Set([
  "type",
  "properties",
  "required",
  "additionalProperties",
  "$defs",
  "definitions",
  "$schema",
  "$id",
  "title",
  "description",
  "examples",
  "default",
  "$comment",
  "strict",
]);

/**
 * The properties that can be parameters.
 * @throws GrammarError for keywords that say something about the object as a whole, or for other properties
 */
export function xmlProperties(schema: unknown): XmlProperty[] {
  if (typeof schema !== "object" || schema === null)
    throw new GrammarError("Parameters as XML need a schema of an object.");
  const unfit = Object.keys(schema).find((key) => !KEYWORDS.has(key));
  if (unfit !== undefined) {
    throw new GrammarError(
      `Parameters as XML cannot follow the keyword "${unfit}" of the whole object; use a format of JSON.`,
    );
  }
  const {
    type = "object",
    properties = {},
    required = [],
    additionalProperties = false,
  } = schema as Record<string, unknown>;
  if (type !== "object") throw new GrammarError("Parameters as XML need a schema of an object.");
  if (typeof additionalProperties === "object") {
    throw new GrammarError(
      'Parameters as XML cannot follow the keyword "additionalProperties" with a schema; use false.',
    );
  }
  const names = new Set(required as string[]);
  const own = Object.entries(properties as Record<string, unknown>);
  const missing = [...names].find((name) => !own.some(([key]) => key === name));
  if (missing !== undefined) throw new GrammarError(`The required parameter "${missing}" has no schema.`);
  return own.map(([name, property]) => {
    if (!/^[^<>"&\s]+$/.test(name))
      throw new GrammarError(`The parameter's name ${JSON.stringify(name)} cannot be written as XML.`);
    const isString = typeIs(property, "string");
    return {
      name,
      schema: inDocument(property, schema as Record<string, unknown>),
      isRequired: names.has(name),
      isString,
    };
  });
}

/** A property's schema with the definitions that its references lead to. */
function inDocument(property: unknown, { $defs, definitions, $schema }: Record<string, unknown>): unknown {
  if (typeof property !== "object" || property === null) return property;
  const shared = {
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
  return { ...($schema === undefined ? {} : { $schema }), ...shared, ...property };
}

function typeIs(schema: unknown, type: string): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  const { type: own, enum: values, const: value } = schema as Record<string, unknown>;
  if (own !== undefined) return own === type;
  if (Array.isArray(values)) return values.every((each) => typeof each === type);
  return typeof value === type;
}

/** All parameters of an object's schema, in the schema's order. */
export function xmlParameters(schema: unknown, style: XmlStyle, options: JsonSchemaOptions): GrammarNode {
  const space = repeat(text(style.space), 0, 1);
  return sequence(
    ...xmlProperties(schema).map((property) => {
      const value = property.isString
        ? rawString(property.schema, style.end, options)
        : jsonValue(property.schema, options);
      const node = sequence(text(style.begin(property.name)), value, text(style.end), space);
      return property.isRequired ? node : optional(node);
    }),
  );
}

function jsonValue(schema: unknown, options: JsonSchemaOptions): GrammarNode {
  return { kind: "json", schema, options };
}

/** The texts of a string's schema as they are, without what ends them. */
function rawString(schema: unknown, end: string, options: JsonSchemaOptions): GrammarNode {
  const { enum: values, const: value } = schema as Record<string, unknown>;
  const names = Object.keys(schema as object).filter((key) => !ANNOTATIONS.has(key));
  if (names.length === 0) return textWithout([end]);
  const fits = (each: unknown): each is string => typeof each === "string" && !each.includes(end);
  if (names.length === 1 && Array.isArray(values) && values.every(fits)) return choice(...values.map(text));
  if (names.length === 1 && fits(value)) return text(value);
  return {
    kind: "regular",
    build: (arena) => arena.intersection([stringsOf(schema, options, arena), without([end], arena)]),
  };
}

const ANNOTATIONS = new Set([
  "type",
  "title",
  "description",
  "default",
  "examples",
  "$comment",
  "$defs",
  "definitions",
  "$schema",
]);
