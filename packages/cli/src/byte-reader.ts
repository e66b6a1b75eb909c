import { type Grammar, LanguageLimitError, Matcher, SchemaLimitError, Vocabulary } from "@grammask/core";

/** The 256 bytes as a vocabulary: what may come next, without a model. Token 256 is the end. */
const byteVocabulary = Vocabulary.fromBytes(
  Array.from({ length: 257 }, (_, byte) => (byte < 256 ? Uint8Array.of(byte) : null)),
  { eosTokenIds: [256] },
);

/** Reads a text byte by byte and knows which bytes may come next. */
export class ByteReader {
  readonly #matcher: Matcher;

  constructor(grammar: Grammar) {
    this.#matcher = new Matcher(grammar, byteVocabulary);
  }

  /** How many of the bytes were accepted: fewer than given where the text leaves the grammar. */
  read(bytes: Uint8Array): number {
    let count = 0;
    while (count < bytes.length && this.#matcher.acceptBytes(bytes.subarray(count, count + 1))) count++;
    return count;
  }

  /** Goes so many bytes back. */
  back(count: number): void {
    this.#matcher.rollback(count);
  }

  /** Whether the text may end here. */
  get isComplete(): boolean {
    return this.#matcher.isComplete;
  }

  /** The bytes that may come next, in order. */
  next(): number[] {
    const mask = this.#matcher.mask();
    return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => mask.has(byte));
  }

  /** A short text with which the output could end; undefined where a limit does not let it be found. */
  completion(): string | undefined {
    try {
      return new TextDecoder().decode(this.#matcher.shortestCompletion().bytes);
    } catch (error) {
      if (error instanceof SchemaLimitError || error instanceof LanguageLimitError) return undefined;
      throw error;
    }
  }
}
