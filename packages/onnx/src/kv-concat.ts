import type { Tensor, TensorConstructor } from "onnxruntime-node";
import { freeTensors } from "./free-memory.js";
import type { GraphContract, PastInput } from "./graph.js";
import type { Feeds, KvCache, Outputs } from "./kv-cache.js";
import { bits, newBuffer } from "./kv-rows.js";

/**
 * The cache of an ordinary decoder, which gives past and new rows together: the outputs of a step are the inputs of the
 * next, untouched. On WebGPU they stay in GPU memory. Rolling back copies what is left of them, once, before the next
 * step.
 */
export class ConcatKvCache implements KvCache {
  length = 0;
  /** The outputs to fetch in every step. */
  readonly outputs: readonly string[];
  readonly canRollback: boolean;
  readonly #contract: GraphContract;
  readonly #tensor: TensorConstructor;
  #tensors: Tensor[];
  /** Rows that the tensors hold; more than `length` after a rollback. */
  #rows = 0;

  /** @param onGpu whether the session leaves the `present` outputs in GPU memory */
  constructor(contract: GraphContract, tensor: TensorConstructor, onGpu: boolean) {
    this.#contract = contract;
    this.#tensor = tensor;
    this.canRollback = !onGpu;
    this.outputs = contract.past.map((each) => each.output);
    this.#tensors = contract.past.map((each) => this.#make(each, newBuffer(contract.pastType, 0), 0));
  }

  /** Adds the past of a step. */
  feed(feeds: Feeds): void {
    const { past } = this.#contract;
    if (this.#rows !== this.length) {
      this.#tensors = this.#tensors.map((tensor, i) => this.#first(tensor, past[i]!, this.length));
      this.#rows = this.length;
    }
    for (let i = 0; i < past.length; i++) {
      feeds[past[i]!.input] = this.#tensors[i]!;
    }
  }

  /** Takes over past and new rows of a step that succeeded; it brought `rows` new ones. */
  take(outputs: Outputs, rows: number): void {
    const { past } = this.#contract;
    freeTensors(this.#tensors);
    for (let i = 0; i < past.length; i++) {
      this.#tensors[i]!.dispose();
      this.#tensors[i] = outputs[past[i]!.output]!;
    }
    this.length += rows;
    this.#rows = this.length;
  }

  rollback(rows: number): void {
    this.length -= rows;
  }

  dispose(): void {
    freeTensors(this.#tensors);
    for (const tensor of this.#tensors) {
      tensor.dispose();
    }
    this.#tensors = [];
    this.length = 0;
    this.#rows = 0;
  }

  /** The first rows of each head. */
  #first(tensor: Tensor, { heads, headSize }: PastInput, rows: number): Tensor {
    const source = bits(tensor);
    const target = newBuffer(this.#contract.pastType, heads * rows * headSize);
    for (let head = 0; head < heads; head++) {
      const from = head * this.#rows * headSize;
      target.set(source.subarray(from, from + rows * headSize), head * rows * headSize);
    }
    return this.#make({ heads, headSize }, target, rows);
  }

  #make(
    { heads, headSize }: Pick<PastInput, "heads" | "headSize">,
    data: Float32Array | Uint16Array,
    rows: number,
  ): Tensor {
    return new this.#tensor(this.#contract.pastType, data, [1, heads, rows, headSize]);
  }
}
