import type { ToolFormatName } from "@grammask/core";
import { ApiError } from "../errors.js";
import type { Engine } from "./engine.js";
import { FairQueue, type FairQueueOptions } from "./fair-queue.js";

/** A model that the server offers. */
export interface ModelEntry {
  /** The name that requests use. */
  readonly id: string;
  /** How it writes calls of tools; undefined: as its chat template says. */
  readonly toolFormat: ToolFormatName | undefined;
  /** Whether other engines run it. Default: false. */
  readonly hasUpstreams?: boolean;
  /** Loads it; called when it is first asked for, and again after it was unloaded. */
  readonly load: () => Promise<Engine>;
}

export interface ModelRegistryOptions {
  readonly models: readonly ModelEntry[];
  /** Other names of models; `*` stands for every name that is no other model's. */
  readonly aliases: Readonly<Record<string, string>>;
  /** The most bytes of weights in memory; models that have not been used for longest are unloaded. */
  readonly memoryBytes: number;
  readonly queue: FairQueueOptions;
}

/** The models by name: loaded when they are asked for, unloaded where memory runs short. */
export class ModelRegistry {
  readonly #models: ReadonlyMap<string, OfferedModel>;
  readonly #aliases: Readonly<Record<string, string>>;
  readonly #memoryBytes: number;
  /** One model is loaded at a time, so that the bound on memory holds. */
  #loading: Promise<unknown> = Promise.resolve();

  constructor({ models, aliases, memoryBytes, queue }: ModelRegistryOptions) {
    this.#models = new Map(models.map((entry) => [entry.id, new OfferedModel(entry, queue)]));
    this.#aliases = aliases;
    this.#memoryBytes = memoryBytes;
    for (const [alias, id] of Object.entries(aliases)) {
      if (!this.#models.has(id)) {
        throw new RangeError(`The alias ${alias} stands for ${id}, which is no model of this server.`);
      }
    }
  }

  get all(): readonly OfferedModel[] {
    return [...this.#models.values()];
  }

  /** The names by which models can be asked for, without `*`. */
  get names(): readonly string[] {
    return [...this.#models.keys(), ...Object.keys(this.#aliases).filter((alias) => alias !== "*")];
  }

  /** @throws ApiError where there is none of this name */
  find(name: string): OfferedModel {
    const alias = Object.hasOwn(this.#aliases, name) ? this.#aliases[name]! : this.#aliases["*"];
    const model = this.#models.get(name) ?? this.#models.get(alias ?? "");
    if (model === undefined) {
      throw new ApiError({
        status: 404,
        type: "invalid_request_error",
        code: "model_not_found",
        message: `There is no model ${JSON.stringify(name)} here. There are: ${this.names.join(", ")}.`,
        param: "model",
      });
    }
    return model;
  }

  /**
   * The engine of a model for one use; it is not unloaded before it is released.
   *
   * @throws ApiError where it cannot be loaded
   */
  async use(model: OfferedModel): Promise<{ readonly engine: Engine; readonly release: () => void }> {
    model.users++;
    model.lastUse = performance.now();
    try {
      const engine = model.engine ?? (await this.#load(model));
      let released = false;
      const release = () => {
        model.users -= released ? 0 : 1;
        released = true;
      };
      return { engine, release };
    } catch (thrown) {
      model.users--;
      throw thrown;
    }
  }

  /**
   * How a model writes calls of tools. Where only its files tell, it is loaded.
   *
   * @throws ApiError where there is none of this name, or it cannot be loaded
   */
  async toolFormatOf(name: string): Promise<ToolFormatName> {
    const model = this.find(name);
    if (model.toolFormat !== undefined) {
      return model.toolFormat;
    }
    const { engine, release } = await this.use(model);
    release();
    return engine.info.toolFormat;
  }

  async close(): Promise<void> {
    await this.#loading.catch(() => undefined);
    await Promise.all(this.all.map((model) => model.unload()));
  }

  #load(model: OfferedModel): Promise<Engine> {
    model.loading ??= this.#inTurn(async () => {
      try {
        await this.#makeRoom(model, model.knownBytes);
        const engine = await model.load();
        await this.#makeRoom(model, 0);
        return engine;
      } finally {
        model.loading = undefined;
      }
    });
    return model.loading;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#loading.then(work);
    this.#loading = turn.catch(() => undefined);
    return turn;
  }

  /** Unloads models that nobody uses, the one that was used longest ago first, until so many bytes fit. */
  async #makeRoom(wanted: OfferedModel, bytes: number): Promise<void> {
    const used = () => this.all.reduce((sum, each) => sum + (each.engine?.info.bytes ?? 0), bytes);
    while (used() > this.#memoryBytes) {
      const idle = this.all
        .filter((each) => each !== wanted && each.engine !== undefined && each.users === 0)
        .sort((a, b) => a.lastUse - b.lastUse);
      const [oldest] = idle;
      if (oldest !== undefined) {
        await oldest.unload();
        continue;
      }
      const isAlone = this.all.every((each) => each === wanted || each.engine === undefined);
      await wanted.unload();
      const message = `The model ${wanted.id} does not fit into the server's memory for models`;
      throw new ApiError({
        status: 503,
        type: "server_error",
        code: "out_of_memory",
        message: isAlone ? `${message}.` : `${message} beside those that are in use. Try again later.`,
        retryAfter: isAlone ? undefined : 5,
      });
    }
  }
}

/** A model that is offered, loaded or not. */
export class OfferedModel {
  readonly id: string;
  readonly toolFormat: ToolFormatName | undefined;
  readonly hasUpstreams: boolean;
  readonly queue: FairQueue;
  /** Seconds since 1970 at which it was offered. */
  readonly created = Math.floor(Date.now() / 1000);
  readonly #load: () => Promise<Engine>;
  engine: Engine | undefined;
  loading: Promise<Engine> | undefined;
  /** Requests that use it. */
  users = 0;
  lastUse = 0;
  /** Of its weights, once they are known. */
  knownBytes = 0;

  constructor({ id, toolFormat, hasUpstreams = false, load }: ModelEntry, queue: FairQueueOptions) {
    this.id = id;
    this.toolFormat = toolFormat;
    this.hasUpstreams = hasUpstreams;
    this.#load = load;
    this.queue = new FairQueue(queue);
  }

  async load(): Promise<Engine> {
    const engine = await this.#load();
    this.engine = engine;
    this.knownBytes = engine.info.bytes;
    void engine.failed.then(() => {
      if (this.engine === engine) {
        this.engine = undefined;
      }
    });
    return engine;
  }

  async unload(): Promise<void> {
    const { engine } = this;
    this.engine = undefined;
    await engine?.dispose();
  }
}
