import { ApiError } from "../errors.js";

interface Waiting {
  readonly start: () => void;
}

export interface FairQueueOptions {
  /** How many may run at the same time, at least 1. */
  readonly slots: number;
  /** How many may wait, at least 0. */
  readonly capacity: number;
}

/**
 * A bounded queue for a number of slots. Clients take turns: each free slot goes to the client whose turn it is, so that one
 * who asks for much waits for oneself and not the others for one. Among the requests of a client the first comes first.
 */
export class FairQueue {
  readonly #slots: number;
  readonly #capacity: number;
  /** By client, in the order of their turns. */
  readonly #clients = new Map<string, Waiting[]>();
  #running = 0;
  #waiting = 0;
  /** Of the last runs, in milliseconds, the later ones weigh more. */
  #meanRun = 1000;

  constructor({ slots, capacity }: FairQueueOptions) {
    this.#slots = slots;
    this.#capacity = capacity;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Whether so many more can be taken in, told before work is done for them.
   *
   * @throws ApiError with status 429, and when to come again
   */
  checkRoom(count = 1): void {
    if (this.#running + this.#waiting + count > this.#slots + this.#capacity) {
      const seconds = ((this.#waiting + 1) * this.#meanRun) / this.#slots / 1000;
      throw new ApiError({
        status: 429,
        type: "rate_limit_error",
        code: "queue_full",
        message: `The server is busy: ${this.#waiting} requests wait. Send the request again later.`,
        retryAfter: Math.min(60, Math.max(1, Math.ceil(seconds))),
      });
    }
  }

  /**
   * Waits for a slot.
   *
   * @returns what gives the slot back; to be called once
   * @throws ApiError with status 429 where the queue is full; the signal's reason where it fires first
   */
  async enter(client: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    this.checkRoom();
    if (this.#running >= this.#slots || this.#waiting > 0) {
      await this.#wait(client, signal);
    } else {
      this.#running++;
    }
    const start = performance.now();
    return () => {
      this.#meanRun += (performance.now() - start - this.#meanRun) / 8;
      this.#running--;
      this.#next();
    };
  }

  #wait(client: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
      };
      const leave = () => {
        this.#remove(client, waiting);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      const line = this.#clients.get(client);
      if (line === undefined) {
        this.#clients.set(client, [waiting]);
      } else {
        line.push(waiting);
      }
      this.#waiting++;
    });
  }

  #next(): void {
    const [turn] = this.#clients;
    if (turn === undefined || this.#running >= this.#slots) {
      return;
    }
    const [client, line] = turn;
    const [first, ...rest] = line;
    this.#clients.delete(client);
    if (rest.length > 0) {
      this.#clients.set(client, rest);
    }
    this.#waiting--;
    this.#running++;
    first!.start();
  }

  #remove(client: string, waiting: Waiting): void {
    const rest = (this.#clients.get(client) ?? []).filter((each) => each !== waiting);
    if (rest.length > 0) {
      this.#clients.set(client, rest);
    } else {
      this.#clients.delete(client);
    }
    this.#waiting--;
  }
}
