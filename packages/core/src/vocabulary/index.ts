export * from "./bitset.js";
export { TokenizerError, VocabularyDataError } from "./errors.js";
export { TokenTrie } from "./token-trie.js";
export {
  Vocabulary,
  type VocabularyOptions,
  type VocabularyRuntimeOptions,
  withEachVocabulary,
} from "./vocabulary.js";
