import { GrammarStore } from "../engine/compile-constraint.js";
import { type ConstraintLimits, isJson } from "../engine/constraint.js";
import type {
  Engine,
  EngineInfo,
  GenerationRequest,
  GenerationResult,
  UpstreamStatus,
} from "../engine/engine.js";
import { CheckedOutput } from "./checked-output.js";
import { UpstreamClient } from "./client.js";
import { compileForCheck } from "./compile-for-check.js";
import { UpstreamFailure } from "./failure.js";
import { HEALTH_PATHS, rootOf } from "./health.js";
import type { UpstreamSettings } from "./options.js";
import { OutputTask } from "./output-task.js";
import { UpstreamPool } from "./pool.js";

/** Other servers as an engine: what they say is checked character by character, and asked for again where it went wrong. */
export class UpstreamEngine implements Engine {
  readonly info: EngineInfo;
  /** It holds nothing that could end by itself. */
  readonly failed = new Promise<Error>(() => undefined);
  /** Resolves when each upstream has been asked once whether it is well. */
  readonly checked: Promise<void>;
  readonly #settings: UpstreamSettings;
  readonly #client: UpstreamClient;
  readonly #pool: UpstreamPool;
  readonly #grammars: GrammarStore;
  /** The model's name by upstream, where none is given. */
  readonly #modelNames = new Map<string, string>();

  constructor(settings: UpstreamSettings, limits: ConstraintLimits) {
    this.#settings = settings;
    this.#client = new UpstreamClient(settings);
    this.#grammars = new GrammarStore(limits, 32, compileForCheck);
    this.#pool = new UpstreamPool({
      urls: settings.urls,
      check: (url, signal) => this.#client.isWell(rootOf(url) + HEALTH_PATHS[settings.kind], signal),
      checkMilliseconds: settings.healthSeconds * 1000,
    });
    this.checked = this.#pool.checkAll();
    this.info = {
      contextLength: undefined,
      vocabularySize: 0,
      device: "upstream",
      dtype: settings.kind,
      bytes: 0,
      toolFormat: "plain",
    };
  }

  /** @throws ApiError where the upstreams give no valid output within the retries */
  async *generate(
    request: GenerationRequest,
    signal: AbortSignal,
  ): AsyncGenerator<string, GenerationResult, void> {
    const { constraint } = request;
    const task = new OutputTask({
      request,
      settings: this.#settings,
      pool: this.#pool,
      client: this.#client,
      modelName: (url) => this.#modelName(url, signal),
      newOutput: () => new CheckedOutput(constraint && this.#grammars.get(constraint), isJson(constraint)),
      signal,
    });
    return yield* task.run();
  }

  /** What there is to know of the upstreams. */
  get status(): readonly UpstreamStatus[] {
    return this.#pool.status;
  }

  async dispose(): Promise<void> {
    this.#pool.close();
    await this.#client.close();
  }

  async #modelName(url: string, signal: AbortSignal): Promise<string> {
    const known = this.#settings.model ?? this.#modelNames.get(url);
    if (known !== undefined) {
      return known;
    }
    const answer = (await this.#client.json("GET", `${url}/models`, signal)) as {
      readonly data?: readonly { readonly id?: unknown }[];
    } | null;
    const id = answer?.data?.[0]?.id;
    if (typeof id !== "string") {
      throw new UpstreamFailure(
        "upstream_bad_answer",
        "The upstream lists no model; name the one to ask for.",
      );
    }
    this.#modelNames.set(url, id);
    return id;
  }
}
