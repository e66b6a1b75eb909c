export type { GrammaskProviderOptions } from "./call-options.js";
export { createGrammask, type GrammaskProvider, grammask, type ProviderSettings } from "./provider.js";
