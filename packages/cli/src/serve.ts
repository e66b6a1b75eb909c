import type { Device } from "@grammask/onnx";
import {
  type ModelOptions,
  type OfferedModelOptions,
  type OfferedUpstreamOptions,
  type ServerOptions,
  startServer,
  type UpstreamKind,
} from "@grammask/server";
import { ExitCode, UsageError } from "./exit.js";
import { readText } from "./input.js";
import type { Io } from "./io.js";

export interface ServeOptions {
  /** Each `SOURCE` or `NAME=SOURCE`. */
  readonly model?: readonly string[];
  readonly schemaInPrompt: NonNullable<OfferedModelOptions["schemaInPrompt"]>;
  readonly upstream?: readonly string[];
  readonly upstreamKind?: UpstreamKind;
  readonly upstreamModel?: string;
  readonly upstreamKeyEnv?: string;
  readonly upstreamRetries?: number;
  readonly upstreamClose?: boolean;
  /** To connect, to the first text, between two pieces of text. */
  readonly upstreamTimeouts?: readonly number[];
  readonly alias?: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly device: Device | "auto";
  readonly threads?: number;
  readonly apiKey?: readonly string[];
  readonly apiKeysFile?: string;
  readonly rateLimit?: number;
  readonly cors?: readonly string[];
  readonly maxBody: number;
  readonly concurrency: number;
  readonly queue: number;
  readonly deadline: number;
  readonly drain: number;
  readonly modelMemory: number;
  readonly prefixCache: number;
  readonly compileMs: number;
  readonly maskMs: number;
  readonly compileMemory: number;
  readonly playground: boolean;
  readonly logLevel: NonNullable<ServerOptions["logLevel"]>;
}

const DEFAULT_MODEL = "smollm2-135m-instruct";
const KEY_VARIABLE = "GRAMMASK_UPSTREAM_API_KEY";
const MEBIBYTE = 2 ** 20;

/** `grammask serve`: runs until it is interrupted, then lets running requests end. */
export async function serve(io: Io, options: ServeOptions): Promise<ExitCode> {
  const server = await startServer(await serverOptions(io, options)).catch((error: unknown) => {
    throw new UsageError(`The server cannot be started: ${error instanceof Error ? error.message : error}`);
  });
  const interrupted = new Promise<void>((resolve) => {
    const stopListening = io.onInterrupt(() => {
      // A second one ends the program at once.
      stopListening();
      resolve();
    });
  });
  try {
    io.out(`${server.url}\n`);
    await Promise.race([server.ready, interrupted]);
    await interrupted;
    return ExitCode.ok;
  } finally {
    await server.close();
  }
}

async function serverOptions(io: Io, options: ServeOptions): Promise<ServerOptions> {
  const { device, threads } = options;
  const modelOptions: ModelOptions = {
    device,
    prefixCacheBytes: Math.floor(options.prefixCache * MEBIBYTE),
    ...(threads === undefined ? {} : { threads }),
  };
  const upstream = upstreamOf(options);
  const models = options.model ?? (upstream === undefined ? [DEFAULT_MODEL] : []);
  const keys = [...(options.apiKey ?? []), ...(await keysOfFile(io, options.apiKeysFile))];
  return {
    models: models.map((text) => ({
      ...modelOf(text, modelOptions),
      schemaInPrompt: options.schemaInPrompt,
    })),
    upstreams: upstream === undefined ? [] : [upstream],
    aliases: {
      ...(upstream === undefined || options.upstreamModel !== undefined ? {} : { "*": upstream.id }),
      ...Object.fromEntries((options.alias ?? []).map(aliasOf)),
    },
    host: options.host,
    port: options.port,
    apiKeys: keys,
    ...(options.rateLimit === undefined ? {} : { requestsPerMinute: options.rateLimit }),
    corsOrigins: options.cors ?? [],
    maxBodyBytes: options.maxBody * MEBIBYTE,
    concurrency: options.concurrency,
    queueCapacity: options.queue,
    deadlineSeconds: options.deadline,
    drainSeconds: options.drain,
    modelMemoryBytes: options.modelMemory * MEBIBYTE,
    schemaLimits: {
      compileMilliseconds: options.compileMs,
      maskMilliseconds: options.maskMs,
      memoryMegabytes: options.compileMemory,
    },
    playground: options.playground,
    logLevel: options.logLevel,
  };
}

function upstreamOf(options: ServeOptions): OfferedUpstreamOptions | undefined {
  const { upstream: urls, upstreamKind, upstreamModel, upstreamRetries, upstreamClose } = options;
  const { upstreamKeyEnv = KEY_VARIABLE, upstreamTimeouts } = options;
  if (urls === undefined) {
    const given = Object.keys(options).find((name) => name.startsWith("upstream"));
    if (given === undefined) return undefined;
    throw new UsageError("Options of upstreams need at least one: --upstream URL.");
  }
  const apiKey = process.env[upstreamKeyEnv] ?? "";
  if (apiKey === "" && options.upstreamKeyEnv !== undefined) {
    throw new UsageError(`The environment has no ${upstreamKeyEnv}, which --upstream-key-env names.`);
  }
  const [connectSeconds, firstTextSeconds, stallSeconds] = upstreamTimeouts ?? [];
  const given = {
    kind: upstreamKind,
    model: upstreamModel,
    apiKey: apiKey === "" ? undefined : apiKey,
    retries: upstreamRetries,
    close: upstreamClose,
    connectSeconds,
    firstTextSeconds,
    stallSeconds,
  };
  return { id: upstreamModel ?? "upstream", urls, ...given };
}

function modelOf(text: string, options: ModelOptions): OfferedModelOptions {
  const at = text.indexOf("=");
  return at < 0 ? { source: text, options } : { id: text.slice(0, at), source: text.slice(at + 1), options };
}

function aliasOf(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) throw new UsageError(`--alias ${text}: NAME=MODEL is expected.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** One key a line; empty lines and those that begin with # are passed over. */
async function keysOfFile(io: Io, file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  const lines = (await readText(io, file, "API keys")).split("\n").map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (keys.length === 0) throw new UsageError(`${file} has no API keys: anybody could use the server.`);
  return keys;
}
