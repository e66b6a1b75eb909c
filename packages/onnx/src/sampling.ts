import type { TokenMask } from "@grammask/core";
import { Random } from "./random.js";

/** How the next token is drawn. */
export interface SamplingOptions {
  /** 0 takes the most likely token always; 1 draws from the model's own distribution. At least 0. */
  readonly temperature: number;
  /** Draw from this many of the most likely tokens; 0: from all. */
  readonly topK: number;
  /** Draw from the most likely tokens that have this much of the probability together, above 0 to 1; 1: from all. */
  readonly topP: number;
  /** Leave out tokens less likely than this share of the most likely one's probability, 0 to 1; 0: none. */
  readonly minP: number;
  /** Above 1 makes tokens of the prompt and the output less likely; 1: no change. Above 0. */
  readonly repetitionPenalty: number;
  /**
   * Taken from a token's logit for each time that it stands in the output, and once if it does: -2 to 2; 0: no change.
   * Punctuation and keys that the grammar leaves a choice about count too.
   */
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  /** An integer from 0 to 2^32 - 1. */
  readonly seed: number;
  /** Added to the logits of tokens, by id, before all else: -100 to 100. What the mask does not allow stays away. */
  readonly logitBias: Readonly<Record<number, number>>;
}

/** A filter first looks at the tokens whose logit (over the temperature) is at most this much below the highest. */
const MARGIN = 16;
const LEAST_SHARE = Math.exp(-MARGIN);

/**
 * Draws tokens from logits, reading only those that the mask allows: the list of ids where the mask is small, its bits
 * where it is large. The filters run in the order that is usual (repetition penalty, temperature, top-k, top-p, min-p),
 * each on what the one before has left. Nothing is allocated per token.
 */
export class Sampler {
  readonly #options: SamplingOptions;
  readonly #random: Random;
  readonly #size: number;
  readonly #greedy: boolean;
  readonly #biased: Int32Array;
  readonly #biases: Float64Array;
  /** The logits of biased tokens, while they are biased. */
  readonly #unbiased: Float32Array;
  /** 1 where the token has occurred; empty without a penalty. */
  readonly #seen: Uint8Array;
  /** How often the token stands in the output; empty without a penalty for that. */
  readonly #counts: Uint32Array;
  readonly #plain: boolean;
  /** The allowed tokens and their logits; a max-heap by logit while candidates are taken in order. */
  readonly #ids: Int32Array;
  readonly #scores: Float64Array;
  #count = 0;
  /** The weight of all candidates together, where top-p asks for it. */
  #all = 0;

  /** @param size width of the logits */
  constructor(options: SamplingOptions, size: number) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#size = size;
    const biases = Object.entries(options.logitBias).filter(([id]) => Number(id) < size);
    this.#biased = Int32Array.from(biases, ([id]) => Number(id));
    this.#biases = Float64Array.from(biases, ([, bias]) => bias);
    this.#unbiased = new Float32Array(biases.length);
    this.#greedy = options.temperature === 0 || options.topK === 1;
    this.#seen = new Uint8Array(options.repetitionPenalty === 1 ? 0 : size);
    const isCounted = options.frequencyPenalty !== 0 || options.presencePenalty !== 0;
    this.#counts = new Uint32Array(isCounted ? size : 0);
    this.#plain = this.#seen.length + this.#counts.length === 0;
    this.#ids = new Int32Array(this.#greedy ? 0 : size);
    this.#scores = new Float64Array(this.#greedy ? 0 : size);
  }

  /** Notes a token of the prompt, for the repetition penalty; one of the output for the others too. */
  observe(id: number, isOutput = false): void {
    if (isOutput && id < this.#counts.length) {
      this.#counts[id]!++;
    }
    if (id < this.#seen.length) {
      this.#seen[id] = 1;
    }
  }

  /**
   * The next token.
   *
   * @param logits as wide as the vocabulary; as before afterwards
   * @param mask the allowed tokens, at least one; undefined allows all
   */
  sample(logits: Float32Array, mask: TokenMask | undefined): number {
    const biased = this.#biased;
    for (let i = 0; i < biased.length; i++) {
      this.#unbiased[i] = logits[biased[i]!]!;
      logits[biased[i]!] = this.#unbiased[i]! + this.#biases[i]!;
    }
    const id = this.#choose(logits, mask);
    for (let i = 0; i < biased.length; i++) {
      logits[biased[i]!] = this.#unbiased[i]!;
    }
    return id;
  }

  #choose(logits: Float32Array, mask: TokenMask | undefined): number {
    if (this.#greedy) {
      return this.#best(logits, mask);
    }
    this.#gather(logits, mask);
    const { topK, topP, minP } = this.#options;
    const id = topK > 0 || topP < 1 || minP > 0 ? this.#drawFiltered() : this.#drawAny();
    // Only where the logits are not numbers.
    return id < 0 ? this.#best(logits, mask) : id;
  }

  /** The logit after the penalties. */
  #penalised(logits: Float32Array, id: number): number {
    let logit = logits[id]!;
    if (id < this.#counts.length && this.#counts[id]! > 0) {
      const { frequencyPenalty, presencePenalty } = this.#options;
      logit -= this.#counts[id]! * frequencyPenalty + presencePenalty;
    }
    if (id < this.#seen.length && this.#seen[id] === 1) {
      const penalty = this.#options.repetitionPenalty;
      return logit < 0 ? logit * penalty : logit / penalty;
    }
    return logit;
  }

  /** The most likely allowed token; of equals the one with the lowest id. */
  #best(logits: Float32Array, mask: TokenMask | undefined): number {
    let best = -1;
    let highest = Number.NEGATIVE_INFINITY;
    const plain = this.#plain;
    if (mask === undefined) {
      for (let id = 0; id < this.#size; id++) {
        const score = plain ? logits[id]! : this.#penalised(logits, id);
        if (score > highest || best < 0) {
          highest = score;
          best = id;
        }
      }
    } else if (mask.ids !== undefined) {
      const { ids } = mask;
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!;
        const score = plain ? logits[id]! : this.#penalised(logits, id);
        if (score > highest || best < 0) {
          highest = score;
          best = id;
        }
      }
    } else {
      const { words } = mask;
      const isDense = plain && mask.count > this.#size >> 2;
      for (let w = 0; w < words.length; w++) {
        let word = words[w]!;
        if (isDense && word !== 0 && best >= 0) {
          // Few logits are above all before them: which of them are allowed is asked last.
          const first = w << 5;
          for (let bit = 0; bit < 32; bit++) {
            const score = logits[first + bit]!;
            if (score > highest && (word >>> bit) & 1) {
              highest = score;
              best = first + bit;
            }
          }
          continue;
        }
        while (word !== 0) {
          const id = (w << 5) + 31 - Math.clz32(word & -word);
          word &= word - 1;
          const score = plain ? logits[id]! : this.#penalised(logits, id);
          if (score > highest || best < 0) {
            highest = score;
            best = id;
          }
        }
      }
    }
    return best;
  }

  /** Fills the candidates: allowed tokens with their logits divided by the temperature. */
  #gather(logits: Float32Array, mask: TokenMask | undefined): void {
    const inverse = 1 / this.#options.temperature;
    const plain = this.#plain;
    let count = 0;
    if (mask === undefined) {
      for (let id = 0; id < this.#size; id++) {
        this.#ids[count] = id;
        this.#scores[count++] = (plain ? logits[id]! : this.#penalised(logits, id)) * inverse;
      }
    } else if (mask.ids !== undefined) {
      for (let i = 0; i < mask.ids.length; i++) {
        const id = mask.ids[i]!;
        this.#ids[count] = id;
        this.#scores[count++] = (plain ? logits[id]! : this.#penalised(logits, id)) * inverse;
      }
    } else {
      for (let w = 0; w < mask.words.length; w++) {
        let word = mask.words[w]!;
        while (word !== 0) {
          const id = (w << 5) + 31 - Math.clz32(word & -word);
          word &= word - 1;
          this.#ids[count] = id;
          this.#scores[count++] = (plain ? logits[id]! : this.#penalised(logits, id)) * inverse;
        }
      }
    }
    this.#count = count;
  }

  /** Draws from all candidates; -1 where their weights are no numbers. */
  #drawAny(): number {
    const scores = this.#scores;
    const count = this.#count;
    const highest = this.#highest();
    let total = 0;
    for (let i = 0; i < count; i++) {
      total += scores[i] = Math.exp(scores[i]! - highest);
    }
    return this.#draw(0, count, total, 1);
  }

  /**
   * Draws from the candidates that the filters leave. They are taken from a heap, most likely first, and only as many
   * as are kept: the heap's end fills with them, in order.
   */
  #drawFiltered(): number {
    const { topK, topP, minP } = this.#options;
    const scores = this.#scores;
    const highest = this.#highest();
    const limit = topK > 0 ? Math.min(topK, this.#count) : this.#count;
    const size = this.#likely(highest, limit);
    for (let i = (size >> 1) - 1; i >= 0; i--) {
      this.#sink(i, size);
    }
    let wanted = Number.POSITIVE_INFINITY;
    if (topK > 0) {
      // Top-p is a share of what top-k leaves.
      this.#take(size, limit);
      wanted = topP * this.#mass(size - limit, size, highest);
    } else if (topP < 1) {
      wanted = topP * this.#all;
    }
    let kept = 0;
    let total = 0;
    while (kept < Math.min(limit, size) && (kept === 0 || total < wanted)) {
      const at = size - 1 - kept;
      if (topK === 0) {
        this.#take(at + 1, 1);
      }
      const weight = Math.exp(scores[at]! - highest);
      if (kept > 0 && weight < minP) {
        break;
      }
      scores[at] = weight;
      total += weight;
      kept++;
    }
    return this.#draw(size - 1, kept, total, -1);
  }

  /**
   * Moves the candidates that the filters can keep to the front and gives their number: a heap of a few hundred is much
   * faster than one of all tokens. Those less likely by a factor of e^-16 are left out, unless the filters reach them.
   */
  #likely(highest: number, limit: number): number {
    const { topK, topP, minP } = this.#options;
    const scores = this.#scores;
    const count = this.#count;
    const floor = highest - MARGIN;
    let size = 0;
    for (let i = 0; i < count; i++) {
      if (scores[i]! >= floor) {
        this.#swap(i, size++);
      }
    }
    if (topK > 0) {
      return size < limit ? count : size;
    }
    if (topP === 1 && minP > LEAST_SHARE) {
      return size;
    }
    const mass = this.#mass(0, size, highest);
    this.#all = mass + this.#mass(size, count, highest);
    return mass < topP * this.#all ? count : size;
  }

  #highest(): number {
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#count; i++) {
      if (this.#scores[i]! > highest) {
        highest = this.#scores[i]!;
      }
    }
    return highest;
  }

  /** The weight of a range of candidates together, the most likely one's being 1. */
  #mass(from: number, to: number, highest: number): number {
    let mass = 0;
    for (let i = from; i < to; i++) {
      mass += Math.exp(this.#scores[i]! - highest);
    }
    return mass;
  }

  /** Moves the `taken` largest candidates of a heap of `size` to its end, the largest last. */
  #take(size: number, taken: number): void {
    for (let end = size - 1; end >= size - taken; end--) {
      this.#swap(0, end);
      this.#sink(0, end);
    }
  }

  /** Draws one of `count` weights, from `start` in steps of `step`; -1 where they are no numbers. */
  #draw(start: number, count: number, total: number, step: 1 | -1): number {
    if (!(total > 0) || total === Number.POSITIVE_INFINITY) {
      return -1;
    }
    let rest = this.#random.next() * total;
    let last = -1;
    for (let i = 0, at = start; i < count; i++, at += step) {
      const weight = this.#scores[at]!;
      if (weight > 0) {
        last = at;
        rest -= weight;
        if (rest < 0) {
          break;
        }
      }
    }
    return this.#ids[last]!;
  }

  #sink(at: number, size: number): void {
    const scores = this.#scores;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) {
        return;
      }
      if (child + 1 < size && scores[child + 1]! > scores[child]!) {
        child++;
      }
      if (!(scores[child]! > scores[at]!)) {
        return;
      }
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(a: number, b: number): void {
    const score = this.#scores[a]!;
    this.#scores[a] = this.#scores[b]!;
    this.#scores[b] = score;
    const id = this.#ids[a]!;
    this.#ids[a] = this.#ids[b]!;
    this.#ids[b] = id;
  }
}
