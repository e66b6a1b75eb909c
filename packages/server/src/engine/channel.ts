/** Values that one side pushes and the other reads one by one, in order; it ends with a result or an error. */
export class Channel<T, Result> {
  readonly #values: T[] = [];
  #end: (() => Result) | undefined;
  #wake: (() => void) | undefined;

  push(value: T): void {
    this.#values.push(value);
    this.#wake?.();
  }

  end(result: Result): void {
    this.#finish(() => result);
  }

  fail(reason: unknown): void {
    this.#finish(() => {
      throw reason;
    });
  }

  async *read(): AsyncGenerator<T, Result, void> {
    for (;;) {
      const value = this.#values.shift();
      if (value !== undefined) {
        yield value;
      } else if (this.#end !== undefined) {
        return this.#end();
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
  }

  #finish(end: () => Result): void {
    this.#end ??= end;
    this.#wake?.();
  }
}
