import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { Tensor } from "onnxruntime-node";

let closed: MessagePort | undefined;

/**
 * Frees the memory of arrays at once, whatever still refers to them: they are empty afterwards. Where nobody refers to them, that
 * would happen in a collection, and large arrays cause many: those of the steps of a small model took a twentieth of all time.
 */
export function freeMemory(arrays: readonly ArrayBufferView[]): void {
  if (closed === undefined) {
    closed = new MessageChannel().port1;
    closed.close();
  }
  // A message to nobody takes its buffers with it.
  closed.postMessage(
    undefined,
    arrays.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
  );
}

/** The same for tensors in the memory of the CPU, each with a buffer of its own. */
export function freeTensors(tensors: readonly Tensor[]): void {
  const own = tensors.filter(({ location, type }) => location === "cpu" && type !== "string");
  freeMemory(own.map(({ data }) => data as Exclude<Tensor.DataType, string[]>));
}
