import type { Device } from "@grammask/onnx";
import {
  type ModelOptions,
  type OfferedModelOptions,
  type ServerOptions,
  startServer,
} from "@grammask/server";
import { ExitCode, UsageError } from "./exit.js";
import { readText } from "./input.js";
import type { Io } from "./io.js";

export interface ServeOptions {
  /** Each `SOURCE` or `NAME=SOURCE`. */
  readonly model: readonly string[];
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
  readonly compileMs: number;
  readonly maskMs: number;
  readonly compileMemory: number;
  readonly logLevel: NonNullable<ServerOptions["logLevel"]>;
}

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
  const modelOptions: ModelOptions = { device, ...(threads === undefined ? {} : { threads }) };
  const keys = [...(options.apiKey ?? []), ...(await keysOfFile(io, options.apiKeysFile))];
  return {
    models: options.model.map((text) => modelOf(text, modelOptions)),
    aliases: Object.fromEntries((options.alias ?? []).map(aliasOf)),
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
    logLevel: options.logLevel,
  };
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
