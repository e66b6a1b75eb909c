import type { LanguageModelV3StreamPart } from "@ai-sdk/provider";

export type Part = LanguageModelV3StreamPart;

/** Makes the parts of the SDK's stream out of an output that grows. */
export interface OutputParts {
  /** Whether there is a whole call. */
  readonly hasCall: boolean;
  /** Whether there is a call of which the end is missing. */
  readonly hasCutCall: boolean;
  push(text: string): Generator<Part, void, void>;
  /** What was held back, and the end of what is open. */
  end(): Generator<Part, void, void>;
}
