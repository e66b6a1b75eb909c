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
import { type GenerateResult, type Model, ModelDisposedError } from "@grammask/onnx";
import { type PreparedCall, prepareCall } from "./call-options.js";
import { OutputParts } from "./output-parts.js";

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
    const call = prepareCall(options);
    const response = this.#response();
    const model = await this.#load();
    const result = await model.generate(call.request);
    throwIfAborted(result, options);
    const parts = new OutputParts(call);
    const content = contentOf([...parts.push(result.text), ...parts.end(isWhole(result))]);
    return { content, ...ending(result, parts), warnings: call.warnings, response };
  }

  async doStream(options: LanguageModelV3CallOptions): Promise<LanguageModelV3StreamResult> {
    const call = prepareCall(options);
    const response = this.#response();
    const model = await this.#load();
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
): AsyncGenerator<LanguageModelV3StreamPart, void, void> {
  const parts = new OutputParts(call);
  for await (const event of model.stream(call.request)) {
    if (event.type === "token") {
      if (options.includeRawChunks === true) {
        yield { type: "raw", rawValue: event };
      }
      yield* parts.push(event.text);
    } else if (event.type === "result") {
      throwIfAborted(event.result, options);
      yield* parts.end(isWhole(event.result));
      yield { type: "finish", ...ending(event.result, parts) };
    }
  }
}

/** The SDK expects a call that is aborted to fail with the signal's reason. */
function throwIfAborted(result: GenerateResult, { abortSignal }: LanguageModelV3CallOptions): void {
  if (result.finishReason === "abort") {
    abortSignal?.throwIfAborted();
    throw new ModelDisposedError();
  }
}

function isWhole({ finishReason }: GenerateResult): boolean {
  return finishReason === "complete";
}

/** The parts of a stream put together. */
function contentOf(parts: readonly LanguageModelV3StreamPart[]): LanguageModelV3Content[] {
  const text = parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");
  const calls = parts.filter((part) => part.type === "tool-call");
  return text === "" ? calls : [{ type: "text", text }, ...calls];
}

function ending(
  result: GenerateResult,
  parts: OutputParts,
): {
  finishReason: LanguageModelV3FinishReason;
  usage: LanguageModelV3Usage;
  providerMetadata: SharedV3ProviderMetadata;
} {
  const { finishReason: raw, seed, closedEarly, text } = result;
  // An output that was aborted has thrown.
  const unified = raw === "length" ? "length" : parts.hasCall ? "tool-calls" : "stop";
  const own: JSONObject = {
    seed,
    closedEarly: closedEarly === undefined ? null : asJson(closedEarly),
    ...(parts.hasCutCall && { cutCall: text }),
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
