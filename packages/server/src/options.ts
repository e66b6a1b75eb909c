import type { ToolFormatName } from "@grammask/core";
import type { GenerateRequest } from "@grammask/onnx";
import type { ModelOptions } from "./engine/messages.js";
import type { UpstreamOptions } from "./upstream/options.js";

/** A model that a server offers. */
export interface OfferedModelOptions {
  /** As `loadModel` of `@grammask/onnx` takes it: a package's name, a folder, a hub id. */
  readonly source: string;
  /** The name that requests use. Default: `source`. */
  readonly id?: string;
  /** As `loadModel` takes them. Default: its own, and 256 MiB of `prefixCacheBytes`. */
  readonly options?: ModelOptions;
  /** How the model has learned to write calls of tools. Default: as its chat template does, or else "plain". */
  readonly toolFormat?: ToolFormatName;
  /** How the prompt tells the model its schema. Default: that of `@grammask/onnx`. */
  readonly schemaInPrompt?: GenerateRequest["schemaInPrompt"];
  /** Whether it is loaded at the start and not when it is first asked for. Default: true for the first model. */
  readonly preload?: boolean;
}

/** A model that other engines run. */
export interface OfferedUpstreamOptions extends UpstreamOptions {
  /** The name that requests use. */
  readonly id: string;
  /** How the model writes calls of tools, which its prompt tells it. Default: "plain". */
  readonly toolFormat?: ToolFormatName;
}

export interface ServerOptions {
  /** At least one, here or behind upstreams. */
  readonly models: readonly OfferedModelOptions[];
  /** Models of other engines, whose outputs are checked. Default: none. */
  readonly upstreams?: readonly OfferedUpstreamOptions[];
  /** Other names of models; `*` stands for every name that is not offered. Default: none. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Default: 127.0.0.1, which only this machine reaches. */
  readonly host?: string;
  /** 0 takes a free one. Default: 8080. */
  readonly port?: number;
  /** Keys of which one is needed; `name:key` or `key`, as they are or as `sha256:HEX`. Default: none is needed. */
  readonly apiKeys?: readonly string[];
  /** Requests per minute for each key (or address, without keys). Default: no limit. */
  readonly requestsPerMinute?: number;
  /** Origins whose pages may call the server; `*` for all. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** The largest body of a request in bytes. Default: 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Generations of a model that run at the same time. Default: 8. */
  readonly concurrency?: number;
  /** Generations of a model that may wait. Default: 128. */
  readonly queueCapacity?: number;
  /** The longest that a request may take, waiting included, in seconds. Default: 300. */
  readonly deadlineSeconds?: number;
  /** How long running requests may go on when the server is stopped, in seconds. Default: 30. */
  readonly drainSeconds?: number;
  /** The most bytes of weights in memory. Default: 8 GiB. */
  readonly modelMemoryBytes?: number;
  /** What a request's schema may cost. */
  readonly schemaLimits?: SchemaCost;
  /** Whether there is a page at `/` to try models and schemas. Default: true. */
  readonly playground?: boolean;
  /** Default: "info". */
  readonly logLevel?: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
}

export interface SchemaCost {
  /** Time to compile it, in milliseconds. Default: 2000. */
  readonly compileMilliseconds?: number;
  /** Time for one mask, in milliseconds; beyond, the output is ended by its shortest completion. Default: 250. */
  readonly maskMilliseconds?: number;
  /** Memory to compile it, in MiB. Default: 512. */
  readonly memoryMegabytes?: number;
}
