import { setTimeout as sleep } from "node:timers/promises";
import { isJson } from "../engine/constraint.js";
import type { GenerationRequest, GenerationResult } from "../engine/engine.js";
import { askedAnew, type Continuation, continuationOf, openMessage, samplingFields } from "./asking.js";
import type { CheckedOutput } from "./checked-output.js";
import type { UpstreamClient } from "./client.js";
import { enforcements, type Fields } from "./enforcement.js";
import { UpstreamFailure } from "./failure.js";
import { rootOf } from "./health.js";
import type { UpstreamSettings } from "./options.js";
import type { PoolMember, UpstreamPool } from "./pool.js";

export interface OutputTaskOptions {
  readonly request: GenerationRequest;
  readonly settings: UpstreamSettings;
  readonly pool: UpstreamPool;
  readonly client: UpstreamClient;
  readonly modelName: (url: string) => Promise<string>;
  /** An output at its start. */
  readonly newOutput: () => CheckedOutput;
  readonly signal: AbortSignal;
}

/** The longest that is waited before the same upstream is asked again, in milliseconds. */
const MAX_WAIT = 2000;

/** One output: asked for, checked as it comes, and continued or asked for again until it is whole or the retries are used up. */
export class OutputTask {
  readonly #options: OutputTaskOptions;
  readonly #request: GenerationRequest;
  readonly #start = performance.now();
  #continuation: Continuation;
  #output: CheckedOutput;
  /** Of those that failed, the one that got furthest. */
  #longest: CheckedOutput;
  #strayedBehind = "";
  /** What the reader has of the output: it cannot be taken back. */
  #told = "";
  #attempts = 0;
  #enforcement = 0;
  /** Newer models of OpenAI know the budget by another name only. */
  #budgetName = "max_tokens";
  #failure: UpstreamFailure | undefined;
  readonly #failed = new Set<PoolMember>();
  #firstText: number | undefined;
  /** Tokens behind what is accepted: of the budget that the client gave. */
  #spent = 0;
  readonly #usage = { prompt: 0, completion: 0, cached: 0 };

  constructor(options: OutputTaskOptions) {
    this.#options = options;
    this.#request = options.request;
    this.#continuation = continuationOf(options.request, options.settings.kind);
    this.#output = options.newOutput();
    this.#longest = this.#output;
  }

  async *run(): AsyncGenerator<string, GenerationResult, void> {
    const { settings, signal } = this.#options;
    try {
      for (;;) {
        const ending = yield* this.#attempt();
        if (ending !== undefined) {
          return yield* this.#finish(ending);
        }
        const failure = this.#failure!;
        if (failure.isFinal || this.#attempts > settings.retries) {
          break;
        }
      }
      const failure = this.#failure!;
      if (!settings.close || failure.isFinal || this.#request.constraint === undefined) {
        throw failure.toApiError(this.#attempts);
      }
      this.#output = this.#longest;
      return yield* this.#close(failure.code);
    } catch (thrown) {
      if (signal.aborted) {
        return this.#result("abort");
      }
      throw thrown;
    }
  }

  /** One request. @returns how the output ended; undefined where it failed, and why is in `#failure` */
  async *#attempt(): AsyncGenerator<string, "complete" | "length" | "limit" | undefined, void> {
    const { pool } = this.#options;
    const member = pool.acquire(this.#failed);
    const continues = this.#continues();
    try {
      await this.#wait(member);
      if (!continues) {
        this.#output = this.#options.newOutput();
        this.#spent = 0;
      }
      this.#attempts++;
      const ending = yield* this.#read(member, continues);
      member.isHealthy = true;
      return ending;
    } catch (thrown) {
      if (!(thrown instanceof UpstreamFailure)) {
        throw thrown;
      }
      const { text, isClosed } = this.#output;
      if (text !== "" && isClosed && text.startsWith(this.#told)) {
        // Nothing but the end was missing.
        return "complete";
      }
      pool.failed(member, thrown.code);
      this.#learn(thrown, member, continues);
      return undefined;
    } finally {
      pool.release(member);
    }
  }

  async *#read(
    member: PoolMember,
    continues: boolean,
  ): AsyncGenerator<string, "complete" | "length" | "limit" | undefined, void> {
    const { client, signal } = this.#options;
    const output = this.#output;
    const { url, body } = await this.#ask(member, continues);
    let reason: string | undefined;
    let pieces = 0;
    let counted: number | undefined;
    // Half of a character that is written as two UTF-16 units may end an event.
    let half = "";
    try {
      for await (const event of client.stream(url, body, signal)) {
        if (event.type === "text") {
          pieces++;
          this.#firstText ??= performance.now();
          const text = half + event.text;
          half = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : "";
          const isValid = output.push(half === "" ? text : text.slice(0, -1));
          this.#checkRepeats();
          if (this.#request.streamed === true) {
            yield* this.#tell();
          }
          if (!isValid) {
            return this.#left();
          }
        } else if (event.type === "end") {
          reason = event.reason;
        } else if (event.type === "usage") {
          counted = event.completion;
          this.#usage.prompt += event.prompt;
          this.#usage.cached += event.cached;
        }
      }
    } finally {
      // Of an answer that is left early, nobody says how many tokens it had; pieces are about that many.
      const tokens = counted ?? pieces;
      this.#usage.completion += tokens;
      this.#spent += tokens;
    }
    if (half !== "") {
      throw new UpstreamFailure("upstream_bad_answer", "The upstream's answer ended within a character.");
    }
    return this.#ended(reason);
  }

  /** The next piece is not valid. */
  #left(): "complete" | "limit" {
    const output = this.#output;
    if (output.limit !== undefined) {
      return "limit";
    }
    if (output.isComplete) {
      return "complete";
    }
    const offset = new TextEncoder().encode(output.text).length;
    throw new UpstreamFailure(
      "upstream_left_constraint",
      `The upstream's output left what ${this.#what()} allows at byte ${offset}${behind(output.text)}.`,
    );
  }

  #ended(reason: string | undefined): "complete" | "length" {
    const { isComplete, text } = this.#output;
    if (reason === "stop" || reason === "eos") {
      if (isComplete) {
        return "complete";
      }
      throw new UpstreamFailure(
        "upstream_ended_early",
        `The upstream ended its output before it was complete${behind(text)}.`,
      );
    }
    if (reason === "length") {
      if (isComplete) {
        return "length";
      }
      const given = this.#request.maxTokens;
      const advice = given === undefined ? "It has a limit of its own." : "Give more tokens (max_tokens).";
      throw new UpstreamFailure(
        "upstream_truncated",
        `The upstream's output was cut off before it was complete${behind(text)}. ${advice}`,
      );
    }
    if (reason === undefined) {
      throw new UpstreamFailure("upstream_disconnected", "The upstream's answer broke off.");
    }
    throw new UpstreamFailure("upstream_stopped", `The upstream stopped its output: ${reason.slice(0, 80)}.`);
  }

  /** What is to change before the next request. */
  #learn(failure: UpstreamFailure, member: PoolMember, continued: boolean): void {
    const { settings } = this.#options;
    const { kind } = settings;
    this.#failure = failure;
    const { text } = this.#output;
    this.#strayedBehind = text;
    if (text.startsWith(this.#told) && text.length >= this.#longest.text.length) {
      this.#longest = this.#output;
    }
    if (failure.isOutage) {
      member.isHealthy = false;
    }
    if (failure.code === "upstream_overloaded") {
      member.coolUntil = performance.now() + (failure.retryAfter ?? 1) * 1000;
    }
    if (
      failure.isOutage ||
      failure.code === "upstream_overloaded" ||
      failure.code === "upstream_bad_answer"
    ) {
      this.#failed.add(member);
    }
    if (failure.code === "upstream_left_constraint" && this.#continuation !== "none") {
      this.#output.pushStructure();
    }
    if (failure.code === "upstream_truncated" && this.#request.maxTokens !== undefined) {
      // The client's budget is used up: more of it cannot be asked for.
      this.#attempts = Math.max(this.#attempts, settings.retries + 1);
    }
    if (failure.code !== "upstream_refused") {
      return;
    }
    const forms = enforcements(this.#request.constraint, kind, this.#request.messages !== undefined);
    if (continued) {
      // It does not know how to: the output is asked for anew.
      this.#continuation = "none";
    } else if (this.#budgetName === "max_tokens" && failure.message.includes("max_completion_tokens")) {
      this.#budgetName = "max_completion_tokens";
    } else if (this.#enforcement < forms.length - 1) {
      this.#enforcement++;
    } else {
      return;
    }
    // It was asked in a way that it does not know: that is no failure of the output.
    this.#attempts--;
    this.#failure = new UpstreamFailure("upstream_failed", failure.message);
  }

  /** Whether the next request asks for the rest of what is there. */
  #continues(): boolean {
    return this.#attempts > 0 && this.#continuation !== "none" && this.#output.text !== "";
  }

  async #ask(member: PoolMember, continues: boolean): Promise<{ url: string; body: Fields }> {
    const { settings, modelName } = this.#options;
    const { kind } = settings;
    const request = this.#request;
    const { maxTokens, seed, constraint } = request;
    const sampling = samplingFields(request, kind);
    const isChat = request.messages !== undefined;
    const model = await modelName(member.url);
    const { path, fields } = await this.#place(member, continues);
    const forms = enforcements(constraint, kind, isChat);
    return {
      url: `${member.url}${path}`,
      body: {
        model,
        ...fields,
        ...sampling,
        // A rest does not match what the whole must: only the checks keep it to the form.
        ...(continues ? {} : forms[this.#enforcement]),
        ...(maxTokens === undefined ? {} : { [this.#budgetName]: Math.max(1, maxTokens - this.#spent) }),
        ...(seed === undefined ? {} : { seed: (seed + this.#attempts - 1) % 2 ** 31 }),
        stream: true,
        stream_options: { include_usage: true },
      },
    };
  }

  /** Where the request goes, and what it is about. */
  async #place(member: PoolMember, continues: boolean): Promise<{ path: string; fields: Fields }> {
    const { client, settings, signal } = this.#options;
    const { messages, prompt } = this.#request;
    const { text } = this.#output;
    if (messages === undefined) {
      return { path: "/completions", fields: { prompt: continues ? `${prompt as string}${text}` : prompt } };
    }
    if (!continues) {
      const strayed =
        this.#failure?.code === "upstream_left_constraint" || this.#failure?.code === "upstream_ended_early";
      const asked = strayed
        ? askedAnew(messages, this.#strayedBehind, isJson(this.#request.constraint))
        : messages;
      return { path: "/chat/completions", fields: { messages: asked } };
    }
    if (this.#continuation === "open-message") {
      return { path: "/chat/completions", fields: openMessage(messages, text, settings.kind) };
    }
    const rendered = await client.json("POST", `${rootOf(member.url)}/apply-template`, signal, { messages });
    const { prompt: start } = rendered as { readonly prompt?: unknown };
    if (typeof start !== "string") {
      throw new UpstreamFailure("upstream_bad_answer", "The upstream's /apply-template gave no prompt.");
    }
    return { path: "/completions", fields: { prompt: start + text } };
  }

  /** An output that was begun anew must begin with what the reader has already. */
  #checkRepeats(): void {
    const { text } = this.#output;
    const length = Math.min(text.length, this.#told.length);
    if (text.slice(0, length) !== this.#told.slice(0, length)) {
      throw new UpstreamFailure(
        "upstream_left_constraint",
        "The upstream's output had to be asked for again, and began otherwise than what was already sent on.",
      );
    }
  }

  *#tell(): Generator<string, void, void> {
    const { text } = this.#output;
    if (text.length > this.#told.length) {
      const news = text.slice(this.#told.length);
      this.#told = text;
      yield news;
    }
  }

  *#finish(ending: "complete" | "length" | "limit"): Generator<string, GenerationResult, void> {
    if (ending === "limit") {
      return yield* this.#close(this.#output.limit!);
    }
    yield* this.#tell();
    return this.#result(ending);
  }

  /** Ends the output by a short completion. */
  *#close(limit: string): Generator<string, GenerationResult, void> {
    if (!this.#output.text.startsWith(this.#told)) {
      throw this.#failure!.toApiError(this.#attempts);
    }
    this.#output.close();
    yield* this.#tell();
    return { ...this.#result("complete"), closedEarly: [], limit };
  }

  #result(finishReason: GenerationResult["finishReason"]): GenerationResult {
    const { prompt, completion, cached } = this.#usage;
    const now = performance.now();
    const first = this.#firstText ?? now;
    return {
      text: this.#output.text,
      finishReason,
      stopString: undefined,
      captures: this.#output.captures,
      closedEarly: undefined,
      limit: undefined,
      seed: this.#request.seed ?? 0,
      usage: {
        promptTokens: prompt,
        completionTokens: completion,
        totalTokens: prompt + completion,
        cachedPromptTokens: cached,
        forcedTokens: 0,
        draftTokens: 0,
        acceptedDraftTokens: 0,
        leadInTokens: 0,
        steps: completion,
      },
      timings: { prefill: first - this.#start, decode: now - first, mask: 0, longestGrammar: 0 },
      logprobs: undefined,
    };
  }

  /** Lets an upstream that just failed have a moment. */
  async #wait(member: PoolMember): Promise<void> {
    const failure = this.#failure;
    if (failure !== undefined && this.#failed.has(member)) {
      const wanted = (failure.retryAfter ?? 0.1 * 2 ** this.#attempts) * 1000;
      await sleep(Math.min(MAX_WAIT, wanted), undefined, { signal: this.#options.signal });
    }
  }

  #what(): string {
    switch (this.#request.constraint?.kind) {
      case "schema":
        return "the schema";
      case "json-object":
        return "JSON";
      case "tools":
        return "calls of the tools";
      default:
        return "the constraint";
    }
  }
}

function behind(text: string): string {
  return text === "" ? "" : `, behind ${JSON.stringify(text.slice(-60))}`;
}
