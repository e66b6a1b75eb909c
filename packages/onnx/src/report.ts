import type { TokenVocabulary } from "./constraint.js";
import { GrowingJson, type JsonSpan } from "./growing-json.js";
import type { TokenPressure } from "./pressure.js";

/** How a report is made. */
export interface ReportOptions {
  /** How many of the most likely allowed and removed tokens to name for each token, 0 to 100. Default: 5. */
  readonly alternatives?: number;
}

/** What the grammar did to the model's choices. */
export interface Report {
  /** One for each token of the output. Fewer where the generation was aborted. */
  readonly tokens: readonly TokenPressure[];
  /** One for each JSON value of the output, in the order of their beginnings; none where the output is not JSON. */
  readonly values: readonly ValuePressure[];
}

/** The log probabilities of a token and of others in its place: natural logarithms, of what the mask allowed. */
export interface TokenLogprobs {
  readonly id: number;
  readonly logprob: number;
  /** The likeliest tokens that were allowed, most likely first. */
  readonly top: readonly { readonly id: number; readonly logprob: number }[];
}

/** The pressure on a JSON value: of the tokens that have a part in its text, delimiters included. */
export interface ValuePressure {
  /** JSON Pointer. */
  readonly pointer: string;
  /** How many tokens have a part in it: those from `firstToken` on. */
  readonly firstToken: number;
  readonly tokens: number;
  /** Sums over its tokens: see `TokenPressure`. */
  readonly removed: number;
  readonly refused: number;
  readonly logprob: number;
  readonly maskedLogprob: number;
  /**
   * How much the model meant the least certain of its tokens, 0 to 1; of an object or array with something in it, the
   * least certain of these values, since keys and brackets are not the model's to choose.
   */
  readonly confidence: number;
  /** Whether the model clearly wanted something else at some place: its confidence is below a half. */
  readonly doubtful: boolean;
}

const DOUBTFUL_BELOW = 0.5;

/**
 * @param text the output
 * @param isJson whether it is JSON, or the beginning of it
 * @param alternatives how many of them to keep
 * @param leadInBytes how much of the tokens comes before the text
 */
export function makeReport(
  pressures: readonly TokenPressure[],
  text: string,
  isJson: boolean,
  vocabulary: Pick<TokenVocabulary, "tokenBytes">,
  alternatives = Number.POSITIVE_INFINITY,
  leadInBytes = 0,
): Report {
  const tokens = pressures.map((each) => ({
    ...each,
    allowed: each.allowed.slice(0, alternatives),
    removedTokens: each.removedTokens.slice(0, alternatives),
  }));
  return { tokens, values: isJson ? valuePressures(tokens, text, vocabulary, leadInBytes) : [] };
}

/** @param top how many of the likeliest tokens to name */
export function makeLogprobs(pressures: readonly TokenPressure[], top: number): TokenLogprobs[] {
  return pressures.map(({ id, logprob, maskedLogprob, allowed }) => {
    const mass = logprob - maskedLogprob;
    const likeliest = allowed.slice(0, top);
    return {
      id,
      logprob: maskedLogprob,
      top: likeliest.map((each) => ({ id: each.id, logprob: Math.log(each.probability) - mass })),
    };
  });
}

function valuePressures(
  tokens: readonly TokenPressure[],
  text: string,
  vocabulary: Pick<TokenVocabulary, "tokenBytes">,
  leadInBytes: number,
): ValuePressure[] {
  const json = new GrowingJson();
  json.push(text);
  const open = json.openSpans;
  const ended: JsonSpan[] = json.takeEnded();
  const spans = [...ended, ...open].sort((a, b) => a.start - b.start || b.end - a.end);
  const ends = tokenEnds(tokens, vocabulary, leadInBytes);
  const values: ValuePressure[] = [];
  // From the last to the first, so that what is in a container comes before it.
  for (const { pointer, start, end } of spans.reverse()) {
    // The first token that ends behind the value's beginning, and the last one that begins before its end.
    const found = ends.findIndex((each) => each > start);
    const first = found < 0 ? ends.length : found;
    let last = first;
    while (last < ends.length && (last === 0 ? 0 : ends[last - 1]!) < end) {
      last++;
    }
    const inner = values.filter((value) => value.pointer.startsWith(`${pointer}/`));
    values.push(valuePressure(pointer, first, tokens.slice(first, last), inner));
  }
  return values.reverse();
}

function valuePressure(
  pointer: string,
  firstToken: number,
  tokens: readonly TokenPressure[],
  inner: readonly ValuePressure[],
): ValuePressure {
  const sum = (of: (token: TokenPressure) => number) => tokens.reduce((total, each) => total + of(each), 0);
  const parts: readonly { readonly confidence: number }[] = inner.length > 0 ? inner : tokens;
  const confidence = parts.reduce((lowest, each) => Math.min(lowest, each.confidence), 1);
  return {
    pointer,
    firstToken,
    tokens: tokens.length,
    removed: sum((token) => token.removed),
    refused: sum((token) => token.refused),
    logprob: sum((token) => token.logprob),
    maskedLogprob: sum((token) => token.maskedLogprob),
    confidence,
    doubtful: confidence < DOUBTFUL_BELOW,
  };
}

/** Where each token ends in the text, in UTF-16 code units; a token that ends within a character ends before it. */
function tokenEnds(
  tokens: readonly TokenPressure[],
  vocabulary: Pick<TokenVocabulary, "tokenBytes">,
  leadInBytes: number,
): number[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let end = 0;
  let before = leadInBytes;
  return tokens.map(({ id }) => {
    const bytes = vocabulary.tokenBytes(id) ?? new Uint8Array(0);
    end += decoder.decode(bytes.subarray(before), { stream: true }).length;
    before = Math.max(0, before - bytes.length);
    return end;
  });
}
