/** One decoding: tokens, and the time from the first to the last of them. */
export interface Decoding {
  readonly tokens: number;
  readonly milliseconds: number;
}

/** Notes when tokens come. The same clock for all engines: the first token's time is where decoding starts. */
export class Clock {
  tokens = 0;
  #first = 0;
  #last = 0;

  tick(): void {
    this.#last = performance.now();
    if (this.tokens++ === 0) this.#first = this.#last;
  }

  get decoding(): Decoding {
    return { tokens: this.tokens, milliseconds: this.#last - this.#first };
  }
}

/** Tokens per second from the first token to the last; undefined with fewer than two. */
export function tokensPerSecond({ tokens, milliseconds }: Decoding): number | undefined {
  return tokens > 1 ? (1000 * (tokens - 1)) / milliseconds : undefined;
}
