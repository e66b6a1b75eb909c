/** What this package uses of `@grammask/core`, in one place. Interim: until core exports it all, by structure. */

/** The tokens allowed at a position; shared and read-only. */
export interface TokenMask {
  readonly words: Uint32Array;
  readonly count: number;
  /** The allowed ids, ascending, where they are few. */
  readonly ids?: Int32Array;
  has(id: number): boolean;
}

/** One output's position in a grammar. */
export interface TokenMatcher {
  mask(): TokenMask;
  accept(id: number): boolean;
  readonly isComplete: boolean;
}

export interface TokenVocabulary {
  readonly size: number;
  readonly eosTokenIds: readonly number[];
  tokenBytes(id: number): Uint8Array | undefined;
  isEos(id: number): boolean;
}

export type Grammar = object;

interface VocabularyOptions {
  readonly eosTokenIds: readonly number[];
  readonly size: number;
  readonly encode: (text: string) => readonly number[];
}

interface Core {
  readonly Vocabulary: {
    fromTokenizerJson(json: string | object, options: VocabularyOptions): TokenVocabulary;
  };
  readonly Matcher: new (grammar: Grammar, vocabulary: TokenVocabulary) => TokenMatcher;
  compileJsonSchema(schema: unknown, options?: object): Grammar;
  compileJson(options?: object): Grammar;
  compileJsonObject(options?: object): Grammar;
}

const core = {
  ...(await import("@grammask/core")),
  ...(await import(new URL("../../core/dist/vocabulary/index.js", import.meta.url).href)),
} as unknown as Core;

export const { Vocabulary, Matcher, compileJsonSchema, compileJson, compileJsonObject } = core;
