/** The bytes of all tokens in one array: token `id` has `bytes[offsets[id]]` to `bytes[offsets[id + 1]]`. */
export interface TokenBytes {
  readonly bytes: Uint8Array;
  /** One more than there are tokens. */
  readonly offsets: Uint32Array;
}

/** Builds a `TokenBytes`, token by token. */
export class TokenBytesBuilder {
  readonly #offsets: Uint32Array;
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  #tokens = 0;

  constructor(size: number) {
    this.#offsets = new Uint32Array(size + 1);
  }

  pushByte(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  pushBytes(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Appends the text in UTF-8. */
  pushText(text: string): void {
    this.#grow(text.length * 3);
    this.#length += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** Takes back what has been pushed since the last token ended. */
  discard(): void {
    this.#length = this.#offsets[this.#tokens]!;
  }

  /** Ends a token; the next byte belongs to the next one. */
  endToken(): void {
    this.#offsets[++this.#tokens] = this.#length;
  }

  build(): TokenBytes {
    return { bytes: this.#bytes.slice(0, this.#length), offsets: this.#offsets };
  }

  #grow(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
