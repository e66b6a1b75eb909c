import type {
  JSONObject,
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3FinishReason,
  LanguageModelV3GenerateResult,
  LanguageModelV3StreamPart,
  LanguageModelV3StreamResult,
  LanguageModelV3Usage,
  SharedV3ProviderMetadata,
} from "@ai-sdk/provider";
import {
  beginsThinking,
  type GenerateResult,
  type Model,
  ModelDisposedError,
  type TokenEvent,
} from "@grammask/onnx";
import { type PreparedCall, prepareCall } from "./call-options.js";
import { LeadInParts, outputParts } from "./output-parts.js";
import type { OutputParts, Part } from "./parts.js";

/** A local model as the Vercel AI SDK sees it (specification v3, AI SDK 6). */
export class GrammaskLanguageModel implements LanguageModelV3 {
  readonly specificationVersion = "v3";
  readonly provider = "grammask";
  readonly modelId: string;
  /** The models read text; no address is given to them. */
  readonly supportedUrls = {};
  readonly #load: () => Promise<Model>;

  constructor(modelId: string, load: () => Promise<Model>) {
    this.modelId = modelId;
    this.#load = load;
  }

  async doGenerate(options: LanguageModelV3CallOptions): Promise<LanguageModelV3GenerateResult> {
    const response = this.#response();
    const model = await this.#load();
    const call = prepareCall(options, model);
    const content: Part[] = [];
    let finish: ReturnType<typeof ending> | undefined;
    for await (const part of streamParts(model, call, options)) {
      if (part.type === "finish") {
        const { type: _, ...rest } = part;
        finish = rest as ReturnType<typeof ending>;
      } else content.push(part);
    }
    return { content: contentOf(content), ...finish!, warnings: call.warnings, response };
  }

  async doStream(options: LanguageModelV3CallOptions): Promise<LanguageModelV3StreamResult> {
    const response = this.#response();
    const model = await this.#load();
    const call = prepareCall(options, model);
    const parts = streamParts(model, call, options);
    const stream = new ReadableStream<LanguageModelV3StreamPart>({
      start(controller) {
        controller.enqueue({ type: "stream-start", warnings: call.warnings });
        controller.enqueue({ type: "response-metadata", ...response });
      },
      async pull(controller) {
        const next = await parts.next();
        if (next.done === true) {
          controller.close();
        } else {
          controller.enqueue(next.value);
        }
      },
      async cancel() {
        await parts.return();
      },
    });
    return { stream };
  }

  #response(): { id: string; timestamp: Date; modelId: string } {
    return { id: crypto.randomUUID(), timestamp: new Date(), modelId: this.modelId };
  }
}

async function* streamParts(
  model: Model,
  call: PreparedCall,
  options: LanguageModelV3CallOptions,
): AsyncGenerator<Part, void, void> {
  const parts = outputParts(call.tools);
  const leadIn = call.hasLeadIn
    ? new LeadInParts(beginsThinking(model.renderPrompt(call.request)))
    : undefined;
  let said = "";
  for await (const event of model.stream(call.request)) {
    if (event.type === "token") {
      if (options.includeRawChunks === true) {
        yield { type: "raw", rawValue: event };
      }
      yield* leadIn?.push(event.leadIn ?? "") ?? [];
      const text = textOf(event, model, call);
      said += text;
      if (text !== "") {
        yield* leadIn?.end() ?? [];
        yield* parts.push(text);
      }
    } else if (event.type === "result") {
      throwIfAborted(event.result, options);
      yield* leadIn?.end() ?? [];
      yield* parts.end();
      yield { type: "finish", ...ending(event.result, parts, said) };
    }
  }
}

/** The text of a token; where calls are read from the output, also the names of special tokens, with which some begin. */
function textOf({ id, text }: TokenEvent, { vocabulary }: Model, { tools }: PreparedCall): string {
  const isNamed = tools !== undefined && text === "" && vocabulary.tokenBytes(id) === undefined;
  return isNamed ? vocabulary.tokenText(id) : text;
}

/** The SDK expects a call that is aborted to fail with the signal's reason. */
function throwIfAborted(result: GenerateResult, { abortSignal }: LanguageModelV3CallOptions): void {
  if (result.finishReason === "abort") {
    abortSignal?.throwIfAborted();
    throw new ModelDisposedError();
  }
}

/** The parts of a stream put together. */
function contentOf(parts: readonly Part[]): LanguageModelV3Content[] {
  const content: LanguageModelV3Content[] = [];
  for (const part of parts) {
    if (part.type === "text-delta" || part.type === "reasoning-delta") {
      const type = part.type === "text-delta" ? "text" : "reasoning";
      const last = content.at(-1);
      if (last?.type === type) {
        last.text += part.delta;
      } else {
        content.push({ type, text: part.delta });
      }
    } else if (part.type === "tool-call") {
      content.push(part);
    }
  }
  return content;
}

function ending(
  result: GenerateResult,
  parts: OutputParts,
  said: string,
): {
  finishReason: LanguageModelV3FinishReason;
  usage: LanguageModelV3Usage;
  providerMetadata: SharedV3ProviderMetadata;
} {
  const { finishReason: raw, seed, closedEarly, repetitions, leadIn } = result;
  // An output that was aborted has thrown.
  const unified = raw === "length" ? "length" : parts.hasCall ? "tool-calls" : "stop";
  const own: JSONObject = {
    seed,
    closedEarly: closedEarly === undefined ? null : asJson(closedEarly),
    ...(repetitions.length > 0 && { repetitions: repetitions.map(({ pointer }) => pointer) }),
    ...(parts.hasCutCall && { cutCall: said }),
    ...(leadIn !== undefined && { leadIn }),
  };
  return { finishReason: { unified, raw }, usage: usageOf(result), providerMetadata: { grammask: own } };
}

function usageOf({ usage }: GenerateResult): LanguageModelV3Usage {
  const { promptTokens, cachedPromptTokens, completionTokens } = usage;
  return {
    inputTokens: {
      total: promptTokens,
      noCache: promptTokens - cachedPromptTokens,
      cacheRead: cachedPromptTokens,
      cacheWrite: undefined,
    },
    outputTokens: { total: completionTokens, text: completionTokens, reasoning: undefined },
    raw: asJson(usage),
  };
}

function asJson(value: object): JSONObject {
  return JSON.parse(JSON.stringify(value)) as JSONObject;
}
