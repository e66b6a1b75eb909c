/** Values by key, of which those that were used last are kept: compiled grammars, above all. */
export class LastUsed<Value> {
  readonly #capacity: number;
  /** In the order of use, the latest last. */
  readonly #values = new Map<string, Value>();

  /** @param capacity how many are kept, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The value of a key, made where it is not there. */
  get(key: string, make: () => Value): Value {
    const value = this.#values.get(key) ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#capacity) {
      this.#values.delete(this.#values.keys().next().value!);
    }
    return value;
  }
}
