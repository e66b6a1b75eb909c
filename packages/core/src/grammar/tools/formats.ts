import type { ToolFormat } from "./format.js";
import { HARMONY } from "./harmony-format.js";
import { HERMES, LLAMA3, MISTRAL, PLAIN } from "./json-formats.js";
import { DEEPSEEK, DEEPSEEK_V31, KIMI, MISTRAL_V11 } from "./named-formats.js";
import type { ToolFormatName } from "./types.js";
import { GLM, MINIMAX, QWEN3_CODER } from "./xml-formats.js";

/** The formats by name. */
export const TOOL_FORMATS: Readonly<Record<ToolFormatName, ToolFormat>> = {
  plain: PLAIN,
  hermes: HERMES,
  "qwen3-coder": QWEN3_CODER,
  glm: GLM,
  minimax: MINIMAX,
  llama3: LLAMA3,
  mistral: MISTRAL,
  "mistral-v11": MISTRAL_V11,
  deepseek: DEEPSEEK,
  "deepseek-v3.1": DEEPSEEK_V31,
  kimi: KIMI,
  harmony: HARMONY,
};

/** What in a chat template tells a format; the first that applies. */
const SIGNS: readonly (readonly [ToolFormatName, RegExp])[] = [
  ["harmony", /<\|channel\|>/],
  ["kimi", /<\|tool_calls_section_begin\|>/],
  ["deepseek", /<｜tool▁call▁begin｜>['"]?\s*\+?[^<]*<｜tool▁sep｜>[\s\S]*```json/],
  ["deepseek-v3.1", /<｜tool▁calls▁begin｜>/],
  ["minimax", /<minimax:tool_call>|minimax:tool_call/],
  ["glm", /<arg_key>/],
  ["qwen3-coder", /<function=/],
  ["mistral-v11", /\[ARGS\]/],
  ["mistral", /\[TOOL_CALLS\]/],
  ["hermes", /<tool_call>/],
  ["llama3", /<\|python_tag\|>|"parameters": /],
];

/** The format that a model's chat template writes calls in; "plain" where it says nothing of them. */
export function toolFormatOf(chatTemplate: string): ToolFormatName {
  return SIGNS.find(([, sign]) => sign.test(chatTemplate))?.[0] ?? "plain";
}

/**
 * The format for calls beside an answer that is JSON (`content` of `compileTools`): the model's own, or "hermes" where its calls could be
 * taken for the answer.
 */
export function formatBesideJson(format: ToolFormatName): ToolFormatName {
  return besideJson(TOOL_FORMATS[format]) ? format : "hermes";
}

/** Whether calls in a format can be told from any JSON value. */
export function besideJson({ begin, jsonContent }: ToolFormat): boolean {
  return begin !== undefined || jsonContent !== undefined;
}
