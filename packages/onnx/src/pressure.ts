import type { TokenMask } from "@grammask/core";
import type { TokenVocabulary } from "./constraint.js";

/** A token that could have come, with the probability that the model gave it. */
export interface Alternative {
  readonly id: number;
  readonly probability: number;
}

/**
 * What the mask did to one token of the output. Probabilities are the model's own, over the whole vocabulary: without
 * temperature, penalties and filters.
 */
export interface TokenPressure {
  readonly id: number;
  /** Whether the grammar forced the token, so that it was not sampled. */
  readonly forced: boolean;
  /** The probability of all tokens that the mask did not allow, 0 to 1. */
  readonly removed: number;
  /**
   * The part of it on tokens that begin with a byte that the grammar does not allow. The rest is on tokens that begin as
   * the grammar allows and go on otherwise, such as `",` where only `"` may come: seldom a disagreement.
   */
  readonly refused: number;
  /** The natural logarithm of the token's probability before the mask, and after it. */
  readonly logprob: number;
  readonly maskedLogprob: number;
  /**
   * The token's share of the probability of all tokens that are allowed or `refused`: how much the model meant it, 0 to 1.
   */
  readonly confidence: number;
  /** The token that the model would have chosen freely, and whether it was allowed. */
  readonly preferred: Alternative & { readonly allowed: boolean };
  /** The most likely tokens that the mask allowed, and those that it removed, most likely first. */
  readonly allowed: readonly Alternative[];
  readonly removedTokens: readonly Alternative[];
}

/** Bytes by which tokens can begin, and one more for tokens that are not text. */
const FIRST_BYTES = 257;
const NOT_TEXT = 256;

/** Measures the mask's effect, token by token, from the logits before the mask. */
export class PressureGauge {
  readonly #vocabulary: Pick<TokenVocabulary, "size" | "tokenBytes">;
  readonly #alternatives: number;
  /** By id: the first byte of a token. */
  readonly #firstByte: Uint16Array;
  readonly #allowedFirst = new Uint8Array(FIRST_BYTES);
  readonly #weights: Float64Array;

  /** @param alternatives how many allowed and how many removed tokens to name, at least 0 */
  constructor(vocabulary: Pick<TokenVocabulary, "size" | "tokenBytes">, alternatives: number) {
    this.#vocabulary = vocabulary;
    this.#alternatives = alternatives;
    this.#weights = new Float64Array(vocabulary.size);
    this.#firstByte = new Uint16Array(vocabulary.size);
    for (let id = 0; id < vocabulary.size; id++) {
      this.#firstByte[id] = vocabulary.tokenBytes(id)?.[0] ?? NOT_TEXT;
    }
  }

  /**
   * @param id the token that came
   * @param logits before it, as wide as the vocabulary
   * @param mask the tokens that were allowed; undefined: all
   */
  measure(id: number, logits: Float32Array, mask: TokenMask | undefined, forced: boolean): TokenPressure {
    const { size } = this.#vocabulary;
    const weights = this.#weights;
    const words = mask?.words;
    const isAllowed = (token: number) =>
      words === undefined || (words[token >>> 5]! & (1 << (token & 31))) !== 0;
    const first = this.#allowedFirst.fill(0);
    let highest = Number.NEGATIVE_INFINITY;
    let best = 0;
    for (let i = 0; i < size; i++) {
      if (logits[i]! > highest) {
        highest = logits[i]!;
        best = i;
      }
    }
    let total = 0;
    for (let i = 0; i < size; i++) {
      total += weights[i] = Math.exp(logits[i]! - highest);
      // What is not text, such as the end of a sequence, has no bytes to begin with: it is itself allowed or not.
      if (isAllowed(i) && this.#firstByte[i] !== NOT_TEXT) {
        first[this.#firstByte[i]!] = 1;
      }
    }
    let removed = 0;
    let refused = 0;
    let kept = 0;
    const allowedTop = new Likeliest(this.#alternatives);
    const removedTop = new Likeliest(this.#alternatives);
    for (let i = 0; i < size; i++) {
      const weight = weights[i]!;
      if (isAllowed(i)) {
        kept += weight;
        allowedTop.add(i, weight / total);
      } else {
        removed += weight;
        refused += first[this.#firstByte[i]!] === 0 ? weight : 0;
        removedTop.add(i, weight / total);
      }
    }
    const logprob = logits[id]! - highest - Math.log(total);
    return {
      id,
      forced,
      removed: removed / total,
      refused: refused / total,
      logprob,
      maskedLogprob: logits[id]! - highest - Math.log(kept),
      confidence: weights[id]! / (kept + refused),
      preferred: { id: best, probability: weights[best]! / total, allowed: isAllowed(best) },
      allowed: allowedTop.found,
      removedTokens: removedTop.found,
    };
  }
}

/** The few most likely of many tokens. */
class Likeliest {
  readonly found: Alternative[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(id: number, probability: number): void {
    const { found } = this;
    if (found.length === this.#most && (this.#most === 0 || probability <= found.at(-1)!.probability)) {
      return;
    }
    const at = found.findIndex((each) => each.probability < probability);
    found.splice(at < 0 ? found.length : at, 0, { id, probability });
    found.length = Math.min(found.length, this.#most);
  }
}
