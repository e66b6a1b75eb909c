import type { Hono } from "hono";
import { cloudflareError } from "./apis/cloudflare.js";
import { ollamaError } from "./apis/ollama.js";
import type { GenerationService } from "./generation/service.js";
import type { AppEnv } from "./http/env.js";
import { type ErrorBody, openAiError } from "./http/errors.js";
import { openApiDocument } from "./openapi.js";
import { OPERATIONS } from "./operations.js";

/** The routes of all APIs, and their description. */
export function addRoutes(app: Hono<AppEnv>, service: GenerationService): void {
  for (const { method, paths, handle } of OPERATIONS) {
    for (const path of paths) {
      app[method](routeOf(path), (c) => handle(c, service));
    }
  }
  let document: object | undefined;
  app.get("/openapi.json", (c) => {
    document ??= openApiDocument();
    return c.json(document);
  });
}

/** A path as Hono takes it: names of models may have slashes. */
function routeOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === "account" ? `:${name}` : `:${name}{.+}`));
}

/** How the API that a path belongs to writes its errors. */
export function errorBodyOf(path: string): ErrorBody {
  if (path.startsWith("/api/")) {
    return ollamaError;
  }
  return /^(\/client\/v4)?(\/accounts\/[^/]+)?\/ai\/run\//.test(path) ? cloudflareError : openAiError;
}
