import { parseBnf } from "../bnf-parser.js";
import { compileTree, type GrammarOptions } from "../context-free.js";
import { embedded } from "../embedded-tree.js";
import { GrammarError } from "../errors.js";
import type { Grammar } from "../grammar.js";
import type { JsonSchemaOptions } from "../json-schema-options.js";
import type { GrammarNode } from "../tree.js";
import { FormatReader } from "./read.js";

export interface StructuralTagOptions extends GrammarOptions {
  /** How schemas are read and written. */
  readonly json?: JsonSchemaOptions;
}

/**
 * Compiles a structural tag as XGrammar's documentation has it: `{ "type": "structural_tag", "format": ... }`, a format
 * alone, or the older `{ "type": "structural_tag", "structures": [{ begin, schema, end }], "triggers": [...] }`; a value,
 * or its JSON text.
 *
 * Formats: `const_string`, `json_schema` (styles `json`, `qwen_xml`, `minimax_xml`, `glm_xml`), `grammar`, `regex`, `any_text`;
 * `sequence`, `or`, `optional`, `plus`, `star`, `repeat`; `tag`, `triggered_tags`, `tags_with_separator`, `dispatch`; `token`,
 * `exclude_token`, `any_tokens`, `token_triggered_tags`, `token_dispatch`.
 *
 * @throws GrammarError with the path of the format that is malformed or not supported, or where no text matches
 * @throws SchemaError and its kinds for schemas; GrammarLimitError, LanguageLimitError where it is too large
 */
export function compileStructuralTag(tag: unknown, options: StructuralTagOptions = {}): Grammar {
  const rules = new Map<string, GrammarNode>();
  const reader = new FormatReader(options.json ?? {}, (source, path) => {
    const tree = parseBnf(source, { dialect: "xgrammar", start: "root" }, options);
    return embedded(tree, path, rules);
  });
  rules.set("output", reader.read(formatOf(parsed(tag))));
  return compileTree("structural tag", { start: "output", rules }, options);
}

function parsed(tag: unknown): unknown {
  if (typeof tag !== "string") return tag;
  try {
    return JSON.parse(tag);
  } catch (error) {
    throw new GrammarError(`The structural tag is not JSON: ${(error as Error).message}`);
  }
}

function formatOf(tag: unknown): unknown {
  if (typeof tag !== "object" || tag === null || !("type" in tag) || tag.type !== "structural_tag")
    return tag;
  if ("format" in tag) return tag.format;
  if (!("structures" in tag) || !("triggers" in tag) || !Array.isArray(tag.structures)) {
    throw new GrammarError('A structural tag has a "format", or "structures" and "triggers".');
  }
  const tags = tag.structures.map((structure: { begin?: unknown; schema?: unknown; end?: unknown }) => {
    const { begin, schema, end } = structure;
    return { type: "tag", begin, content: { type: "json_schema", json_schema: schema }, end };
  });
  return { type: "triggered_tags", triggers: tag.triggers, tags };
}
