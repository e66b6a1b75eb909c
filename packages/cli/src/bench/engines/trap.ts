/**
 * Whether a WebAssembly module has ended itself (`WebAssembly.RuntimeError`): it is of no use any more. Other errors of
 * a peer are its refusals.
 */
export function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === "RuntimeError";
}
