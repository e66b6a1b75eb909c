/** What the server offers: each operation with its paths, what it takes, gives and does. Routes and OpenAPI document follow. */
import type { Context } from "hono";
import type { ZodType } from "zod";
import { run, runRequest } from "./apis/cloudflare.js";
import { inference, inferenceRequest } from "./apis/deepinfra.js";
import {
  ollamaChat,
  ollamaChatRequest,
  ollamaGenerate,
  ollamaGenerateRequest,
  ollamaTags,
} from "./apis/ollama.js";
import type { GenerationService } from "./generation/service.js";
import type { AppEnv } from "./http/env.js";
import { chatCompletions } from "./openai/chat.js";
import { chatRequest } from "./openai/chat-schema.js";
import { completionRequest, completions } from "./openai/completions.js";
import { modelList, modelObject } from "./openai/models.js";
import { responses } from "./openai/responses.js";
import { responseRequest } from "./openai/responses-schema.js";

export interface Operation {
  readonly id: string;
  readonly api: "OpenAI" | "DeepInfra" | "Cloudflare Workers AI" | "Ollama";
  readonly method: "get" | "post";
  /** As OpenAPI writes them; `{model}` and `{id}` may have slashes. */
  readonly paths: readonly string[];
  readonly summary: string;
  /** The request's body. */
  readonly body?: ZodType;
  /** The fields that an answer has at least. */
  readonly answer: readonly string[];
  /** How answers that are streamed come. */
  readonly stream?: "text/event-stream" | "application/x-ndjson";
  readonly handle: (c: Context<AppEnv>, service: GenerationService) => Response | Promise<Response>;
}

/** DeepInfra has OpenAI's API below a path of its own. */
const openAi = (path: string) => [`/v1${path}`, `/v1/openai${path}`];
const CLOUDFLARE = "/ai/run/{model}";

export const OPERATIONS: readonly Operation[] = [
  {
    id: "listModels",
    api: "OpenAI",
    method: "get",
    paths: openAi("/models"),
    summary: "The models, with their other names",
    answer: ["object", "data"],
    handle: (c, { models }) => c.json(modelList(models)),
  },
  {
    id: "getModel",
    api: "OpenAI",
    method: "get",
    paths: openAi("/models/{id}"),
    summary: "A model",
    answer: ["id", "object", "created", "owned_by"],
    handle: (c, { models }) => {
      const id = c.req.param("id") ?? "";
      return c.json(modelObject(models.find(id), id));
    },
  },
  {
    id: "createChatCompletion",
    api: "OpenAI",
    method: "post",
    paths: openAi("/chat/completions"),
    summary: "The next message of a conversation",
    body: chatRequest,
    answer: ["id", "object", "created", "model", "choices", "usage"],
    stream: "text/event-stream",
    handle: chatCompletions,
  },
  {
    id: "createCompletion",
    api: "OpenAI",
    method: "post",
    paths: openAi("/completions"),
    summary: "What follows a text",
    body: completionRequest,
    answer: ["id", "object", "created", "model", "choices", "usage"],
    stream: "text/event-stream",
    handle: completions,
  },
  {
    id: "createResponse",
    api: "OpenAI",
    method: "post",
    paths: openAi("/responses"),
    summary: "A response; nothing is stored",
    body: responseRequest,
    answer: ["id", "object", "created_at", "model", "status", "output", "usage"],
    stream: "text/event-stream",
    handle: responses,
  },
  {
    id: "infer",
    api: "DeepInfra",
    method: "post",
    paths: ["/v1/inference/{model}"],
    summary: "What follows a text",
    body: inferenceRequest,
    answer: ["request_id", "inference_status", "results", "num_tokens", "num_input_tokens"],
    stream: "text/event-stream",
    handle: inference,
  },
  {
    id: "run",
    api: "Cloudflare Workers AI",
    method: "post",
    paths: [CLOUDFLARE, `/client/v4/accounts/{account}${CLOUDFLARE}`, `/accounts/{account}${CLOUDFLARE}`],
    summary: "The answer to a prompt or a conversation; in JSON mode it is a value",
    body: runRequest,
    answer: ["result", "success", "errors", "messages"],
    stream: "text/event-stream",
    handle: run,
  },
  {
    id: "ollamaChat",
    api: "Ollama",
    method: "post",
    paths: ["/api/chat"],
    summary: "The next message of a conversation",
    body: ollamaChatRequest,
    answer: ["model", "created_at", "message", "done"],
    stream: "application/x-ndjson",
    handle: ollamaChat,
  },
  {
    id: "ollamaGenerate",
    api: "Ollama",
    method: "post",
    paths: ["/api/generate"],
    summary: "The answer to a prompt",
    body: ollamaGenerateRequest,
    answer: ["model", "created_at", "response", "done"],
    stream: "application/x-ndjson",
    handle: ollamaGenerate,
  },
  {
    id: "ollamaTags",
    api: "Ollama",
    method: "get",
    paths: ["/api/tags"],
    summary: "The models, with their other names",
    answer: ["models"],
    handle: (c, { models }) => c.json(ollamaTags(models)),
  },
];
