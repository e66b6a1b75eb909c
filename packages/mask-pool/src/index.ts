export { MaskPool, MaskPoolError, type MaskPoolOptions, type SequenceState } from "./mask-pool.js";
