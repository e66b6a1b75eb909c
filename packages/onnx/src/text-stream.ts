/**
 * Turns the bytes of tokens into text as they come: no half characters, and nothing that may yet turn out to be the
 * beginning of a stop string.
 */
export class TextStream {
  readonly #stops: readonly string[];
  readonly #longestStop: number;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #text = "";
  /** Text after what was handed out; it may be the beginning of a stop string. */
  #held = "";
  /** The stop string that ended the text. */
  stopString: string | undefined;

  /** @param stops none of them empty */
  constructor(stops: readonly string[]) {
    this.#stops = stops;
    this.#longestStop = Math.max(0, ...stops.map((stop) => stop.length));
  }

  /** What was handed out so far. */
  get text(): string {
    return this.#text;
  }

  /**
   * Adds a token's bytes and hands out the text that is certain now. Where a stop string appears, the text ends before
   * it and `stopString` is set.
   */
  push(bytes: Uint8Array): string {
    this.#held += this.#decoder.decode(bytes, { stream: true });
    if (this.#longestStop === 0) {
      return this.#release(this.#held.length);
    }
    let found = -1;
    for (const stop of this.#stops) {
      const at = this.#held.indexOf(stop);
      if (at >= 0 && (found < 0 || at < found)) {
        found = at;
        this.stopString = stop;
      }
    }
    if (found >= 0) {
      const text = this.#release(found);
      this.#held = "";
      return text;
    }
    return this.#release(this.#certain());
  }

  /** Ends the text: hands out what was held back. An incomplete character is left out. */
  end(): string {
    return this.#release(this.#held.length);
  }

  #release(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#text += text;
    return text;
  }

  /** How much of the held text cannot be the beginning of a stop string. */
  #certain(): number {
    const { length } = this.#held;
    for (let at = Math.max(0, length - this.#longestStop + 1); at < length; at++) {
      const rest = this.#held.slice(at);
      if (this.#stops.some((stop) => stop.startsWith(rest))) {
        return at;
      }
    }
    return length;
  }
}
