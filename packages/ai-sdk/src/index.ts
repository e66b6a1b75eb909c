export type { GrammaskProviderOptions } from "./call-options.js";
export type { GrammaskLanguageModel } from "./language-model.js";
export { createGrammask, type GrammaskProvider, grammask, type ProviderSettings } from "./provider.js";
