import type { MessagePort } from "node:worker_threads";
import { Matcher, OutputParts, type ToolFormatName, Vocabulary } from "@grammask/core";
import type { ChatMessage } from "./chat-template.js";
import { completeText } from "./complete-text.js";
import { Decoder } from "./decoder.js";
import type { Device } from "./device.js";
import { InvalidRequestError, ModelDisposedError } from "./errors.js";
import { generateTokens } from "./generate.js";
import { GrammarCache } from "./grammar-cache.js";
import { type EndedValue, GrowingJson } from "./growing-json.js";
import { LAYOUT_SAMPLE } from "./layout-sample.js";
import { withLeadIn } from "./lead-in.js";
import type { DataType } from "./model-files.js";
import type { TokenPressure } from "./pressure.js";
import { encodePrompt } from "./prompt-ids.js";
import { makeLogprobs, makeReport } from "./report.js";
import { type CheckedRequest, checkRequest, type GenerateRequest, type TokenEvent } from "./request.js";
import type {
  ClosedEarly,
  GenerateResult,
  GenerateResults,
  PartialValue,
  RetryEvent,
  StreamEvent,
} from "./result.js";
import { SchemaPrompts } from "./schema-prompt.js";
import type { StepDecoder } from "./step-decoder.js";
import { serveSteps } from "./step-host.js";
import type { TextModel } from "./text-model.js";
import { newTimings } from "./timings.js";
import { attempts, plainRequest } from "./typed/attempts.js";
import type { SchemaInput, ValueOf, WrittenOf } from "./typed/schema-input.js";
import { warmUp } from "./warm-up.js";

/** What a loaded model is made of. */
export interface ModelParts {
  /** As `loadModel` was asked for it. */
  readonly name: string;
  readonly directory: string;
  readonly dtype: DataType;
  readonly decoder: StepDecoder;
  readonly text: TextModel;
}

/** How a batch is run. */
export interface BatchOptions {
  /** How many requests are worked on at the same time, at least 1. Each needs memory for its cache. Default: 8. */
  readonly concurrency?: number;
}

/**
 * A loaded model. Several generations may run at once, each with a cache of its own: where the graph allows it (the bundled
 * model's does) they take their steps together, otherwise in turns. The output of none depends on the others.
 * Made by `loadModel`; `dispose` it, or declare it with `await using`.
 */
export class Model implements AsyncDisposable {
  readonly name: string;
  readonly directory: string;
  readonly dtype: DataType;
  readonly device: Device;
  /** The most tokens that the model can hold, prompt and output together. */
  readonly contextLength: number;
  /** How the model's chat template writes calls of tools, for `compileTools`; "plain" where it says nothing of them. */
  readonly toolFormat: ToolFormatName;
  readonly #decoder: StepDecoder;
  readonly #text: TextModel;
  readonly #grammars = new GrammarCache();
  readonly #schemaPrompts: SchemaPrompts;
  /** Ends generations that still run when the model is disposed of. */
  readonly #end = new AbortController();
  /** Ports of threads that generate with its weights. */
  readonly #lent = new Set<MessagePort>();
  #vocabulary: Vocabulary | undefined;
  #layoutSample: readonly number[] | undefined;

  constructor({ name, directory, dtype, decoder, text }: ModelParts) {
    this.name = name;
    this.directory = directory;
    this.dtype = dtype;
    this.device = decoder.device;
    this.contextLength = decoder.contextLength;
    this.toolFormat = text.toolFormat;
    this.#decoder = decoder;
    this.#text = text;
    this.#schemaPrompts = new SchemaPrompts(decoder.contextLength);
  }

  /** The bytes of the model's tokens; made on first use (some 0.1 s) and kept. */
  get vocabulary(): Vocabulary {
    if (this.#vocabulary === undefined) {
      const size = this.#decoder.vocabularySize;
      this.#vocabulary = Vocabulary.fromTokenizerJson(this.#text.tokenizerJson, {
        eosTokenIds: this.#text.config.eosTokenIds.filter((id) => id < size),
        size,
        encode: (text) => this.encode(text),
      });
      warmUp(this.#vocabulary);
    }
    return this.#vocabulary;
  }

  /** The text's token ids. `specialTokens`: with those that the tokenizer puts around a text, such as its beginning. */
  encode(text: string, { specialTokens = false } = {}): number[] {
    return this.#text.tokenizer.encode(text, { add_special_tokens: specialTokens }).ids;
  }

  /**
   * The prompt that a conversation becomes, up to where the answer begins.
   *
   * @throws InvalidRequestError where the model has no chat template, or its template refuses the messages
   */
  renderChat(messages: readonly ChatMessage[]): string {
    const { chatTemplate } = this.#text;
    if (chatTemplate === undefined) {
      throw new InvalidRequestError(
        "messages",
        `the model ${this.name} has no chat template; give the text to continue as prompt`,
      );
    }
    return chatTemplate.render(messages);
  }

  /**
   * The prompt that a request becomes: its conversation with what it tells of the schema, up to where the answer begins.
   *
   * @throws InvalidRequestError where the request has no conversation, or for what `renderChat` throws it
   */
  renderPrompt(request: GenerateRequest): string {
    const plain = plainRequest(request);
    checkRequest(plain);
    const { messages } = this.#schemaPrompts.tell(plain);
    if (messages === undefined) {
      throw new InvalidRequestError("messages", "a conversation is needed; a prompt is taken as it is");
    }
    return this.renderChat(messages);
  }

  /**
   * Generates one output.
   *
   * @throws InvalidRequestError for a value that is wrong
   * @throws PromptTooLongError where the prompt fills the context
   * @throws BudgetTooSmallError where no valid output is as short as the budget, unless it may be cut
   * @throws ModelDisposedError after `dispose`
   * @throws SchemaError of `@grammask/core` where the schema cannot be compiled; PatternError, GrammarError or
   *   LanguageLimitError where `regex` or `choice` cannot be
   * @throws SchemaValidationError where the own checks of the schema's library refuse the output
   */
  async generate<const S extends SchemaInput | undefined = undefined>(
    request: GenerateRequest<S>,
  ): Promise<GenerateResult<ValueOf<S>>> {
    const events = this.#attempts(request);
    for (;;) {
      const next = await events.next();
      if (next.done === true) {
        return next.value as GenerateResult<ValueOf<S>>;
      }
      try {
        if (!("type" in next.value)) request.onToken?.(next.value);
      } catch (thrown) {
        await events.return(undefined as never);
        throw thrown;
      }
    }
  }

  /**
   * The same, as events: the tokens, what of a JSON value there is after each, then the result. Leaving the loop early
   * ends the generation and frees its memory. The values on the way are as they are written: what the schema's library
   * makes of them is in the result.
   */
  async *stream<const S extends SchemaInput | undefined = undefined>(
    request: GenerateRequest<S>,
  ): AsyncGenerator<StreamEvent<ValueOf<S>, WrittenOf<S>>, void, void> {
    const events = this.#attempts(request);
    const newJson = () => (wantsJson(request) ? new GrowingJson() : undefined);
    let json = newJson();
    try {
      for (;;) {
        const next = await events.next();
        if (next.done === true) {
          if (json !== undefined && next.value.value !== undefined) {
            yield* growth<WrittenOf<S>>(json, (growing) => growing.end());
          }
          yield { type: "result", result: next.value as GenerateResult<ValueOf<S>> };
          return;
        }
        const event = next.value;
        if ("type" in event) {
          yield event;
          json = newJson();
          continue;
        }
        request.onToken?.(event);
        yield { type: "token", ...event };
        if (json !== undefined) {
          yield* growth<WrittenOf<S>>(json, (growing) => growing.push(event.text));
        }
      }
    } finally {
      await events.return(undefined as never);
    }
  }

  /**
   * Generates one output for each request, several at the same time: as one ends, the next begins. The outputs are those
   * that the requests would have alone.
   *
   * @returns the results in the order of the requests
   * @throws what `generate` throws, for the first request that fails; those that run are ended first
   */
  async generateBatch<const R extends readonly GenerateRequest[]>(
    requests: R,
    { concurrency = 8 }: BatchOptions = {},
  ): Promise<GenerateResults<R>> {
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new InvalidRequestError("concurrency", `${concurrency} is not an integer of at least 1`);
    }
    const results: GenerateResult[] = [];
    const failure = new AbortController();
    const queue = requests.entries();
    const work = async (): Promise<void> => {
      // All workers take from one queue.
      for (const [index, request] of queue) {
        const signals = [failure.signal, ...(request.signal === undefined ? [] : [request.signal])];
        results[index] = await this.generate({ ...request, signal: AbortSignal.any(signals) });
        failure.signal.throwIfAborted();
      }
    };
    const workers = Array.from({ length: Math.min(concurrency, requests.length) }, async () => {
      try {
        await work();
      } catch (thrown) {
        failure.abort(thrown);
      }
    });
    await Promise.all(workers);
    failure.signal.throwIfAborted();
    return results as GenerateResults<R>;
  }

  /**
   * Generates several outputs of one request, at the same time, with seeds one after the other from the request's. Without
   * a temperature above 0 they are all the same.
   *
   * @param count how many, at least 1
   */
  generateSamples<const S extends SchemaInput | undefined = undefined>(
    request: GenerateRequest<S>,
    count: number,
    options?: BatchOptions,
  ): Promise<GenerateResult<ValueOf<S>>[]> {
    if (!Number.isInteger(count) || count < 1) {
      throw new InvalidRequestError("count", `${count} is not an integer of at least 1`);
    }
    const { seed } = checkRequest(plainRequest(request)).sampling;
    const requests = Array.from({ length: count }, (_, i) => ({ ...request, seed: (seed + i) % 2 ** 32 }));
    return this.generateBatch(requests, options) as Promise<GenerateResult<ValueOf<S>>[]>;
  }

  /**
   * Lets another thread generate with this model's weights: `connectModel` takes the other end of the port there. Schemas are
   * compiled, masks are made and tokens are sampled there, and hold up nobody here, where the model takes its steps. It ends
   * with the port, or with the model.
   *
   * @throws InvalidRequestError where the model is itself one that is lent
   */
  lend(port: MessagePort): void {
    if (!(this.#decoder instanceof Decoder)) {
      throw new InvalidRequestError("port", "the model is lent by another thread; let that one lend it");
    }
    serveSteps(this.#decoder, this, port);
    this.#lent.add(port);
    port.once("close", () => this.#lent.delete(port));
  }

  /** Ends running generations (their finish reason is "abort") and frees the model. Safe to call twice. */
  async dispose(): Promise<void> {
    this.#end.abort();
    await this.#decoder.dispose();
    for (const port of this.#lent) {
      port.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #attempts(request: GenerateRequest): AsyncGenerator<TokenEvent | RetryEvent, GenerateResult, void> {
    return attempts(request, (plain) => this.#generate(plain));
  }

  async *#generate(request: GenerateRequest): AsyncGenerator<TokenEvent, GenerateResult, void> {
    if (this.#end.signal.aborted) {
      throw new ModelDisposedError();
    }
    const start = performance.now();
    const timings = newTimings();
    const checked = checkRequest(request);
    const { messages, told } = this.#schemaPrompts.tell(request);
    const prompt = messages === undefined ? request.prompt! : this.renderChat(messages);
    const promptIds = this.#promptIds(prompt, messages === undefined);
    const vocabularyStart = performance.now();
    timings.prompt = vocabularyStart - start;
    const { vocabulary } = this;
    const compileStart = performance.now();
    timings.vocabulary = compileStart - vocabularyStart;
    const schemaOptions = withLeadIn(request, typeof prompt === "string" ? prompt : "");
    const grammar = this.#grammars.get({ ...request, schemaOptions });
    const matcher = grammar === undefined ? undefined : new Matcher(grammar, vocabulary);
    timings.compile = performance.now() - compileStart;
    timings.longestGrammar = timings.compile;
    const output = yield* generateTokens({
      decoder: this.#decoder,
      vocabulary,
      promptIds,
      matcher,
      isJson: wantsJson(request),
      parts: grammar?.automaton.hasLeadIn === true ? new OutputParts(grammar) : undefined,
      mayStop:
        grammar !== undefined && checked.onStop === "complete"
          ? completeText(() => new Matcher(grammar, vocabulary))
          : undefined,
      request: checked,
      layoutSample: wantsJson(request) ? (this.#layoutSample ??= this.encode(LAYOUT_SAMPLE)) : undefined,
      aborted: () => this.#end.signal.aborted || request.signal?.aborted === true,
      onProgress: request.onProgress,
      onPressure: observer(request, checked),
      timings,
    });
    timings.total = performance.now() - start;
    const {
      text,
      leadIn,
      leadInBytes,
      tokens,
      finishReason,
      stopString,
      closing,
      repetitions,
      isComplete,
      pressures,
      ...counts
    } = output;
    const isJson = wantsJson(request);
    // A stop string may have cut the JSON short although the matcher went on.
    const hasValue = isJson && (stopString === undefined ? isComplete : checked.onStop === "complete");
    return {
      text,
      value: hasValue ? JSON.parse(text) : undefined,
      finishReason,
      leadIn,
      captures: isComplete && stopString === undefined ? matcher?.captures() : undefined,
      stopString,
      closedEarly: closing && {
        token: closing.token,
        ...(isJson ? endedBehind(text, closing.offset) : { values: [], filled: [] }),
      },
      repetitions,
      tokens,
      seed: checked.sampling.seed,
      usage: {
        promptTokens: promptIds.length,
        completionTokens: tokens.length,
        totalTokens: promptIds.length + tokens.length,
        ...counts,
      },
      schemaInPrompt: told,
      timings,
      limit: matcher?.limitHit,
      report:
        checked.report === undefined
          ? undefined
          : makeReport(pressures, text, isJson, vocabulary, checked.report, leadInBytes),
      logprobs: checked.topLogprobs === undefined ? undefined : makeLogprobs(pressures, checked.topLogprobs),
      rejected: [],
    } as GenerateResult;
  }

  /** @param specialTokens whether those that the tokenizer puts around a text are wanted: a chat template has its own */
  #promptIds(prompt: string | readonly number[], specialTokens: boolean): readonly number[] {
    const encode = (text: string) => this.encode(text, { specialTokens });
    const ids = typeof prompt === "string" ? encodePrompt(encode, prompt, this.contextLength) : prompt;
    const size = this.#decoder.vocabularySize;
    const wrong = ids.find((id) => id >= size);
    if (wrong !== undefined) {
      throw new InvalidRequestError(
        "prompt",
        `token id ${wrong} is not below the vocabulary's size, ${size}`,
      );
    }
    if (ids.length === 0) {
      throw new InvalidRequestError("prompt", "it has no tokens");
    }
    return ids;
  }
}

/** What is called for each token that is measured; undefined: nothing is. */
function observer({ onPressure, onLogprobs }: GenerateRequest, { topLogprobs = 0 }: CheckedRequest) {
  if (onLogprobs === undefined) {
    return onPressure;
  }
  return (pressure: TokenPressure, index: number) => {
    onPressure?.(pressure, index);
    onLogprobs(makeLogprobs([pressure], topLogprobs)[0]!, index);
  };
}

function wantsJson({ schema, json }: GenerateRequest): boolean {
  return schema !== undefined || (json ?? false) !== false;
}

/** The innermost values of a JSON text that end behind a place, and those of them that begin behind it. */
function endedBehind(text: string, offset: number): Pick<ClosedEarly, "values" | "filled"> {
  const json = new GrowingJson();
  json.push(text);
  json.end();
  const ended = json.takeEnded().filter(({ end, value }) => {
    const isEmpty = typeof value !== "object" || value === null || Object.keys(value).length === 0;
    return end >= offset && isEmpty;
  });
  const pointers = (values: readonly EndedValue[]) => values.map(({ pointer }) => pointer);
  return { values: pointers(ended), filled: pointers(ended.filter(({ start }) => start >= offset)) };
}

/** The events of a value that grows. */
function* growth<T>(
  json: GrowingJson,
  grow: (json: GrowingJson) => void,
): Generator<StreamEvent<never, T>, void, void> {
  const { version } = json;
  grow(json);
  if (json.version !== version) {
    yield { type: "partial", value: json.value as PartialValue<T> };
  }
  for (const { pointer, value } of json.takeEnded()) {
    yield { type: "value", pointer, value };
  }
}
