import type { JsonSchemaOptions } from "@grammask/core";
import type { Place } from "./judge-record.js";

export interface WorkerInput {
  readonly tokenizer: string;
  readonly eos: number;
  readonly options: JsonSchemaOptions;
  readonly limitMs: number;
  /** Three integers, for `SharedPlace`. */
  readonly place: SharedArrayBuffer;
}

/** Where the worker is; the other thread reads it when the worker no longer answers. */
export class SharedPlace implements Place {
  readonly #cells: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#cells = new Int32Array(buffer);
  }

  get compiling(): boolean {
    return this.#cells[0] === 1;
  }
  set compiling(value: boolean) {
    this.#cells[0] = value ? 1 : 0;
  }
  get test(): number {
    return this.#cells[1]!;
  }
  set test(value: number) {
    this.#cells[1] = value;
  }
  get token(): number {
    return this.#cells[2]!;
  }
  set token(value: number) {
    this.#cells[2] = value;
  }
}
