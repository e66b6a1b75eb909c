export { type Constrained, type ConstraintOptions, constrain, type GenerateOptions } from "./constrain.js";
export {
  BudgetTooSmallError,
  ConstraintError,
  GenerationError,
  InvalidOptionError,
  UnsupportedTokenizerError,
} from "./errors.js";
export type { Form } from "./grammar.js";
export { type Generator, type GeneratorModel, type GeneratorTokenizer, warmUp } from "./vocabulary.js";
