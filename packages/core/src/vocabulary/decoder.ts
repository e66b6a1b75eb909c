import { BYTE_OF_CHARACTER } from "./byte-level.js";
import { TokenizerError } from "./errors.js";
import type { TokenBytesBuilder } from "./token-bytes.js";
import {
  asBoolean,
  asCount,
  asRecord,
  asString,
  flattenSequence,
  type PipelineStep,
  type TokenizerJson,
} from "./tokenizer-json.js";

/** A step of a decoder, for one token in the middle of a text. */
type Step =
  | { readonly kind: "text"; readonly apply: (token: string) => string }
  | { readonly kind: "byte-fallback" }
  | { readonly kind: "byte-level" };

const SUPPORTED =
  "ByteLevel, ByteFallback, Replace, Fuse, Strip, Metaspace, WordPiece, BPEDecoder and Sequence";

/**
 * What a token means as bytes *in the middle of a text*, by the `decoder` of a tokenizer.json.
 *
 * Decoders turn a list of tokens into a text, and some treat the first or last token in a special way: they strip a
 * leading space (Strip after Fuse, Metaspace) or leave out the space before a word (WordPiece, BPEDecoder after the
 * last). A constrained output follows a prompt, so here every token is read as one that has others before and after it:
 * nothing is stripped, `▁{` is ` {`, WordPiece's `word` is ` word` and `##ing` is `ing`.
 *
 * Where the file names no decoder, the pre-tokenizer tells (ByteLevel, Metaspace), else the model (WordPiece).
 *
 * Source: `decoders` and `pre_tokenizers` of huggingface/tokenizers.
 */
export class TokenDecoder {
  readonly #steps: readonly Step[];

  constructor(json: TokenizerJson) {
    const steps = new DecoderReader().read(decoderSteps(json));
    // Such a model writes <0xNN> for bytes, whether its decoder knows or not.
    const hasFallback = steps.some((step) => step.kind === "byte-fallback");
    if (json.byteFallback && !hasFallback) steps.unshift({ kind: "byte-fallback" });
    this.#steps = steps;
  }

  /**
   * Appends the bytes of a token.
   *
   * @param isAdded the token is one of `added_tokens` that the model's vocabulary lacks: it stands for its characters,
   *   and is not in byte-level characters
   */
  decode(token: string, isAdded: boolean, out: TokenBytesBuilder): void {
    for (const step of this.#steps) {
      if (step.kind === "text") {
        token = step.apply(token);
      } else if (step.kind === "byte-fallback") {
        if (BYTE_TOKEN.test(token)) {
          out.pushByte(Number.parseInt(token.slice(3, 5), 16));
          return;
        }
      } else if (!isAdded && pushByteLevel(token, out)) {
        return;
      }
    }
    out.pushText(token);
  }
}

const BYTE_TOKEN = /^<0x[0-9A-Fa-f]{2}>$/;

/** False, and nothing is appended, where a character is not one of byte-level BPE's. */
function pushByteLevel(token: string, out: TokenBytesBuilder): boolean {
  for (let i = 0; i < token.length; i++) {
    // An index beyond the table gives undefined.
    const byte = BYTE_OF_CHARACTER[token.charCodeAt(i)] ?? -1;
    if (byte < 0) {
      out.discard();
      return false;
    }
    out.pushByte(byte);
  }
  return true;
}

function decoderSteps(json: TokenizerJson): PipelineStep[] {
  if (json.decoder !== undefined) return flattenSequence(json.decoder, "decoder", "decoders");
  const implied = json.preTokenizers.find((step) => step.type === "ByteLevel" || step.type === "Metaspace");
  if (implied) return [implied];
  if (json.modelType === "WordPiece") {
    const fields = { prefix: json.continuingSubwordPrefix ?? "##", cleanup: true };
    return [{ type: "WordPiece", fields, path: "model" }];
  }
  throw new TokenizerError(
    "tokenizer-unsupported",
    `The tokenizer (model ${json.modelType}) has no decoder, and no ByteLevel or Metaspace pre-tokenizer that implies ` +
      "one, so the text of its tokens is unknown; Vocabulary.fromBytes takes the bytes themselves",
  );
}

class DecoderReader {
  readonly #steps: Step[] = [];
  /** From here on the tokens of a text are one string: edges are the edges of the text. */
  #fused = false;

  read(steps: readonly PipelineStep[]): Step[] {
    for (const step of steps) this.#read(step);
    return this.#steps;
  }

  #read({ type, fields: decoder, path }: PipelineStep): void {
    switch (type) {
      case "Fuse":
        this.#fused = true;
        break;
      case "ByteFallback":
        if (!this.#fused) this.#steps.push({ kind: "byte-fallback" });
        break;
      case "ByteLevel":
        if (this.#fused) throw afterFuse(type, path);
        this.#steps.push({ kind: "byte-level" });
        this.#fused = true;
        break;
      case "Strip":
        if (!this.#fused) this.#text(strip(decoder, path));
        break;
      case "Replace":
        this.#text(this.#replace(decoder, path));
        break;
      case "Metaspace": {
        if (this.#fused) throw afterFuse(type, path);
        const mark = asString(decoder.replacement ?? "▁", `${path}.replacement`);
        this.#text((token) => token.replaceAll(mark, " "));
        break;
      }
      case "WordPiece":
        if (this.#fused) throw afterFuse(type, path);
        this.#text(wordPiece(decoder, path));
        break;
      case "BPEDecoder": {
        if (this.#fused) throw afterFuse(type, path);
        const suffix = asString(decoder.suffix ?? "</w>", `${path}.suffix`);
        this.#text((token) => token.replaceAll(suffix, " "));
        break;
      }
      default:
        throw new TokenizerError(
          "tokenizer-unsupported",
          `The tokenizer's decoder ${JSON.stringify(type)} (${path}) is not supported; supported are ${SUPPORTED}`,
        );
    }
  }

  #text(apply: (token: string) => string): void {
    this.#steps.push({ kind: "text", apply });
  }

  #replace(decoder: Record<string, unknown>, path: string): (token: string) => string {
    if (this.#steps.some((step) => step.kind === "byte-level")) throw afterFuse("Replace", path);
    const content = asString(decoder.content, `${path}.content`);
    const pattern = asRecord(decoder.pattern, `${path}.pattern`);
    if (pattern.String !== undefined) {
      const from = asString(pattern.String, `${path}.pattern.String`);
      // After Fuse a longer pattern could match across two tokens.
      if (this.#fused && [...from].length !== 1) throw afterFuse("Replace", path);
      return (token) => token.replaceAll(from, () => content);
    }
    const source = asString(pattern.Regex, `${path}.pattern.Regex`);
    if (this.#fused) throw afterFuse("Replace", path);
    let regex: RegExp;
    try {
      regex = new RegExp(source, "gu");
    } catch (cause) {
      throw new TokenizerError(
        "tokenizer-unsupported",
        `The pattern ${JSON.stringify(source)} of the tokenizer's decoder (${path}) is not a regular expression here`,
        { cause },
      );
    }
    return (token) => token.replace(regex, () => content);
  }
}

function afterFuse(type: string, path: string): TokenizerError {
  return new TokenizerError(
    "tokenizer-unsupported",
    `The tokenizer's decoder ${type} (${path}) comes after tokens are joined, so a token has no bytes of its own`,
  );
}

/** Up to `start` and `stop` copies of a character are cut off the ends of each token. */
function strip(decoder: Record<string, unknown>, path: string): (token: string) => string {
  const content = asString(decoder.content, `${path}.content`);
  const start = asCount(decoder.start, `${path}.start`);
  const stop = asCount(decoder.stop, `${path}.stop`);
  if (content === "")
    throw new TokenizerError("tokenizer-invalid", `In the tokenizer, ${path}.content is empty`);
  return (token) => {
    for (let i = 0; i < start && token.startsWith(content); i++) token = token.slice(content.length);
    for (let i = 0; i < stop && token.endsWith(content); i++) token = token.slice(0, -content.length);
    return token;
  };
}

function wordPiece(decoder: Record<string, unknown>, path: string): (token: string) => string {
  const prefix = asString(decoder.prefix ?? "##", `${path}.prefix`);
  const cleanup = asBoolean(decoder.cleanup ?? true, `${path}.cleanup`);
  return (token) => {
    const text = token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
    return cleanup ? cleanUp(text) : text;
  };
}

/** `cleanup` in huggingface/tokenizers' WordPiece decoder, in its order. */
function cleanUp(text: string): string {
  for (const [from, to] of CLEAN_UP) text = text.replaceAll(from, to);
  return text;
}

const CLEAN_UP = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
] as const;
