import { bitsetAdd, bitsetHas, createBitset } from "./bitset.js";
import { TokenDecoder } from "./decoder.js";
import { displayBytes } from "./display.js";
import { readVocabulary, type VocabularyData, writeVocabulary } from "./serialized.js";
import { sortTokens } from "./sort-tokens.js";
import { type TokenBytes, TokenBytesBuilder } from "./token-bytes.js";
import { TokenTrie } from "./token-trie.js";
import { MAX_VOCABULARY_SIZE, readTokenizerJson } from "./tokenizer-json.js";

const DEFAULT_MASK_MEMORY = 64 * 1024 * 1024;

/** What is not part of a serialised vocabulary. */
export interface VocabularyRuntimeOptions {
  /**
   * Memory for the masks of this vocabulary, in bytes, whichever grammars they belong to. Default: 64 MiB. What is over
   * it is computed again when it is needed.
   */
  readonly maskMemory?: number;
  /** Tokenises a text as the model's tokenizer would, without special tokens. Used for text that is forced. */
  readonly encode?: (text: string) => readonly number[];
}

export interface VocabularyOptions extends VocabularyRuntimeOptions {
  /** The ids that end a sequence, of which a model may have several. */
  readonly eosTokenIds: readonly number[];
  /**
   * The width of the model's logits. Default: one more than the tokenizer's highest id. Models often have more logits
   * than the tokenizer has tokens (padding, never allowed); a tokenizer's ids beyond the logits are dropped.
   */
  readonly size?: number;
  /** Further ids that no grammar may produce, such as control tokens that a tokenizer.json does not mark as special. */
  readonly specialTokenIds?: readonly number[];
}

/** What is made of each new vocabulary. */
const preparations: ((vocabulary: Vocabulary) => void)[] = [];

/**
 * Has something made of each vocabulary that is new from then on, before it is handed out: what outputs need whatever their
 * grammar, so that the first of them does not wait for it.
 */
export function withEachVocabulary(prepare: (vocabulary: Vocabulary) => void): void {
  preparations.push(prepare);
}

/** The bytes of all tokens of a vocabulary; tokens that are not text have none. */
export let tokensOf: (vocabulary: Vocabulary) => TokenBytes;

/**
 * What a grammar knows of a tokenizer: the bytes of each token, which tokens are not text, and which end a sequence.
 * Immutable, and independent of any grammar: make one per model and share it.
 */
export class Vocabulary {
  /** The width of the logits: ids are from 0 to `size - 1`. */
  readonly size: number;
  readonly eosTokenIds: readonly number[];
  /** All tokens that have bytes. */
  readonly trie: TokenTrie;
  /** The length of the longest token. */
  readonly maxTokenBytes: number;
  /** As given in the options. */
  readonly encode: ((text: string) => readonly number[]) | undefined;
  /** As given in the options. */
  readonly maskMemory: number;
  static {
    tokensOf = (vocabulary) => vocabulary.#tokens;
  }

  readonly #tokens: TokenBytes;
  /** The tokens that have bytes, in the order of their bytes. */
  readonly #order: Int32Array;
  readonly #special: Uint32Array;
  /** What special tokens are called, for display. */
  readonly #names: ReadonlyMap<number, string>;

  /**
   * The vocabulary of a tokenizer.json (huggingface/tokenizers): BPE, byte-level or with byte fallback; Unigram;
   * WordPiece; WordLevel.
   *
   * The tokens' bytes are those that they have in the middle of a text (see `TokenDecoder`). Added tokens marked
   * `special` and the unknown token are special; other added tokens are ordinary text, with byte-level BPE their
   * characters as they are (huggingface/tokenizers reads `é` as the byte 0xE9 there). The text of an output must be
   * decoded without "clean up of tokenization spaces", which would change it.
   *
   * @param tokenizerJson the text of the file, or what JSON.parse makes of it
   * @throws TokenizerError where the file is malformed, or its kind of model or decoder is not supported
   * @throws RangeError where an option is out of range
   */
  static fromTokenizerJson(tokenizerJson: string | object, options: VocabularyOptions): Vocabulary {
    const json = readTokenizerJson(tokenizerJson);
    const decoder = new TokenDecoder(json);
    const contents = json.vocabulary.slice();
    const special = new Set<number>();
    const added = new Set<number>();
    for (const { id, content, special: isSpecial } of json.addedTokens) {
      while (contents.length < id) contents.push(undefined);
      if (contents[id] !== content) added.add(id);
      contents[id] = content;
      if (isSpecial) special.add(id);
    }
    if (json.unknownToken !== undefined) {
      const id = contents.indexOf(json.unknownToken);
      if (id >= 0) special.add(id);
    }

    const size = checkSize(options.size ?? contents.length);
    for (const id of checkIds([...options.eosTokenIds, ...(options.specialTokenIds ?? [])], size))
      special.add(id);
    const names = new Map<number, string>();
    const builder = new TokenBytesBuilder(size);
    for (let id = 0; id < size; id++) {
      const content = contents[id];
      if (special.has(id)) names.set(id, content ?? "");
      else if (content !== undefined) decoder.decode(content, added.has(id), builder);
      builder.endToken();
    }
    return Vocabulary.#ofTokens(builder.build(), names, options);
  }

  /**
   * A vocabulary from the bytes of its tokens, by id. `null`, `undefined` and no bytes mean that the token is not text.
   *
   * @throws RangeError where an option is out of range
   */
  static fromBytes(
    tokens: readonly (Uint8Array | null | undefined)[],
    options: VocabularyOptions,
  ): Vocabulary {
    const size = checkSize(options.size ?? tokens.length);
    const special = new Set(checkIds([...options.eosTokenIds, ...(options.specialTokenIds ?? [])], size));
    const names = new Map<number, string>();
    const builder = new TokenBytesBuilder(size);
    for (let id = 0; id < size; id++) {
      const bytes = tokens[id];
      if (special.has(id)) names.set(id, bytes ? displayBytes(bytes) : "");
      else if (bytes) builder.pushBytes(bytes);
      builder.endToken();
    }
    return Vocabulary.#ofTokens(builder.build(), names, options);
  }

  /**
   * A vocabulary from the bytes of `serialize`, much faster than from its tokenizer.
   *
   * @throws VocabularyDataError where the bytes are damaged, or were written in another version of the format
   * @throws RangeError where an option is out of range
   */
  static deserialize(bytes: Uint8Array, options: VocabularyRuntimeOptions = {}): Vocabulary {
    return new Vocabulary(readVocabulary(bytes), options);
  }

  static #ofTokens(
    tokens: TokenBytes,
    names: ReadonlyMap<number, string>,
    options: VocabularyOptions,
  ): Vocabulary {
    const { eosTokenIds } = options;
    return new Vocabulary({ tokens, order: sortTokens(tokens), eosTokenIds, names }, options);
  }

  private constructor(data: VocabularyData, options: VocabularyRuntimeOptions) {
    const { tokens, names } = data;
    this.size = tokens.offsets.length - 1;
    this.eosTokenIds = Object.freeze([...new Set(data.eosTokenIds)]);
    this.trie = new TokenTrie(tokens, data.order);
    this.maxTokenBytes = this.trie.maxDepth;
    this.encode = options.encode;
    this.maskMemory = options.maskMemory ?? DEFAULT_MASK_MEMORY;
    if (!(this.maskMemory >= 0)) {
      throw new RangeError(`maskMemory is ${options.maskMemory}, not a number of bytes`);
    }
    this.#tokens = tokens;
    this.#order = data.order;
    this.#names = names;
    this.#special = createBitset(this.size);
    for (const id of names.keys()) bitsetAdd(this.#special, id);
    for (const prepare of preparations) prepare(this);
  }

  /**
   * The bytes of a token: a view, not to be written to. `undefined` for tokens that are not text: special tokens, the
   * ends of a sequence, padding, tokens without bytes, and ids out of range.
   */
  tokenBytes(id: number): Uint8Array | undefined {
    const { bytes, offsets } = this.#tokens;
    const start = offsets[id];
    const end = offsets[id + 1];
    return start !== undefined && end !== undefined && start < end ? bytes.subarray(start, end) : undefined;
  }

  /**
   * The vocabulary as bytes, for `deserialize`; without `encode` and `maskMemory`. They are the same for the same vocabulary
   * on every machine.
   */
  serialize(): Uint8Array {
    const { eosTokenIds } = this;
    return writeVocabulary({ tokens: this.#tokens, order: this.#order, eosTokenIds, names: this.#names });
  }

  /** Whether no grammar may produce the token. The ends of a sequence are special too. */
  isSpecial(id: number): boolean {
    return id >= 0 && id < this.size && bitsetHas(this.#special, id);
  }

  /** Whether the token ends a sequence. */
  isEos(id: number): boolean {
    return this.eosTokenIds.includes(id);
  }

  /** A token for display: its text with invalid UTF-8 as `\xNN`, a special token's name, or `<token 123>`. */
  tokenText(id: number): string {
    const bytes = this.tokenBytes(id);
    if (bytes) return displayBytes(bytes);
    return this.#names.get(id) || `<token ${id}>`;
  }
}

function checkSize(size: number): number {
  if (Number.isInteger(size) && size >= 0 && size <= MAX_VOCABULARY_SIZE) return size;
  throw new RangeError(`The vocabulary's size is ${size}, not an integer from 0 to ${MAX_VOCABULARY_SIZE}`);
}

function checkIds(ids: readonly number[], size: number): readonly number[] {
  for (const id of ids) {
    if (!Number.isInteger(id) || id < 0 || id >= size) {
      throw new RangeError(
        `The token id ${id} is not an integer from 0 to ${size - 1}, the vocabulary's last id`,
      );
    }
  }
  return ids;
}
