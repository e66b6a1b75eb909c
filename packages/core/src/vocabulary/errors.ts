/** The tokenizer cannot be read: the file is malformed, or of a kind that is not supported. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
  readonly code: "tokenizer-invalid" | "tokenizer-unsupported";

  constructor(code: "tokenizer-invalid" | "tokenizer-unsupported", message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The bytes cannot be read as a vocabulary: they are damaged, or of another version of the format. */
export class VocabularyDataError extends Error {
  override readonly name = "VocabularyDataError";
  readonly code: "vocabulary-invalid" | "vocabulary-version";

  constructor(code: "vocabulary-invalid" | "vocabulary-version", message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
