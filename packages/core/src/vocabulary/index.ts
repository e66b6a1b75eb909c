export * from "./bitset.js";
export { TokenizerError } from "./errors.js";
export { TokenTrie } from "./token-trie.js";
export { Vocabulary, type VocabularyOptions } from "./vocabulary.js";
