import type { Hono } from "hono";
import { cloudflareError, run } from "./apis/cloudflare.js";
import { inference } from "./apis/deepinfra.js";
import { ollamaChat, ollamaError, ollamaGenerate, ollamaTags } from "./apis/ollama.js";
import type { GenerationService } from "./generation/service.js";
import type { AppEnv } from "./http/env.js";
import { type ErrorBody, openAiError } from "./http/errors.js";
import { chatCompletions } from "./openai/chat.js";
import { completions } from "./openai/completions.js";
import { modelList, modelObject } from "./openai/models.js";
import { responses } from "./openai/responses.js";

/** DeepInfra has OpenAI's API below a path of its own. */
const OPENAI_PREFIXES = ["/v1", "/v1/openai"];
const CLOUDFLARE_PREFIXES = ["", "/client/v4/accounts/:account", "/accounts/:account"];

/** The routes of all APIs. */
export function addRoutes(app: Hono<AppEnv>, service: GenerationService): void {
  const { models } = service;
  for (const prefix of OPENAI_PREFIXES) {
    app.get(`${prefix}/models`, (c) => c.json(modelList(models)));
    app.get(`${prefix}/models/:id{.+}`, (c) => {
      const id = c.req.param("id");
      return c.json(modelObject(models.find(id), id));
    });
    app.post(`${prefix}/chat/completions`, (c) => chatCompletions(c, service));
    app.post(`${prefix}/completions`, (c) => completions(c, service));
    app.post(`${prefix}/responses`, (c) => responses(c, service));
  }
  app.post("/v1/inference/:model{.+}", (c) => inference(c, service));
  for (const prefix of CLOUDFLARE_PREFIXES) {
    app.post(`${prefix}/ai/run/:model{.+}`, (c) => run(c, service));
  }
  app.post("/api/chat", (c) => ollamaChat(c, service));
  app.post("/api/generate", (c) => ollamaGenerate(c, service));
  app.get("/api/tags", (c) => c.json(ollamaTags(models)));
}

/** How the API that a path belongs to writes its errors. */
export function errorBodyOf(path: string): ErrorBody {
  if (path.startsWith("/api/")) {
    return ollamaError;
  }
  return /^(\/client\/v4)?(\/accounts\/[^/]+)?\/ai\/run\//.test(path) ? cloudflareError : openAiError;
}
