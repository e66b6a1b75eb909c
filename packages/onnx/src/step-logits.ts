import type { Tensor } from "onnxruntime-node";
import { halfToFloat } from "./float16.js";
import { freeTensors } from "./free-memory.js";
import { bits } from "./kv-rows.js";

/** The logits of a step, of which some sequences read rows. Their memory is freed when all of these have gone on. */
export class StepLogits {
  readonly #tensor: Tensor;
  #readers: number;

  /** @param readers how many sequences read rows */
  constructor(tensor: Tensor, readers: number) {
    this.#tensor = tensor;
    this.#readers = readers;
  }

  /** So many rows of a width from one on; empty once they are freed. */
  rows(first: number, count: number, width: number): Float32Array {
    const part = bits(this.#tensor).subarray(first * width, (first + count) * width);
    return part instanceof Float32Array ? part : halfToFloat(part, new Float32Array(count * width));
  }

  /** One of the sequences has gone on. */
  release(): void {
    this.#readers--;
    if (this.#readers === 0) {
      freeTensors([this.#tensor]);
    }
  }
}
