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

/** A probability below e to the minus this, of the highest, is none. */
const EXP_RANGE = 35;

/** Measures the mask's effect, token by token, from the logits before the mask. */
export class PressureGauge {
  readonly #vocabulary: Pick<TokenVocabulary, "size" | "tokenBytes">;
  /** By id: the first byte of a token. */
  readonly #firstByte: Uint16Array;
  readonly #allowedFirst = new Uint8Array(FIRST_BYTES);
  readonly #weights: Float64Array;
  /** By id: 1 where the mask allows the token. */
  readonly #allowed: Uint8Array;
  readonly #allowedTop: Likeliest;
  readonly #removedTop: Likeliest;

  /** @param alternatives how many allowed and how many removed tokens to name, at least 0 */
  constructor(vocabulary: Pick<TokenVocabulary, "size" | "tokenBytes">, alternatives: number) {
    this.#vocabulary = vocabulary;
    this.#allowed = new Uint8Array(vocabulary.size);
    this.#allowedTop = new Likeliest(alternatives);
    this.#removedTop = new Likeliest(alternatives);
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
    const firstByte = this.#firstByte;
    const allowed = this.#allowed;
    const first = this.#allowedFirst.fill(0);
    const words = mask?.words;
    let highest = Number.NEGATIVE_INFINITY;
    let best = 0;
    for (let i = 0; i < size; i++) {
      const logit = logits[i]!;
      if (logit > highest) {
        highest = logit;
        best = i;
      }
      const isAllowed = words === undefined ? 1 : (words[i >>> 5]! >>> (i & 31)) & 1;
      allowed[i] = isAllowed;
      first[firstByte[i]!]! |= isAllowed;
    }
    // What is not text, such as the end of a sequence, has no bytes to begin with: it is itself allowed or not.
    first[NOT_TEXT] = 0;
    let total = 0;
    let kept = 0;
    let removed = 0;
    let refused = 0;
    const allowedTop = this.#allowedTop.clear();
    const removedTop = this.#removedTop.clear();
    for (let i = 0; i < size; i++) {
      const below = logits[i]! - highest;
      const weight = below < -EXP_RANGE ? 0 : Math.exp(below);
      weights[i] = weight;
      total += weight;
      if (allowed[i] === 1) {
        kept += weight;
        if (weight > allowedTop.least) {
          allowedTop.add(i, weight);
        }
      } else {
        removed += weight;
        if (first[firstByte[i]!] === 0) {
          refused += weight;
        }
        if (weight > removedTop.least) {
          removedTop.add(i, weight);
        }
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
      preferred: { id: best, probability: weights[best]! / total, allowed: allowed[best] === 1 },
      allowed: allowedTop.found(total),
      removedTokens: removedTop.found(total),
    };
  }
}

/** The few most likely of many tokens. */
class Likeliest {
  /** What a weight must be above to be among them: no weight is, where none are wanted. */
  least = -1;
  readonly #ids: Int32Array;
  readonly #weights: Float64Array;
  #count = 0;

  constructor(most: number) {
    this.#ids = new Int32Array(most);
    this.#weights = new Float64Array(most);
  }

  clear(): this {
    this.#count = 0;
    this.least = this.#ids.length === 0 ? Number.POSITIVE_INFINITY : -1;
    return this;
  }

  /** @param weight above `least` */
  add(id: number, weight: number): void {
    const ids = this.#ids;
    const weights = this.#weights;
    let at = this.#count < ids.length ? this.#count++ : ids.length - 1;
    for (; at > 0 && weights[at - 1]! < weight; at--) {
      ids[at] = ids[at - 1]!;
      weights[at] = weights[at - 1]!;
    }
    ids[at] = id;
    weights[at] = weight;
    if (this.#count === ids.length) {
      this.least = weights[ids.length - 1]!;
    }
  }

  /** Most likely first. @param total the weight of all tokens */
  found(total: number): Alternative[] {
    return Array.from({ length: this.#count }, (_, i) => ({
      id: this.#ids[i]!,
      probability: this.#weights[i]! / total,
    }));
  }
}
