/**
 * What a validator finds, or undefined where it fails in a known way and so cannot tell. Schemas that apply themselves in
 * place exhaust its stack, when it compiles them (Ajv) or when it reads a value; and the code that Ajv generates is wrong
 * for some schemas with `prefixItems: [false]` or `unevaluatedProperties`. Anything else that it throws is thrown on.
 */
export function orUndefined<T>(check: () => T): T | undefined {
  try {
    return check();
  } catch (error) {
    if (!isOracleFailure(error)) throw error;
    return undefined;
  }
}

/** Whether a validator threw this because it is the validator that fails: see {@link orUndefined}. */
export function isOracleFailure(error: unknown): boolean {
  return (
    error instanceof ReferenceError ||
    error instanceof TypeError ||
    (error instanceof RangeError && error.message.includes("call stack"))
  );
}
