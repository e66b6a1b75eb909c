export type { Capture, CapturedText } from "./automaton/context-free/captures.js";
export type { Layout } from "./automaton/layout.js";
export { LayoutError } from "./automaton/layout-error.js";
export type { LeadIn, LeadInFormat, LeadInOptions } from "./automaton/lead-in.js";
export type { PropertyOrder } from "./automaton/property-order.js";
export type { Separator, Separators } from "./automaton/separators.js";
export type { Whitespace } from "./automaton/whitespace.js";
export { BudgetError } from "./budget.js";
export { clearCaches } from "./caches.js";
export type { LimitHit, ShortestCompletion } from "./closing.js";
export { ExportError, type ExportLoss } from "./export/errors.js";
export {
  type ExportOptions,
  type ExportResult,
  exportGbnf,
  exportLark,
  exportRegex,
  exportXgrammar,
} from "./export/export-schema.js";
export type { ForcedContinuation } from "./forced-tokens.js";
export { compileChoice } from "./grammar/choice.js";
export { compileGrammar } from "./grammar/compose.js";
export type { GrammarOptions } from "./grammar/context-free.js";
export { compileEbnf, type EbnfOptions } from "./grammar/ebnf.js";
export { GrammarError } from "./grammar/errors.js";
export { compileGbnf } from "./grammar/gbnf.js";
export { generationOptions, jsonInTextOptions } from "./grammar/generation-options.js";
export type { Grammar } from "./grammar/grammar.js";
export {
  type AsyncJsonSchemaOptions,
  compileJson,
  compileJsonObject,
  compileJsonSchema,
  compileJsonSchemaAsync,
} from "./grammar/json-schema.js";
export type { JsonSchemaOptions } from "./grammar/json-schema-options.js";
export { compileLark } from "./grammar/lark.js";
export { LastUsed } from "./grammar/last-used.js";
export type { GrammarPart } from "./grammar/part.js";
export { compileRegex } from "./grammar/regex.js";
export type { DocumentResolver } from "./grammar/schema-documents.js";
export { compileStructuralTag, type StructuralTagOptions } from "./grammar/structural-tag/compile.js";
export { compileTools } from "./grammar/tools/compile-tools.js";
export { formatBesideJson, toolFormatOf } from "./grammar/tools/formats.js";
export { TOOL_INPUT } from "./grammar/tools/input-call.js";
export { type ToolDelta, ToolReader } from "./grammar/tools/tool-reader.js";
export type {
  Tool,
  ToolCall,
  ToolChoice,
  ToolFormatName,
  ToolGrammar,
  ToolOptions,
  ToolOutput,
} from "./grammar/tools/types.js";
export {
  isJsonArray,
  JsonLimitError,
  type JsonNode,
  JsonNumber,
  JsonObject,
  JsonSyntaxError,
  JsonValueError,
  jsonEquals,
  jsonFromValue,
  jsonToValue,
  parseJson,
  stringifyJson,
} from "./json/index.js";
export {
  InvalidSchemaError,
  type LimitError,
  MissingDocumentError,
  SchemaError,
  type SchemaErrorDetails,
  SchemaLimitError,
  UnsatisfiableSchemaError,
  UnsupportedSchemaError,
} from "./json-schema/errors.js";
export { DEFAULT_SCHEMA_LIMITS, type SchemaLimits } from "./json-schema/limits.js";
export type { CompileReport, KeywordPlace, LimitUse } from "./json-schema/report.js";
export type { SchemaWarning } from "./json-schema/warnings.js";
export {
  DEFAULT_GRAMMAR_LIMITS,
  GrammarLimitError,
  type GrammarLimits,
  LanguageLimitError,
  PatternError,
  type PatternErrorReason,
  setTimeLimitClock,
} from "./language/index.js";
export type { TokenMask } from "./mask/token-mask.js";
export { fillBitmasks, Matcher } from "./matcher.js";
export { OutputParts, type PieceParts } from "./output-parts.js";
export {
  describeSchema,
  type SchemaText,
  type SchemaTextForm,
  type SchemaTextOptions,
} from "./prompt/describe-schema.js";
export type { LeftOut } from "./prompt/outline.js";
export { exampleToolCall, writeToolCall } from "./prompt/tool-call-text.js";
export {
  type DescribedTool,
  type ToolInstructionsOptions,
  toolInstructions,
} from "./prompt/tool-instructions.js";
export {
  TokenizerError,
  TokenTrie,
  Vocabulary,
  VocabularyDataError,
  type VocabularyOptions,
  type VocabularyRuntimeOptions,
} from "./vocabulary/index.js";
