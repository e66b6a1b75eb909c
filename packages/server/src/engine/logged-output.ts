import type { LoggedText, TokenLogprob } from "./engine.js";

/**
 * Puts the texts of tokens and their log probabilities together, which are known at different times: of forced tokens the text
 * comes first, of others the log probability.
 */
export class LoggedOutput {
  readonly #tell: (piece: LoggedText) => void;
  readonly #texts: string[] = [];
  readonly #logprobs: TokenLogprob[] = [];
  /** How many tokens were told. */
  #told = 0;
  /** Text of tokens that were told already: it was held back. */
  #rest = "";

  constructor(tell: (piece: LoggedText) => void) {
    this.#tell = tell;
  }

  text(index: number, text: string): void {
    if (index < this.#told) {
      this.#rest += text;
    } else {
      this.#texts[index] = (this.#texts[index] ?? "") + text;
      this.#flush();
    }
  }

  logprob(index: number, logprob: TokenLogprob): void {
    this.#logprobs[index] = logprob;
    this.#flush();
  }

  /** Tells what is left: text of which no log probability came, or that was held back. */
  end(): void {
    const text = this.#rest + this.#texts.slice(this.#told).join("");
    const logprobs = this.#logprobs.slice(this.#told, this.#texts.length);
    if (text !== "" || logprobs.length > 0) {
      this.#tell({ text, logprobs });
    }
  }

  #flush(): void {
    for (;;) {
      const [text, logprob] = [this.#texts[this.#told], this.#logprobs[this.#told]];
      if (text === undefined || logprob === undefined) {
        return;
      }
      this.#told++;
      this.#tell({ text, logprobs: [logprob] });
    }
  }
}
