export * from "./bitset.js";
export { TokenizerError, VocabularyDataError } from "./errors.js";
export type { TokenBytes } from "./token-bytes.js";
export { TokenTrie } from "./token-trie.js";
export {
  tokensOf,
  Vocabulary,
  type VocabularyOptions,
  type VocabularyRuntimeOptions,
  withEachVocabulary,
} from "./vocabulary.js";
