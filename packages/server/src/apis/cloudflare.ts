/** Cloudflare Workers AI's API: `POST /ai/run/{model}`, with or without the account's prefix. */
import type { Context } from "hono";
import { z } from "zod";
import { isJson } from "../engine/constraint.js";
import type { GenerationRequest, GenerationResult } from "../engine/engine.js";
import { invalid } from "../errors.js";
import { collect } from "../generation/collect.js";
import type { GivenConstraint } from "../generation/given-constraint.js";
import type { GenerationService, StartedJob } from "../generation/service.js";
import { type Body, readBody } from "../http/body.js";
import type { AppEnv } from "../http/env.js";
import type { ErrorBody } from "../http/errors.js";
import { DONE_EVENT, dataEvent, eventStream } from "../http/sse.js";
import { defined, maxTokensField, optional, samplingFields, samplingRequest } from "../openai/fields.js";
import { chatMessage, toChatMessages } from "../openai/messages.js";
import { jsonSchema, schemaConstraint } from "../openai/structured.js";
import { extensionOf, finishReasonOf, usageOf } from "../openai/usage.js";

const DEFAULT_MAX_TOKENS = 256;

const { stop: _, logit_bias: __, min_p: ___, ...sampling } = samplingFields;

export const runRequest = z.strictObject({
  messages: optional(z.array(chatMessage).min(1)),
  prompt: optional(z.string().min(1)),
  raw: optional(z.boolean()).describe("With prompt: it is continued as it is, without the chat template"),
  ...sampling,
  max_tokens: maxTokensField.describe(`Default: ${DEFAULT_MAX_TOKENS}, as Workers AI has it`),
  stream: optional(z.boolean()),
  response_format: optional(
    z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("json_object"), json_schema: optional(jsonSchema) }),
      z.strictObject({ type: z.literal("json_schema"), json_schema: jsonSchema }),
    ]),
  ),
});

type RunRequest = z.output<typeof runRequest>;

/** `POST /ai/run/{model}` */
export async function run(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const body = await readBody(c, runRequest);
  const given = constraintOf(body);
  const request: GenerationRequest = {
    ...promptOf(body.value),
    ...samplingRequest(body.value),
    maxTokens: body.value.max_tokens ?? DEFAULT_MAX_TOKENS,
    ...defined({ constraint: given?.constraint }),
  };
  const model = c.req.param("model") ?? "";
  const job = { model, client: c.get("client"), requests: [request], constraintParam: given?.param };
  const started = await service.start(job, c.req.raw.signal);
  if (body.value.stream === true) {
    return eventStream(c, {
      contentType: "text/event-stream",
      events: chunks(started),
      failure: (details) => dataEvent(cloudflareError(details)),
    });
  }
  const [result] = await collect(started);
  const { text, finishReason } = result!;
  // Without a schema or with one: JSON mode answers with the value itself.
  const response = isJson(given?.constraint) && finishReason === "complete" ? JSON.parse(text) : text;
  return c.json({ result: { response, ...ending(result!) }, success: true, errors: [], messages: [] });
}

const JSON_MODE_CODE = 5024;

/** As Workers AI writes errors; a schema that cannot be met has its own message, and here the reason with it. */
export const cloudflareError: ErrorBody = ({ status, message, param, code, schema }) => {
  const isJsonMode = param?.startsWith("response_format.json_schema") === true && status === 400;
  return {
    result: null,
    success: false,
    errors: [
      {
        code: isJsonMode ? JSON_MODE_CODE : status * 10,
        message: isJsonMode ? `JSON Mode couldn't be met: ${message}` : message,
        reason: code,
        ...(param === undefined ? {} : { param }),
        ...(schema === undefined ? {} : { schema }),
      },
    ],
    messages: [],
  };
};

function constraintOf(body: Body<RunRequest>): GivenConstraint | undefined {
  const format = body.value.response_format;
  if (format === undefined) {
    return undefined;
  }
  const param = "response_format.json_schema";
  return format.json_schema === undefined
    ? { constraint: { kind: "json-object" }, param }
    : schemaConstraint(body, ["response_format", "json_schema"]);
}

function promptOf({ messages, prompt, raw }: RunRequest): Pick<GenerationRequest, "messages" | "prompt"> {
  if ((messages === undefined) === (prompt === undefined)) {
    throw invalid("messages", "messages: exactly one of messages and prompt is needed");
  }
  if (raw === true) {
    if (prompt === undefined) {
      throw invalid("raw", "raw: it goes with prompt only", "unsupported_combination");
    }
    return { prompt };
  }
  return {
    messages: messages === undefined ? [{ role: "user", content: prompt! }] : toChatMessages(messages),
  };
}

function ending(result: GenerationResult) {
  const { prompt_tokens, completion_tokens, total_tokens } = usageOf([result]);
  return {
    usage: { prompt_tokens, completion_tokens, total_tokens },
    finish_reason: finishReasonOf(result),
    ...extensionOf(result),
  };
}

async function* chunks({ events }: StartedJob): AsyncGenerator<string, void, void> {
  for await (const event of events) {
    yield dataEvent(
      event.type === "text" ? { response: event.text } : { response: "", ...ending(event.result) },
    );
  }
  yield DONE_EVENT;
}
