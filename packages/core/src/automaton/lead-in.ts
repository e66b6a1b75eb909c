/** What a model may write before a JSON value, and the code fence that the value may stand in. */
import { compilePattern, type Language, type LanguageArena } from "../language/index.js";
import { LayoutError } from "./layout-error.js";

/**
 * - `fence`: the value stands in a code fence: a line "```json" before it, a line "```" behind it;
 * - `optional-fence`: it may stand in one ("```" and any word);
 * - `think`: before that there may be a block `<think>...</think>`;
 * - `text`: before that there may be a block and any text besides. The value begins behind a fence, or at the first line that
 *   begins with a bracket: where it is to be neither an object nor an array, only behind a fence.
 */
export type LeadInFormat = "fence" | "optional-fence" | "think" | "text";

export type LeadIn = LeadInFormat | LeadInOptions;

export interface LeadInOptions {
  readonly format: LeadInFormat;
  /** Whether the prompt has begun a block `<think>` already, with "think" or "text". Default: false. */
  readonly isThinking?: boolean;
}

/** The lead-in of a grammar. */
export interface LeadInText {
  readonly language: Language;
  /** Of these, the texts behind which the value stands in a code fence. */
  readonly fenced: Language;
  /** Where the value is not in a fence, it can only be an object or an array. */
  readonly onlyBrackets: boolean;
}

/** What ends a fence, behind the value. */
export const FENCE_END = [0x0a, 0x60, 0x60, 0x60];

const FENCE = "```[A-Za-z]*\\n";
/** Lines that are no fence and that no object or array begins. */
const LINES = "(?:(?:[^{\\[`\\n][^\\n]*|`{1,2}(?:[^`\\n][^\\n]*)?)?\\n)*";
const FORMATS: readonly unknown[] = ["fence", "optional-fence", "think", "text"];

/** @throws LayoutError for values that are wrong */
export function checkLeadIn(leadIn: LeadIn): LeadInOptions {
  const options = typeof leadIn === "object" && leadIn !== null ? leadIn : { format: leadIn };
  const { format, isThinking = false } = options;
  if (!FORMATS.includes(format)) {
    throw new LayoutError(
      `leadIn must be "fence", "optional-fence", "think" or "text", not ${JSON.stringify(format)}`,
    );
  }
  if (typeof isThinking !== "boolean" || (isThinking && format !== "think" && format !== "text")) {
    throw new LayoutError('leadIn.isThinking is true or false, and true only with "think" or "text"');
  }
  return options;
}

/**
 * A text ends where the value begins, so none may go on with the first byte of a value.
 *
 * @param hasBrackets whether the value may be an object or an array
 */
export function leadInText(
  arena: LanguageArena,
  { format, isThinking = false }: LeadInOptions,
  hasBrackets: () => boolean,
): LeadInText {
  const pattern = (source: string) => compilePattern(arena, source, { whole: true }).language;
  const fence = pattern(FENCE);
  if (format === "fence") {
    const language = arena.text("```json\n");
    return { language, fenced: language, onlyBrackets: false };
  }
  const open = arena.text("<think>");
  const close = arena.text("</think>");
  const inside = arena.difference(arena.any, arena.concat(arena.any, close, arena.any));
  const thinking = arena.concat(...(isThinking ? [] : [open]), inside, close);
  const gap = pattern("\\n{0,4}");
  const block = arena.concat(thinking, gap);
  const before = isThinking ? block : arena.union([arena.epsilon, block]);
  if (format !== "text") {
    const start = format === "think" ? before : arena.epsilon;
    const fenced = arena.concat(start, fence);
    return { language: arena.union([start, fenced]), fenced, onlyBrackets: false };
  }
  const lines = pattern(LINES);
  const plain = isThinking ? lines : arena.difference(lines, arena.concat(open, arena.any));
  const texts = isThinking ? arena.concat(block, lines) : arena.union([plain, arena.concat(block, lines)]);
  const fenced = arena.concat(texts, fence);
  return { language: hasBrackets() ? arena.union([texts, fenced]) : fenced, fenced, onlyBrackets: true };
}
