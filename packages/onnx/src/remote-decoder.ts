import type { MessagePort } from "node:worker_threads";
import type { Device } from "./device.js";
import { InferenceError, ModelDisposedError } from "./errors.js";
import type { RemoteGraph, StepAnswer, StepCommand } from "./remote-messages.js";
import type { StepDecoder, StepSequence } from "./step-decoder.js";
import { Turns } from "./turns.js";

interface Waiting {
  readonly resolve: (answer: Exclude<StepAnswer, { readonly type: "failed" }>) => void;
  readonly reject: (reason: Error) => void;
}

/** A graph in another thread, which `Model.lend` lends. Disposing of it frees nothing there but its sequences. */
export class RemoteDecoder implements StepDecoder {
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly device: Device;
  readonly prefillChunk: number;
  readonly keepsPrompts: boolean;
  readonly canRollback: boolean;
  readonly #port: MessagePort;
  readonly #prompts = new Turns();
  readonly #waiting = new Map<number, Waiting>();
  #sequences = 0;
  #calls = 0;
  #isClosed = false;

  private constructor(graph: RemoteGraph, port: MessagePort) {
    this.contextLength = graph.contextLength;
    this.vocabularySize = graph.vocabularySize;
    this.device = graph.device;
    this.prefillChunk = graph.prefillChunk;
    this.keepsPrompts = graph.keepsPrompts;
    this.canRollback = graph.canRollback;
    this.#port = port;
    port.on("message", (answer: StepAnswer) => this.#take(answer));
    port.once("close", () => {
      this.#isClosed = true;
      for (const { reject } of this.#waiting.values()) {
        reject(new ModelDisposedError());
      }
      this.#waiting.clear();
    });
  }

  /** @throws ModelDisposedError where the other end is closed before it says what it lends */
  static connect(
    port: MessagePort,
  ): Promise<{ readonly decoder: RemoteDecoder; readonly graph: RemoteGraph }> {
    return new Promise((resolve, reject) => {
      const closed = () => reject(new ModelDisposedError());
      port.once("close", closed);
      port.once("message", (graph: RemoteGraph) => {
        port.off("close", closed);
        resolve({ decoder: new RemoteDecoder(graph, port), graph });
      });
    });
  }

  newSequence(): StepSequence {
    const sequence = this.#sequences++;
    this.send({ type: "open", sequence });
    return new RemoteSequence(this, sequence);
  }

  inTurn<T>(read: () => Promise<T>): Promise<T> {
    return this.#prompts.take(read);
  }

  async dispose(): Promise<void> {
    this.#port.close();
  }

  send(command: StepCommand): void {
    this.#port.postMessage(command);
  }

  /** Sends a command that is answered. */
  ask(command: (call: number) => StepCommand): Promise<Exclude<StepAnswer, { readonly type: "failed" }>> {
    if (this.#isClosed) {
      return Promise.reject(new ModelDisposedError());
    }
    const call = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.send(command(call));
    });
  }

  #take(answer: StepAnswer): void {
    const waiting = this.#waiting.get(answer.call);
    this.#waiting.delete(answer.call);
    if (answer.type === "failed") {
      waiting?.reject(answer.isDisposed ? new ModelDisposedError() : new InferenceError(answer.message));
    } else {
      waiting?.resolve(answer);
    }
  }
}

class RemoteSequence implements StepSequence {
  readonly canRollback: boolean;
  length = 0;
  together = 1;
  readonly #decoder: RemoteDecoder;
  readonly #id: number;

  constructor(decoder: RemoteDecoder, id: number) {
    this.#decoder = decoder;
    this.#id = id;
    this.canRollback = decoder.canRollback;
  }

  async recall(ids: readonly number[], cuts: readonly number[] = []): Promise<number> {
    const sequence = this.#id;
    const answer = await this.#decoder.ask((call) => ({ type: "recall", sequence, call, ids, cuts }));
    this.length = answer.type === "recalled" ? answer.count : 0;
    return this.length;
  }

  remember(ids: readonly number[], cuts: readonly number[] = []): void {
    this.#decoder.send({ type: "remember", sequence: this.#id, ids, cuts });
  }

  async forward(ids: readonly number[], wanted: readonly number[] = [0]): Promise<Float32Array> {
    const sequence = this.#id;
    const answer = await this.#decoder.ask((call) => ({ type: "forward", sequence, call, ids, wanted }));
    if (answer.type !== "logits") {
      throw new InferenceError("The model's thread gave no logits.");
    }
    this.length += ids.length;
    this.together = answer.together;
    return answer.logits;
  }

  rollback(rows: number): void {
    if (rows > 0) {
      this.length -= rows;
      this.#decoder.send({ type: "rollback", sequence: this.#id, rows });
    }
  }

  dispose(): void {
    this.#decoder.send({ type: "dispose", sequence: this.#id });
  }
}
