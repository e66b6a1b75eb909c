import { type CapturedText, type Grammar, Matcher, Vocabulary } from "@grammask/core";

/** Each byte is a token: upstreams send text. 256 stands for the end. */
const BYTES = Vocabulary.fromBytes(
  [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), undefined],
  { eosTokenIds: [256] },
);
const WHITESPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
/**
 * Of a way to end a JSON text, the part that has only structure and names: the rest of a key, a comma and the next key, the
 * bracket that opens a value, or the brackets that close all.
 */
const STRUCTURE = /^(?:[^"\\]*":|,"(?:[^"\\]|\\.)*":|[[{]|[\]}]+$)/;

/** An output as far as it is known to be the beginning of a valid one. */
export class CheckedOutput {
  readonly #matcher: Matcher | undefined;
  readonly #isJson: boolean;
  readonly #encoder = new TextEncoder();
  #text = "";

  /** @param grammar undefined: any text is valid */
  constructor(grammar: Grammar | undefined, isJson: boolean) {
    this.#matcher = grammar && new Matcher(grammar, BYTES);
    this.#isJson = isJson;
  }

  /** What was accepted; ends with a whole character. */
  get text(): string {
    return this.#text;
  }

  /** Whether it may end here. */
  get isComplete(): boolean {
    return this.#matcher?.isComplete ?? true;
  }

  /** Whether it is complete and nothing but whitespace could follow. */
  get isClosed(): boolean {
    const matcher = this.#matcher;
    return matcher?.isComplete === true && matcher.allowedBytes().every((byte) => WHITESPACE.has(byte));
  }

  /** What the constraint captures of it where it is complete. */
  get captures(): readonly CapturedText[] | undefined {
    return this.#matcher?.captures();
  }

  /** The limit of the constraint that the output hit. */
  get limit(): string | undefined {
    return this.#matcher?.limitHit?.error.limit;
  }

  /**
   * Takes whole characters as far as they are valid.
   *
   * @returns whether that is all of them
   */
  push(text: string): boolean {
    const matcher = this.#matcher;
    if (matcher === undefined || matcher.acceptBytes(this.#encoder.encode(text))) {
      this.#text += text;
      return true;
    }
    for (const character of text) {
      if (!matcher.acceptBytes(this.#encoder.encode(character))) {
        return false;
      }
      this.#text += character;
    }
    return true;
  }

  /** Goes on by what must or can come next of structure, so that who continues does not stumble at the same place. */
  pushStructure(): void {
    if (this.#matcher === undefined || !this.#isJson) {
      return;
    }
    const structure = STRUCTURE.exec(this.#shortestEnd());
    if (structure !== null) {
      this.push(structure[0]);
    }
  }

  /** Ends the output by a short text. */
  close(): void {
    if (!this.isComplete) {
      this.push(this.#shortestEnd());
    }
  }

  #shortestEnd(): string {
    const { bytes } = this.#matcher!.shortestCompletion();
    return new TextDecoder().decode(bytes);
  }
}
