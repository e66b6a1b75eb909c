import type { Vocabulary } from "./vocabulary.js";

/** A piece of an output whose continuation is forced. */
export interface ForcedText {
  /** The end of the output before its last token; as much as the tokenizer should see of it. */
  readonly context: Uint8Array;
  /** The bytes of the output's last token; empty where it may not be written anew. */
  readonly last: Uint8Array;
  /** What must follow it. */
  readonly forced: Uint8Array;
  /** The bytes that may follow the forced text; none where the output ends with it. */
  readonly next: readonly number[];
}

/** Forced text as the tokenizer writes it in its place. */
export interface CanonicalTokens {
  readonly tokens: readonly number[];
  /** Whether the first of the tokens stands for the end of the last one too, in whose place they come. */
  readonly replacesLast: boolean;
}

const NONE: CanonicalTokens = { tokens: [], replacesLast: false };
const QUOTE = 0x22;
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The tokens that the tokenizer makes of forced text where it stands, as far as they are certain: tokens at its end that
 * might merge with what follows are left out. Where the tokenizer joins the last token and the forced text (`"` and `, `
 * to `",`), the tokens begin with the last one's text. None where the tokenizer cannot be followed, such as where it
 * reads a special token in the text.
 *
 * @param encode tokenises a text as the tokenizer would, without special tokens
 */
export function canonicalTokens(
  { context, last, forced, next }: ForcedText,
  vocabulary: Pick<Vocabulary, "tokenBytes">,
  encode: (text: string) => readonly number[],
): CanonicalTokens {
  const known = utf8.decode(withoutHalfStart(context)) + utf8.decode(last);
  const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(forced, { stream: true });
  if (whole === "") return NONE;
  const text = known + whole;
  const tokens = encode(text);
  const forcedBytes = byteLength(whole);
  let start = tokenAt(tokens, forcedBytes, vocabulary);
  const replacesLast = start < 0 && last.length > 0;
  if (replacesLast) start = tokenAt(tokens, forcedBytes + last.length, vocabulary);
  if (start < 0) {
    if (context.length === 0) return NONE;
    // Other tokens than the tokenizer's were chosen before: what can still be written is looked at alone.
    return canonicalTokens({ context: NOTHING, last, forced, next }, vocabulary, encode);
  }
  const certain = tokens.slice(start, certainTokens(text, tokens, next, encode));
  return replacesLast && lengthOf(certain, vocabulary) <= last.length
    ? NONE
    : { tokens: certain, replacesLast };
}

const NOTHING = new Uint8Array(0);

/** The index of the token that begins this many bytes before the end of the text; -1 where none does. */
function tokenAt(
  tokens: readonly number[],
  bytesBeforeEnd: number,
  vocabulary: Pick<Vocabulary, "tokenBytes">,
): number {
  let bytes = 0;
  for (let at = tokens.length - 1; at >= 0; at--) {
    const length = vocabulary.tokenBytes(tokens[at] as number)?.length;
    if (length === undefined) return -1;
    bytes += length;
    if (bytes === bytesBeforeEnd) return at;
    if (bytes > bytesBeforeEnd) return -1;
  }
  return -1;
}

/** How many of the text's tokens stay the same whatever comes: tried with one byte of each kind that may follow. */
function certainTokens(
  text: string,
  tokens: readonly number[],
  next: readonly number[],
  encode: (text: string) => readonly number[],
): number {
  if (next.length === 0) return tokens.length;
  let certain = tokens.length - 1;
  for (const byte of oneOfEachKind(next)) {
    const longer = encode(text + String.fromCharCode(byte));
    let same = 0;
    while (same < certain && longer[same] === tokens[same]) same++;
    certain = same;
  }
  return certain;
}

/** Of bytes, the first of each kind of characters that tokenizers tell apart. */
export function oneOfEachKind(bytes: readonly number[]): number[] {
  const found: number[] = [];
  let kinds = 0;
  for (const byte of bytes) {
    const kind = KINDS[byte] as number;
    if ((kinds & kind) !== 0) continue;
    kinds |= kind;
    if (kind !== 0) found.push(byte);
  }
  return found;
}

/** By byte, its kind as a bit; 0 is for those that are part of a longer character, or of control. */
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80) return 0;
  const character = String.fromCharCode(byte);
  if (/\s/.test(character)) return 1;
  if (/\d/.test(character)) return 2;
  if (/[A-Za-z]/.test(character)) return 4;
  // The quote has merges of its own.
  if (byte === QUOTE) return 8;
  return /[!-~]/.test(character) ? 16 : 0;
});

function lengthOf(tokens: readonly number[], vocabulary: Pick<Vocabulary, "tokenBytes">): number {
  let length = 0;
  for (const token of tokens) length += vocabulary.tokenBytes(token)?.length ?? 0;
  return length;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The bytes from the first whole character on. */
function withoutHalfStart(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length && ((bytes[start] as number) & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}
