/** One more token of a sequence. */
export interface TokenStep<Sequence> {
  readonly sequence: Sequence;
  readonly id: number;
}

interface Waiting<Sequence> extends TokenStep<Sequence> {
  readonly resolve: (logits: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Sequences of one model that are decoded at the same time. Those that ask for a step of one token while the graph is busy,
 * or in the same turn of the event loop, take it together: a step of several sequences costs much less than several steps.
 * Sequences come and go as they like, and none waits for another that does not ask.
 */
export class SequenceGroup<Sequence> {
  readonly #stepTogether: (steps: readonly TokenStep<Sequence>[]) => Promise<Float32Array[]>;
  #waiting: Waiting<Sequence>[] = [];
  #running = 0;
  #scheduled = false;

  /** @param stepTogether feeds one token to each of some sequences and gives a row of logits for each */
  constructor(stepTogether: (steps: readonly TokenStep<Sequence>[]) => Promise<Float32Array[]>) {
    this.#stepTogether = stepTogether;
  }

  /** The logits behind one more token of a sequence that has some. */
  step(sequence: Sequence, id: number): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sequence, id, resolve, reject });
      this.#schedule();
    });
  }

  /** Runs a step of one sequence. Steps that are asked for meanwhile wait, so that there are more of them to take together. */
  async alone<T>(run: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await run();
    } finally {
      this.#running--;
      this.#schedule();
    }
  }

  /** Between the pieces of long work: lets those who wait take their step. */
  async giveWay(): Promise<void> {
    if (this.#waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
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
    await this.alone(async () => {
      try {
        const logits = await this.#stepTogether(steps);
        for (const [i, { resolve }] of steps.entries()) {
          resolve(logits[i]!);
        }
      } catch (thrown) {
        for (const { reject } of steps) {
          reject(thrown);
        }
      }
    });
  }
}
