/** What each kind of upstream is told to enforce: constraints in its own words. */
import type { Constraint } from "../engine/constraint.js";
import type { UpstreamKind } from "./options.js";

/** Fields of a request's body. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The ways to tell an upstream a constraint, the strictest first, without any at the end: the next is taken where one is
 * refused. That it is kept is checked here in any case.
 */
export function enforcements(
  constraint: Constraint | undefined,
  kind: UpstreamKind,
  isChat: boolean,
): readonly Fields[] {
  const forms = constraint === undefined ? [] : formsOf(constraint, kind, isChat);
  return [...forms, {}];
}

function formsOf(constraint: Constraint, kind: UpstreamKind, isChat: boolean): readonly Fields[] {
  switch (constraint.kind) {
    case "schema":
      return schemaForms(JSON.parse(constraint.schema), kind, isChat);
    case "json-object":
      return kind === "llamacpp" && !isChat
        ? [{ json_schema: { type: "object" } }]
        : [{ response_format: { type: "json_object" } }];
    case "regex":
      return regexForms(constraint.pattern, kind);
    case "choice":
      return choiceForms(constraint.choices, kind);
    case "grammar":
      return grammarForms(constraint, kind);
    case "tools": {
      const schema = callSchema(constraint);
      return schema === undefined ? [] : schemaForms(schema, kind, isChat);
    }
  }
}

function schemaForms(schema: unknown, kind: UpstreamKind, isChat: boolean): readonly Fields[] {
  if (kind === "llamacpp" && !isChat) {
    return [{ json_schema: schema }];
  }
  const format = (strict: boolean): Fields => ({
    response_format: { type: "json_schema", json_schema: { name: "output", strict, schema } },
  });
  if (kind !== "openai") {
    return [format(true)];
  }
  const isObject = (schema as { readonly type?: unknown } | null)?.type === "object";
  return [format(true), format(false), ...(isObject ? [{ response_format: { type: "json_object" } }] : [])];
}

function regexForms(regex: string, kind: UpstreamKind): readonly Fields[] {
  switch (kind) {
    case "vllm":
      return structuredOutputs({ regex }, { guided_regex: regex });
    case "sglang":
      return [{ regex }];
    default:
      return [];
  }
}

function choiceForms(choice: readonly string[], kind: UpstreamKind): readonly Fields[] {
  switch (kind) {
    case "vllm":
      return structuredOutputs({ choice }, { guided_choice: choice });
    case "sglang":
      return [{ regex: choice.map(escapeRegex).join("|") }];
    case "llamacpp":
      return [{ grammar: `root ::= ${choice.map(gbnfLiteral).join(" | ")}` }];
    default:
      return [];
  }
}

function grammarForms(
  { syntax, source }: Extract<Constraint, { readonly kind: "grammar" }>,
  kind: UpstreamKind,
): readonly Fields[] {
  if (kind === "vllm") {
    return syntax === "structural-tag"
      ? [{ structured_outputs: { structural_tag: source } }]
      : structuredOutputs({ grammar: source }, { guided_grammar: source });
  }
  if (syntax !== "gbnf" || kind === "openai") {
    return [];
  }
  return [kind === "sglang" ? { ebnf: source } : { grammar: source }];
}

/** vLLM passes over fields that it does not know: older versions read the second ones, newer ones the first. */
function structuredOutputs(now: Fields, before: Fields): readonly Fields[] {
  return [{ structured_outputs: now, ...before }, { structured_outputs: now }];
}

/** A schema that says the same as a demand for exactly one call, in the plain format; undefined where there is none. */
function callSchema({
  tools,
  format,
  choice,
  parallel,
}: Extract<Constraint, { readonly kind: "tools" }>): object | undefined {
  if (format !== "plain" || parallel || choice === "auto" || choice === "none") {
    return undefined;
  }
  const called = typeof choice === "object" ? tools.filter(({ name }) => name === choice.name) : tools;
  const calls = called.map(({ name, parameters }) => ({
    type: "object",
    properties: { name: { const: name }, arguments: argumentsSchema(parameters) },
    required: ["name", "arguments"],
    additionalProperties: false,
  }));
  // References would lead to other places than they did.
  return JSON.stringify(calls).includes('"$ref"')
    ? undefined
    : calls.length === 1
      ? calls[0]
      : { anyOf: calls };
}

function argumentsSchema(parameters: unknown): unknown {
  if (parameters === undefined) {
    return { type: "object", additionalProperties: false };
  }
  return typeof parameters === "string" ? JSON.parse(parameters) : parameters;
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function gbnfLiteral(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `"${escaped.replaceAll("\t", "\\t")}"`;
}
