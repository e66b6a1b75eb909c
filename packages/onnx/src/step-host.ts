import type { MessagePort } from "node:worker_threads";
import type { Decoder, Sequence } from "./decoder.js";
import { ModelDisposedError, reasonOf } from "./errors.js";
import type { RemoteGraph, StepAnswer, StepCommand } from "./remote-messages.js";

/**
 * Takes the steps of sequences whose loops run in another thread, until the port is closed. They take their steps together
 * with the sequences of this thread.
 */
export function serveSteps(
  decoder: Decoder,
  { name, directory, dtype }: Pick<RemoteGraph, "name" | "directory" | "dtype">,
  port: MessagePort,
): void {
  const sequences = new Map<number, Sequence>();
  const { device, contextLength, vocabularySize, prefillChunk, keepsPrompts, canRollback } = decoder;
  const graph = { device, contextLength, vocabularySize, prefillChunk, keepsPrompts, canRollback };
  port.postMessage({ type: "graph", name, directory, dtype, ...graph } satisfies RemoteGraph);
  const answer = (message: StepAnswer, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);

  port.on("message", (command: StepCommand) => {
    if (command.type === "open") {
      sequences.set(command.sequence, decoder.newSequence());
      return;
    }
    const sequence = sequences.get(command.sequence);
    if (sequence === undefined) {
      return;
    }
    switch (command.type) {
      case "recall":
        answer({ type: "recalled", call: command.call, count: sequence.recall(command.ids, command.cuts) });
        return;
      case "remember":
        sequence.remember(command.ids, command.cuts);
        return;
      case "forward":
        void forward(sequence, command);
        return;
      case "rollback":
        sequence.rollback(command.rows);
        return;
      case "dispose":
        sequences.delete(command.sequence);
        sequence.dispose();
    }
  });
  port.once("close", () => {
    for (const sequence of sequences.values()) {
      sequence.dispose();
    }
    sequences.clear();
  });

  async function forward(
    sequence: Sequence,
    { call, ids, wanted }: Extract<StepCommand, { readonly type: "forward" }>,
  ): Promise<void> {
    try {
      // Rows of logits are those of several sequences, and valid until the next step only.
      const logits = (await sequence.forward(ids, wanted)).slice();
      answer({ type: "logits", call, logits, together: sequence.together }, [logits.buffer]);
    } catch (thrown) {
      const isDisposed = thrown instanceof ModelDisposedError;
      answer({ type: "failed", call, isDisposed, message: reasonOf(thrown) });
    }
  }
}
