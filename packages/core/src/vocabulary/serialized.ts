/**
 * A vocabulary as bytes. All numbers are 32 bits, little-endian:
 *
 * - `GMVO`, the version, a checksum of all that follows, the length of the whole;
 * - the number of tokens, of those that have bytes, of bytes, of ends of sequence, and the length of the names;
 * - for each token its length; the ids of those that have bytes, in the order of their bytes; the ends of sequence;
 * - the names of special tokens as JSON, the bytes of all tokens.
 *
 * The order is kept because sorting takes most of the time that a vocabulary takes to make.
 */
import { VocabularyDataError } from "./errors.js";
import { compareTokens } from "./sort-tokens.js";
import type { TokenBytes } from "./token-bytes.js";
import { MAX_VOCABULARY_SIZE } from "./tokenizer-json.js";

const MAGIC = 0x4f564d47;
const VERSION = 1;
const CHECKED_FROM = 12;
const HEADER = 36;

/** What a vocabulary is made of. */
export interface VocabularyData {
  readonly tokens: TokenBytes;
  /** The ids of tokens that have bytes, in their order. */
  readonly order: Int32Array;
  readonly eosTokenIds: readonly number[];
  readonly names: ReadonlyMap<number, string>;
}

export function writeVocabulary({ tokens, order, eosTokenIds, names }: VocabularyData): Uint8Array {
  const size = tokens.offsets.length - 1;
  const nameBytes = new TextEncoder().encode(JSON.stringify([...names]));
  const words = size + order.length + eosTokenIds.length;
  const length = HEADER + 4 * words + nameBytes.length + tokens.bytes.length;
  const data = new Uint8Array(length);
  const view = new DataView(data.buffer);
  const header = [MAGIC, VERSION, 0, length, size, order.length, tokens.bytes.length];
  [...header, eosTokenIds.length, nameBytes.length].forEach((word, i) => {
    view.setUint32(4 * i, word, true);
  });
  let at = HEADER;
  for (let id = 0; id < size; id++, at += 4) {
    view.setUint32(at, tokens.offsets[id + 1]! - tokens.offsets[id]!, true);
  }
  for (let i = 0; i < order.length; i++, at += 4) view.setUint32(at, order[i]!, true);
  for (let i = 0; i < eosTokenIds.length; i++, at += 4) view.setUint32(at, eosTokenIds[i]!, true);
  data.set(nameBytes, at);
  data.set(tokens.bytes, at + nameBytes.length);
  view.setUint32(8, checksum(data, view), true);
  return data;
}

/** @throws VocabularyDataError where the bytes are not those of a vocabulary, or of another version */
export function readVocabulary(data: Uint8Array): VocabularyData {
  if (data.length < HEADER) throw invalid("they are too few");
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const word = (index: number) => view.getUint32(4 * index, true);
  if (word(0) !== MAGIC) throw invalid("they do not begin as one");
  if (word(1) !== VERSION) {
    throw new VocabularyDataError(
      "vocabulary-version",
      `The vocabulary was written in version ${word(1)} of the format; this is version ${VERSION}. Write it again from its tokenizer`,
    );
  }
  const [size, listed, byteCount, ends, nameLength] = [word(4), word(5), word(6), word(7), word(8)];
  const expected = HEADER + 4 * (size + listed + ends) + nameLength + byteCount;
  if (word(3) !== data.length || expected !== data.length) throw invalid("their length is wrong");
  if (word(2) !== checksum(data, view)) throw invalid("their checksum is wrong");
  if (size > MAX_VOCABULARY_SIZE) throw invalid("they have too many tokens");

  const offsets = new Uint32Array(size + 1);
  let at = HEADER;
  for (let id = 0; id < size; id++, at += 4) offsets[id + 1] = offsets[id]! + view.getUint32(at, true);
  if (offsets[size] !== byteCount) throw invalid("the tokens' lengths do not add up");
  const order = new Int32Array(listed);
  for (let i = 0; i < listed; i++, at += 4) order[i] = view.getUint32(at, true);
  const eosTokenIds: number[] = [];
  for (let i = 0; i < ends; i++, at += 4) eosTokenIds.push(view.getUint32(at, true));
  const names = readNames(data.subarray(at, at + nameLength), size);
  const tokens = { bytes: data.slice(at + nameLength), offsets };
  checkOrder(tokens, order);
  if (eosTokenIds.some((id) => !names.has(id))) throw invalid("an end of sequence is no special token");
  for (const id of names.keys())
    if (offsets[id + 1]! > offsets[id]!) throw invalid("a special token has bytes");
  return { tokens, order, eosTokenIds, names };
}

function readNames(bytes: Uint8Array, size: number): Map<number, string> {
  let entries: unknown;
  try {
    entries = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid("the names are not JSON", { cause });
  }
  const names = new Map<number, string>();
  for (const entry of Array.isArray(entries) ? entries : [undefined]) {
    const [id, name] = Array.isArray(entry) ? entry : [];
    const isId = Number.isInteger(id) && id >= 0 && id < size;
    if (!isId || typeof name !== "string") throw invalid("the names are not a list of ids and names");
    names.set(id, name);
  }
  return names;
}

/** The order must have each token that has bytes once. */
function checkOrder(tokens: TokenBytes, order: Int32Array): void {
  const { offsets } = tokens;
  let count = 0;
  for (let id = 0; id + 1 < offsets.length; id++) if (offsets[id + 1]! > offsets[id]!) count++;
  if (count !== order.length) throw invalid("the order does not have all tokens");
  for (let i = 0; i < order.length; i++) {
    const id = order[i]!;
    // Ascending ones are different ones.
    const isToken = id >= 0 && id + 1 < offsets.length && offsets[id + 1]! > offsets[id]!;
    if (!isToken || (i > 0 && compareTokens(tokens, order[i - 1]!, id) >= 0))
      throw invalid("the tokens are not in order");
  }
}

/** A hash of all behind the checksum (FNV-1a, by words of 32 bits). */
function checksum(data: Uint8Array, view: DataView): number {
  let hash = 0x811c9dc5;
  let at = CHECKED_FROM;
  for (; at + 4 <= data.length; at += 4) hash = Math.imul(hash ^ view.getUint32(at, true), 0x01000193);
  for (; at < data.length; at++) hash = Math.imul(hash ^ data[at]!, 0x01000193);
  return hash >>> 0;
}

function invalid(reason: string, options?: ErrorOptions): VocabularyDataError {
  return new VocabularyDataError(
    "vocabulary-invalid",
    `The bytes are not those of a vocabulary: ${reason}. Write them again by Vocabulary.serialize`,
    options,
  );
}
