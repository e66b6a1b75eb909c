/** The engines that `grammask bench maskbench` knows, and what runs them: this package, or an installed peer. */
export const ENGINES = {
  grammask: "own",
  /** With a full copy of each mask, as engines make it that fill a caller's buffer. */
  "grammask-copy": "own",
  /** Rust, as a Python package. */
  llguidance: "python",
  /** The same as WebAssembly. */
  "llguidance-wasm": "node",
  /** C++ as WebAssembly. */
  xgrammar: "node",
  /** TypeScript. */
  "structured-output": "node",
  /** Rust, as a Python package. */
  outlines: "python",
} as const;

export type EngineName = keyof typeof ENGINES;

export function isEngineName(name: string): name is EngineName {
  return Object.hasOwn(ENGINES, name);
}
