import type { UpstreamStatus } from "../engine/engine.js";
import type { FailureCode } from "./failure.js";

/** One of the servers that generate. */
export interface PoolMember {
  /** With `/v1`, without a slash at the end. */
  readonly url: string;
  /** Outputs that it generates for us now. */
  active: number;
  /** Whether the last health check, or request, found it well. */
  isHealthy: boolean;
  /** Until when it does not want requests, by `performance.now()`. */
  coolUntil: number;
  /** Requests that it was given, health checks not counted. */
  requests: number;
  /** How many of them failed, by code. */
  readonly failures: Map<FailureCode, number>;
}

export interface PoolOptions {
  readonly urls: readonly string[];
  /** Asks a member whether it is well. */
  readonly check: (url: string, signal: AbortSignal) => Promise<boolean>;
  readonly checkMilliseconds: number;
}

/** Chooses among the upstreams: those that are well before others, and of them the one with the least to do. */
export class UpstreamPool {
  readonly members: readonly PoolMember[];
  readonly #check: PoolOptions["check"];
  readonly #timer: NodeJS.Timeout;
  readonly #closed = new AbortController();
  #turn = 0;

  constructor({ urls, check, checkMilliseconds }: PoolOptions) {
    this.members = urls.map((url) => ({
      ...{ url, active: 0, isHealthy: true, coolUntil: 0, requests: 0 },
      failures: new Map(),
    }));
    this.#check = check;
    this.#timer = setInterval(() => void this.checkAll(), checkMilliseconds);
    this.#timer.unref();
  }

  /**
   * Takes a member for one request. Where none is well the best of them is tried all the same: a health check may be late.
   *
   * @param avoid members that failed at this output; taken only where there is no other
   */
  acquire(avoid: ReadonlySet<PoolMember>): PoolMember {
    const now = performance.now();
    const cost = (member: PoolMember) =>
      (member.isHealthy ? 0 : 4) + (member.coolUntil > now ? 2 : 0) + (avoid.has(member) ? 1 : 0);
    // Members with the same load take turns.
    const start = this.#turn++ % this.members.length;
    const inTurn = [...this.members.slice(start), ...this.members.slice(0, start)];
    const best = inTurn.reduce((a, b) => ((cost(b) - cost(a) || b.active - a.active) < 0 ? b : a));
    best.active++;
    best.requests++;
    return best;
  }

  release(member: PoolMember): void {
    member.active--;
  }

  /** Takes note of a request that failed. */
  failed(member: PoolMember, code: FailureCode): void {
    member.failures.set(code, (member.failures.get(code) ?? 0) + 1);
  }

  /** What there is to know of the members. */
  get status(): readonly UpstreamStatus[] {
    return this.members.map(({ url, active, isHealthy, requests, failures }) => ({
      ...{ url, active, isHealthy, requests },
      failures: Object.fromEntries(failures),
    }));
  }

  async checkAll(): Promise<void> {
    await Promise.all(
      this.members.map(async (member) => {
        const isHealthy = await this.#check(member.url, this.#closed.signal).catch(() => false);
        member.isHealthy = isHealthy;
      }),
    );
  }

  close(): void {
    clearInterval(this.#timer);
    this.#closed.abort();
  }
}
