/** The next tokens of a sequence. */
export interface SequenceStep<Sequence> {
  readonly sequence: Sequence;
  readonly ids: readonly number[];
  /** Of which of them the logits are wanted, as distances from the last one, descending. */
  readonly wanted: readonly number[];
}

interface Waiting<Sequence> extends SequenceStep<Sequence> {
  readonly resolve: (logits: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Sequences of one model that are decoded at the same time. Those that ask for a step while the graph is busy, or in the
 * same turn of the event loop, take it together: a step of several sequences costs much less than several steps. Sequences
 * come and go as they like, and none waits for another that does not ask.
 */
export class SequenceGroup<Sequence> {
  readonly #stepTogether: (steps: readonly SequenceStep<Sequence>[]) => Promise<Float32Array[]>;
  #waiting: Waiting<Sequence>[] = [];
  #running = 0;
  #scheduled = false;

  /** @param stepTogether feeds tokens to each of some sequences and gives each the logits that it wants */
  constructor(stepTogether: (steps: readonly SequenceStep<Sequence>[]) => Promise<Float32Array[]>) {
    this.#stepTogether = stepTogether;
  }

  /** Feeds the next tokens of a sequence, and gives the logits that it wants. */
  step(step: SequenceStep<Sequence>): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...step, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when no step runs or waits. */
  async drained(): Promise<void> {
    while (this.#running > 0 || this.#waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #schedule(): void {
    if (!this.#scheduled && this.#running === 0 && this.#waiting.length > 0) {
      this.#scheduled = true;
      // Whoever got logits just now has the time to ask for its next step.
      setImmediate(() => {
        this.#scheduled = false;
        void this.#flush();
      });
    }
  }

  async #flush(): Promise<void> {
    if (this.#running > 0) {
      return;
    }
    const steps = this.#waiting;
    this.#waiting = [];
    try {
      const logits = await this.#run(steps);
      for (const [i, { resolve }] of steps.entries()) {
        resolve(logits[i]!);
      }
    } catch (thrown) {
      for (const { reject } of steps) {
        reject(thrown);
      }
    }
  }

  async #run(steps: readonly SequenceStep<Sequence>[]): Promise<Float32Array[]> {
    this.#running++;
    try {
      return await this.#stepTogether(steps);
    } finally {
      this.#running--;
      this.#schedule();
    }
  }
}
