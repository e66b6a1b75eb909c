/** The tokenizer cannot be read: the file is malformed, or of a kind that is not supported. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
  readonly code: "tokenizer-invalid" | "tokenizer-unsupported";

  constructor(code: "tokenizer-invalid" | "tokenizer-unsupported", message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
