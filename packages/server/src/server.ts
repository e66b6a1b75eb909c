import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { pino } from "pino";
import { createApp } from "./app.js";
import { CompileCheck } from "./engine/compile-check.js";
import type { ConstraintLimits } from "./engine/constraint.js";
import { LanedEngine } from "./engine/laned-engine.js";
import { type ModelEntry, ModelRegistry } from "./engine/model-registry.js";
import { ThreadedEngine } from "./engine/threaded-engine.js";
import { GenerationService } from "./generation/service.js";
import { BodyReader } from "./http/body-reader.js";
import type { AppEnv } from "./http/env.js";
import { Metrics } from "./metrics.js";
import type { OfferedModelOptions, ServerOptions } from "./options.js";
import { upstreamEntry } from "./upstream/entry.js";

/** A server that runs. */
export interface RunningServer {
  /** `http://host:port` */
  readonly url: string;
  /** Resolves when the models are there that are loaded at the start; rejects where one cannot be loaded. */
  readonly ready: Promise<void>;
  /** Lets running requests end (for `drainSeconds`), takes no new ones, and frees everything. Safe to call twice. */
  close(): Promise<void>;
}

/** Slow clients must not hold connections: limits for the head and for the whole of a request, in milliseconds. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 30_000;
const CONNECTIONS_CHECKING_INTERVAL = 1000;
const MAX_CONNECTIONS = 4096;
/** Default memory for what a model made of prompts: a server reads the same instructions again and again. */
const PREFIX_CACHE_BYTES = 256 * 2 ** 20;
/** Room for a tokenizer and its vocabulary beside a schema, in MiB. */
const TOKENIZER_MEGABYTES = 1024;

/**
 * Starts a server. Returns when it listens; models may still be loading then.
 *
 * @throws RangeError for options that are wrong; an error with `code` EADDRINUSE where the port is taken
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host = "127.0.0.1", port = 8080, drainSeconds = 30 } = options;
  const log = pino({ level: options.logLevel ?? "info" }, pino.destination(2));
  const { service, metrics, compileCheck } = assemble(options);
  const bodies = new BodyReader();
  let isReady = false;
  const parts = { service, metrics, bodies, log, isReady: () => isReady };
  let server: Server;
  try {
    server = listener(createApp(parts, options));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (thrown) {
    await release(service.models, compileCheck, bodies);
    throw thrown;
  }
  const ready = preload(service.models, options).then(() => {
    isReady = true;
  });
  // Who does not wait for `ready` learns of it from the log.
  ready.catch((error: unknown) => log.error({ err: error }, "a model cannot be loaded"));
  const address = server.address() as AddressInfo;
  const url = `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
  log.info({ url, models: service.models.names }, "listening");
  let closing: Promise<void> | undefined;
  const close = async () => {
    log.info("stopping");
    await service.drain(drainSeconds * 1000);
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1000).unref();
    await closed;
    await release(service.models, compileCheck, bodies);
    log.info("stopped");
  };
  return {
    url,
    ready,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function listener(app: Hono<AppEnv>): Server {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      connectionsCheckingInterval: CONNECTIONS_CHECKING_INTERVAL,
    },
  }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function assemble(options: ServerOptions) {
  const {
    compileMilliseconds = 2000,
    maskMilliseconds = 250,
    memoryMegabytes = 512,
  } = options.schemaLimits ?? {};
  const limits: ConstraintLimits = { compileMilliseconds, maskMilliseconds };
  // What is compiled for a model was compiled on trial before, perhaps when the machine had less to do.
  const tried = { ...limits, compileMilliseconds: 4 * compileMilliseconds };
  const asideMegabytes = memoryMegabytes + TOKENIZER_MEGABYTES;
  const upstreams = options.upstreams ?? [];
  if (options.models.length + upstreams.length === 0) {
    throw new RangeError("A server needs at least one model.");
  }
  const models = new ModelRegistry({
    models: [
      ...options.models.map((model) => entryOf(model, tried, asideMegabytes)),
      ...upstreams.map((upstream) => upstreamEntry(upstream, tried, asideMegabytes)),
    ],
    aliases: options.aliases ?? {},
    memoryBytes: options.modelMemoryBytes ?? 8 * 2 ** 30,
    queue: { slots: options.concurrency ?? 8, capacity: options.queueCapacity ?? 128 },
  });
  const metrics = new Metrics();
  metrics.watch(models);
  const compileCheck = new CompileCheck({ limits, memoryMegabytes });
  const deadlineMilliseconds = (options.deadlineSeconds ?? 300) * 1000;
  const service = new GenerationService({ models, compileCheck, metrics, deadlineMilliseconds });
  return { service, metrics, compileCheck };
}

/**
 * @param asideMegabytes memory of the thread for heavy constraints
 */
function entryOf(model: OfferedModelOptions, limits: ConstraintLimits, asideMegabytes: number): ModelEntry {
  const { source, id = source, options = {}, toolFormat, schemaInPrompt } = model;
  return {
    id,
    toolFormat,
    load: async () => {
      const data = {
        source,
        options: { prefixCacheBytes: PREFIX_CACHE_BYTES, ...options },
        limits,
        schemaInPrompt,
      };
      const main = await ThreadedEngine.load(data);
      return new LanedEngine({ main, startAside: () => main.borrow(data, asideMegabytes) });
    },
  };
}

async function preload(
  models: ModelRegistry,
  { models: local, upstreams = [] }: ServerOptions,
): Promise<void> {
  const wanted = [
    ...local.filter(({ preload: chosen }, i) => chosen ?? i === 0).map(({ id, source }) => id ?? source),
    ...upstreams.map(({ id }) => id),
  ];
  for (const name of wanted) {
    const { release: done } = await models.use(models.find(name));
    done();
  }
}

async function release(...parts: readonly { close(): Promise<void> }[]): Promise<void> {
  await Promise.all(parts.map((part) => part.close()));
}
