import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import type { Logger } from "pino";
import { ApiError } from "./errors.js";
import type { GenerationService } from "./generation/service.js";
import { access, readKeys } from "./http/access.js";
import type { BodyReader } from "./http/body-reader.js";
import type { AppEnv } from "./http/env.js";
import { errorResponse } from "./http/errors.js";
import { RateLimit, rateLimit } from "./http/rate-limit.js";
import type { Metrics } from "./metrics.js";
import type { ServerOptions } from "./options.js";
import { addPlaygroundApi } from "./playground/api.js";
import { addPlaygroundPage } from "./playground/page.js";
import { readiness } from "./readiness.js";
import { addRoutes, errorBodyOf } from "./routes.js";

export interface AppParts {
  readonly service: GenerationService;
  readonly metrics: Metrics;
  readonly bodies: BodyReader;
  readonly log: Logger;
  /** Whether requests can be answered: the models that are loaded at the start are there. */
  readonly isReady: () => boolean;
}

const MAX_BODY_BYTES = 1 << 20;

/** The server without a socket: from requests to answers. */
export function createApp(parts: AppParts, options: ServerOptions): Hono<AppEnv> {
  const { service, metrics, bodies, log, isReady } = parts;
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    const requestId = randomUUID();
    c.set("requestId", requestId);
    c.set("bodies", bodies);
    c.set("log", log.child({ requestId, method: c.req.method, path: c.req.path }));
    c.header("x-request-id", requestId);
    const start = performance.now();
    await next();
    metrics.answered(c.req.routePath, c.res.status);
    c.get("log").info(
      { status: c.res.status, milliseconds: Math.round(performance.now() - start) },
      "answered",
    );
  });
  const { corsOrigins = [] } = options;
  if (corsOrigins.length > 0) {
    const origin = corsOrigins.includes("*") ? "*" : [...corsOrigins];
    app.use(cors({ origin, exposeHeaders: ["x-request-id", "retry-after"] }));
  }
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const { status, upstreams } = readiness(service, isReady());
    return c.json({ status, upstreams }, status === "ready" ? 200 : 503);
  });

  const hasPlayground = options.playground ?? true;
  if (hasPlayground) {
    // The page has nothing that needs a key; what it asks for does.
    addPlaygroundPage(app);
  }
  app.use(access(readKeys(options.apiKeys ?? [])));
  app.get("/metrics", async (c) => {
    c.header("content-type", metrics.registry.contentType);
    return c.body(await metrics.registry.metrics());
  });
  if (options.requestsPerMinute !== undefined) {
    app.use(rateLimit(new RateLimit(options.requestsPerMinute)));
  }
  const maxSize = options.maxBodyBytes ?? MAX_BODY_BYTES;
  app.use(bodyLimit({ maxSize, onError: () => Promise.reject(tooLarge(maxSize)) }));

  addRoutes(app, service);
  if (hasPlayground) {
    addPlaygroundApi(app, service);
  }

  app.notFound((c) => {
    const message = `There is no ${c.req.method} ${c.req.path} here.`;
    const error = new ApiError({ status: 404, type: "invalid_request_error", code: "not_found", message });
    return errorResponse(c, error, errorBodyOf(c.req.path));
  });
  app.onError((error, c) => errorResponse(c, error, errorBodyOf(c.req.path)));
  return app;
}

function tooLarge(maxSize: number): ApiError {
  const message = `The body is larger than ${maxSize} bytes.`;
  return new ApiError({ status: 413, type: "invalid_request_error", code: "body_too_large", message });
}
