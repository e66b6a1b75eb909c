/** What an output must match, as requests say it: OpenAI's `response_format`, and the fields of other servers. */
import { z } from "zod";
import { invalid } from "../errors.js";
import type { GivenConstraint } from "../generation/given-constraint.js";
import type { Body } from "../http/body.js";
import { optional } from "./fields.js";

/** A JSON Schema; it is compiled by the engine, which says what is wrong with it. */
export const jsonSchema = z.union([z.record(z.string(), z.unknown()), z.boolean()], {
  error: "a JSON Schema is expected: an object, true or false",
});

export const responseFormat = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("structural_tag") }).describe("As XGrammar and vLLM have it"),
  z.strictObject({ type: z.literal("text") }),
  z.strictObject({ type: z.literal("json_object") }),
  z.strictObject({
    type: z.literal("json_schema"),
    json_schema: z.strictObject({
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "letters, digits, _ and - are expected, at most 64"),
      description: optional(z.string()),
      strict: optional(z.boolean()).describe("The schema is enforced in either case"),
      schema: optional(jsonSchema),
    }),
  }),
]);

const structuredOutputs = z.strictObject({
  json: optional(z.union([jsonSchema, z.string()])),
  regex: optional(z.string()),
  choice: optional(z.array(z.string()).min(1)),
  json_object: optional(z.boolean()),
  grammar: optional(z.string()).describe("GBNF, or Lark as llguidance has it where it has no ::="),
  structural_tag: optional(z.union([z.string(), z.record(z.string(), z.unknown())])),
  whitespace_pattern: optional(z.string()),
});

/** Fields of vLLM (`structured_outputs`, `guided_*`) and llama.cpp's server (`json_schema`). */
export const constraintExtras = {
  structured_outputs: optional(structuredOutputs),
  guided_json: optional(z.union([jsonSchema, z.string()])),
  guided_regex: optional(z.string()),
  guided_choice: optional(z.array(z.string()).min(1)),
  guided_whitespace_pattern: optional(z.string()),
  guided_grammar: optional(z.string()).describe("As structured_outputs.grammar"),
  json_schema: optional(jsonSchema),
  grammar: optional(z.string()).describe("GBNF"),
};

const extrasObject = z.object(constraintExtras);
type Extras = z.output<typeof extrasObject>;

/** The constraint of a `response_format`, whose place in the body is `path`. */
export function formatConstraint(
  format: z.output<typeof responseFormat> | undefined,
  body: Body<unknown>,
  path: readonly string[],
): GivenConstraint | undefined {
  if (format === undefined || format.type === "text") {
    return undefined;
  }
  if (format.type === "json_object") {
    return { constraint: { kind: "json-object" }, param: path.join(".") };
  }
  if (format.type === "structural_tag") {
    return tagConstraint(body.textAt(path)!, path.join("."));
  }
  return schemaConstraint(body, [...path, "json_schema", "schema"]);
}

/** The constraint of a schema in the body; any JSON where there is none. */
export function schemaConstraint(
  body: Body<unknown>,
  path: readonly (string | number)[],
  whitespacePattern?: string,
): GivenConstraint {
  const text = body.textAt(path) ?? "true";
  return {
    constraint: { kind: "schema", schema: text === "null" ? "true" : text, whitespacePattern },
    param: path.join("."),
  };
}

/**
 * The constraint of the fields of other servers.
 *
 * @throws ApiError where two are given
 */
export function extraConstraint(extras: Extras, body: Body<unknown>): GivenConstraint | undefined {
  const { structured_outputs: structured } = extras;
  const given = [
    jsonExtra(structured?.json, body, ["structured_outputs", "json"], structured?.whitespace_pattern),
    structured?.json_object === true
      ? { constraint: { kind: "json-object" as const }, param: "structured_outputs.json_object" }
      : undefined,
    regexExtra(structured?.regex, "structured_outputs.regex"),
    choiceExtra(structured?.choice, "structured_outputs.choice"),
    jsonExtra(extras.guided_json, body, ["guided_json"], extras.guided_whitespace_pattern),
    regexExtra(extras.guided_regex, "guided_regex"),
    choiceExtra(extras.guided_choice, "guided_choice"),
    jsonExtra(extras.json_schema, body, ["json_schema"]),
    grammarExtra(structured?.grammar, "structured_outputs.grammar"),
    tagExtra(structured?.structural_tag, body),
    grammarExtra(extras.guided_grammar, "guided_grammar"),
    grammarExtra(extras.grammar, "grammar"),
  ];
  const first = onlyOne(given);
  const whitespace = structured?.whitespace_pattern ?? extras.guided_whitespace_pattern;
  if (whitespace !== undefined && first?.constraint.kind !== "schema") {
    throw invalid("whitespace_pattern", "whitespace_pattern: it goes with a JSON Schema only");
  }
  return first;
}

/** @throws ApiError where more than one is given */
export function onlyOne(given: readonly (GivenConstraint | undefined)[]): GivenConstraint | undefined {
  const [first, second] = given.filter((each) => each !== undefined);
  if (second !== undefined) {
    throw invalid(
      second.param,
      `${second.param}: it is given together with ${first!.param}; an output can have one form only`,
      "unsupported_combination",
    );
  }
  return first;
}

function jsonExtra(
  schema: z.output<typeof jsonSchema> | string | undefined,
  body: Body<unknown>,
  path: readonly string[],
  whitespacePattern?: string,
): GivenConstraint | undefined {
  if (schema === undefined) {
    return undefined;
  }
  // vLLM takes the schema as a text too.
  return typeof schema === "string"
    ? { constraint: { kind: "schema", schema, whitespacePattern }, param: path.join(".") }
    : schemaConstraint(body, path, whitespacePattern);
}

function regexExtra(pattern: string | undefined, param: string): GivenConstraint | undefined {
  return pattern === undefined ? undefined : { constraint: { kind: "regex", pattern }, param };
}

function choiceExtra(choices: readonly string[] | undefined, param: string): GivenConstraint | undefined {
  return choices === undefined ? undefined : { constraint: { kind: "choice", choices }, param };
}

function grammarExtra(source: string | undefined, param: string): GivenConstraint | undefined {
  if (source === undefined) {
    return undefined;
  }
  // llama.cpp knows GBNF only.
  const syntax = param === "grammar" || source.includes("::=") ? "gbnf" : "lark";
  return { constraint: { kind: "grammar", syntax, source }, param };
}

function tagExtra(tag: string | object | undefined, body: Body<unknown>): GivenConstraint | undefined {
  const param = "structured_outputs.structural_tag";
  if (tag === undefined) {
    return undefined;
  }
  return tagConstraint(typeof tag === "string" ? tag : body.textAt(param.split("."))!, param);
}

function tagConstraint(source: string, param: string): GivenConstraint {
  return { constraint: { kind: "grammar", syntax: "structural-tag", source }, param };
}
