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
  /** Where in the held text to look for each stop string: where it stands before, it may not stop the text. */
  #from: number[];
  readonly #mayEnd: (text: string) => boolean;
  /** The stop string that ended the text. */
  stopString: string | undefined;

  /**
   * @param stops none of them empty
   * @param mayEnd whether the text may end so before a stop string; where not, it goes on
   */
  constructor(stops: readonly string[], mayEnd: (text: string) => boolean = () => true) {
    this.#stops = stops;
    this.#from = stops.map(() => 0);
    this.#mayEnd = mayEnd;
    this.#longestStop = Math.max(0, ...stops.map((stop) => stop.length));
  }

  /** What was handed out so far. */
  get text(): string {
    return this.#text;
  }

  /**
   * Adds a token's bytes and hands out the text that is certain now. Where a stop string appears, and the text may end before
   * it, it does, and `stopString` is set.
   */
  push(bytes: Uint8Array): string {
    this.#held += this.#decoder.decode(bytes, { stream: true });
    if (this.#longestStop === 0) {
      return this.#release(this.#held.length);
    }
    for (let found = this.#find(); found !== undefined; found = this.#find()) {
      if (this.#mayEnd(this.#text + this.#held.slice(0, found.at))) {
        this.stopString = this.#stops[found.stop];
        const text = this.#release(found.at);
        this.#held = "";
        return text;
      }
      this.#from[found.stop] = found.at + 1;
    }
    return this.#release(this.#certain());
  }

  /** The first stop string in the held text, by its number. */
  #find(): { readonly at: number; readonly stop: number } | undefined {
    let found: { readonly at: number; readonly stop: number } | undefined;
    for (const [stop, text] of this.#stops.entries()) {
      const at = this.#held.indexOf(text, this.#from[stop]);
      if (at >= 0 && (found === undefined || at < found.at)) {
        found = { at, stop };
      }
    }
    return found;
  }

  /** Ends the text: hands out what was held back. An incomplete character is left out. */
  end(): string {
    return this.#release(this.#held.length);
  }

  #release(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#from = this.#from.map((from) => Math.max(0, from - length));
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
