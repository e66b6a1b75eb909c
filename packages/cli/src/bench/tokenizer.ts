import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type TokenTrie, Vocabulary } from "@grammask/core";
import { Tokenizer } from "@huggingface/tokenizers";
import { UsageError } from "../exit.js";

/** What ends a turn or a text, by the tokenizer's families; the first that a tokenizer has is taken. */
const ENDS = [
  "<|eot_id|>",
  "<|im_end|>",
  "<end_of_turn>",
  "<|end|>",
  "<|end_of_turn|>",
  "<|endoftext|>",
  "<|end_of_text|>",
  "<｜end▁of▁sentence｜>",
  "</s>",
  "<eos>",
  "[SEP]",
];

interface TokenizerFile {
  readonly added_tokens?: readonly {
    readonly id: number;
    readonly content: string;
    readonly special?: boolean;
  }[];
}

/** A tokenizer.json, with the text that it makes tokens of. */
export class BenchTokenizer {
  readonly file: string;
  /** What results call it. */
  readonly name: string;
  readonly vocabulary: Vocabulary;
  readonly eos: number;
  readonly #tokenizer: Tokenizer;
  /** Cuts a text within every name of a special token, so that none of them is found. */
  readonly #special: RegExp | undefined;

  /** @throws UsageError where the file cannot be read, or where it is not clear which token is the end */
  constructor(file: string, eos: number | undefined, name = basename(file)) {
    this.file = file;
    this.name = name;
    let json: TokenizerFile;
    try {
      json = JSON.parse(readFileSync(file, "utf8")) as TokenizerFile;
    } catch (error) {
      throw new UsageError(`Cannot read the tokenizer ${file}: ${(error as Error).message}.`);
    }
    const added = json.added_tokens ?? [];
    const end = eos ?? ENDS.map((name) => added.find(({ content }) => content === name)?.id).find(isDefined);
    if (end === undefined)
      throw new UsageError(`Which token of ${file} ends a text? Give its id with --eos.`);
    this.eos = end;
    try {
      this.vocabulary = Vocabulary.fromTokenizerJson(json, { eosTokenIds: [end] });
      this.#tokenizer = new Tokenizer(json, {});
    } catch (error) {
      throw new UsageError(`Cannot use the tokenizer ${file}: ${(error as Error).message}`);
    }
    const names = added.filter(({ special, content }) => special && content.length > 1);
    const pattern = names.map(
      ({ content }) => `(?<=${escapeRegExp(content[0]!)})(?=${escapeRegExp(content.slice(1))})`,
    );
    this.#special = pattern.length > 0 ? new RegExp(pattern.join("|"), "u") : undefined;
  }

  /**
   * The text's tokens, which put together have exactly its bytes. What the tokenizer would read as the name of a
   * special token, or write in another way, is made of other tokens.
   */
  encode(text: string): number[] {
    const bytes = Buffer.from(text);
    const ids = this.#encode(text);
    if (this.#spells(ids, bytes)) return ids;
    if (this.#special !== undefined) {
      const apart = text.split(this.#special).flatMap((part) => this.#encode(part));
      if (this.#spells(apart, bytes)) return apart;
    }
    return longestTokens(this.vocabulary.trie, bytes);
  }

  /** The text that the tokenizer itself makes of tokens. */
  decode(ids: readonly number[]): string {
    return this.#tokenizer.decode([...ids], {
      skip_special_tokens: false,
      clean_up_tokenization_spaces: false,
    });
  }

  #encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  #spells(ids: readonly number[], bytes: Uint8Array): boolean {
    let offset = 0;
    for (const id of ids) {
      const token = this.vocabulary.tokenBytes(id);
      if (token === undefined) return false;
      for (let i = 0; i < token.length; i++) if (token[i] !== bytes[offset + i]) return false;
      offset += token.length;
    }
    return offset === bytes.length;
  }
}

/** From the front, always the longest token that fits. */
function longestTokens(trie: TokenTrie, bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    let token = -1;
    let length = 0;
    let parent = 0;
    for (let depth = 0; offset + depth < bytes.length; depth++) {
      let node = parent + 1;
      const end = trie.subtreeEnd[parent]!;
      while (node < end && trie.bytes[node] !== bytes[offset + depth]) node = trie.subtreeEnd[node]!;
      if (node >= end) break;
      if (trie.tokens[node]! >= 0) {
        token = trie.tokens[node]!;
        length = depth + 1;
      }
      parent = node;
    }
    if (token < 0) throw new Error(`The tokenizer has no token for the byte ${bytes[offset]}`);
    ids.push(token);
    offset += length;
  }
  return ids;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
