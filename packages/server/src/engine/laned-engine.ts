import type {
  Engine,
  EngineInfo,
  GenerationRequest,
  GenerationResult,
  OutputPiece,
  UpstreamStatus,
} from "./engine.js";

/** An engine that can be in use, and end. */
export interface LanedEngineParts {
  readonly main: Engine;
  /** Starts the engine for heavy constraints; called when the first comes, and again after one failed. */
  readonly startAside: () => Promise<Engine>;
}

/**
 * A model with a second thread for constraints that are heavy: what these cost to compile and to make masks for, they cost
 * there, and the generations of the first thread do not wait for it.
 */
export class LanedEngine implements Engine {
  readonly info: EngineInfo;
  readonly failed: Promise<Error>;
  readonly #main: Engine;
  readonly #startAside: () => Promise<Engine>;
  #aside: Promise<Engine> | undefined;
  #asideUpstreams: (() => readonly UpstreamStatus[] | undefined) | undefined;

  constructor({ main, startAside }: LanedEngineParts) {
    this.info = main.info;
    this.#main = main;
    this.#startAside = startAside;
    this.failed = main.failed.then(async (reason) => {
      await this.#disposeAside();
      return reason;
    });
  }

  async *generate(
    request: GenerationRequest,
    signal: AbortSignal,
    constraintParam: string | undefined,
  ): AsyncGenerator<OutputPiece, GenerationResult, void> {
    const engine = request.isHeavy === true ? await this.#asideEngine() : this.#main;
    return yield* engine.generate(request, signal, constraintParam);
  }

  /** Health as the first thread sees it, and the counts of both. */
  get upstreams(): readonly UpstreamStatus[] | undefined {
    const aside = this.#asideUpstreams?.() ?? [];
    return this.#main.upstreams?.map((status, i) => sum(status, aside[i]));
  }

  async dispose(): Promise<void> {
    await this.#disposeAside();
    await this.#main.dispose();
  }

  #asideEngine(): Promise<Engine> {
    this.#aside ??= this.#start();
    return this.#aside;
  }

  async #start(): Promise<Engine> {
    try {
      const engine = await this.#startAside();
      this.#asideUpstreams = () => engine.upstreams;
      // One that a schema brought down is started again for the next.
      void engine.failed.then(() => {
        this.#aside = undefined;
      });
      return engine;
    } catch (thrown) {
      this.#aside = undefined;
      throw thrown;
    }
  }

  async #disposeAside(): Promise<void> {
    const engine = await this.#aside?.catch(() => undefined);
    this.#aside = undefined;
    await engine?.dispose();
  }
}

function sum(status: UpstreamStatus, other: UpstreamStatus | undefined): UpstreamStatus {
  if (other === undefined) {
    return status;
  }
  const failures = { ...status.failures };
  for (const [code, count] of Object.entries(other.failures)) {
    failures[code] = (failures[code] ?? 0) + count;
  }
  return {
    ...status,
    active: status.active + other.active,
    requests: status.requests + other.requests,
    failures,
  };
}
