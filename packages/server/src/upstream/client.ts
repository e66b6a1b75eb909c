import { createParser } from "eventsource-parser";
import { Agent, type Dispatcher, request } from "undici";
import { UpstreamFailure } from "./failure.js";
import { type CompletionEvent, readEvent } from "./stream-event.js";

export interface ClientOptions {
  readonly apiKey: string | undefined;
  readonly connectSeconds: number;
  readonly firstTextSeconds: number;
  readonly stallSeconds: number;
}

/** The most characters of one event, and of an answer that is no stream. */
const MAX_EVENT = 1 << 20;
/** What may come behind the end of an output has so many seconds. */
const LAST_WORDS = 1;
const HEALTH_MILLISECONDS = 5000;
/** As much of an upstream's error as is passed on. */
const MAX_MESSAGE = 500;

/** Speaks HTTP with upstreams. */
export class UpstreamClient {
  readonly #options: ClientOptions;
  readonly #agent: Agent;

  constructor(options: ClientOptions) {
    this.#options = options;
    // Its own limits for answers are off: they know nothing of events. Connections are not pooled beyond need.
    this.#agent = new Agent({
      connect: { timeout: options.connectSeconds * 1000 },
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  /**
   * Asks for a completion as a stream.
   *
   * @throws UpstreamFailure for all that goes wrong there; the signal's reason where it fires
   */
  async *stream(url: string, body: object, signal: AbortSignal): AsyncGenerator<CompletionEvent, void, void> {
    const { firstTextSeconds, stallSeconds } = this.#options;
    const ended = new AbortController();
    const late = (seconds: number, what: string) =>
      setTimeout(() => {
        ended.abort(new UpstreamFailure("upstream_timeout", `The upstream ${what} for ${seconds} s.`));
      }, seconds * 1000);
    let timer = late(firstTextSeconds, "said nothing");
    let hasEnd = false;
    const both = AbortSignal.any([signal, ended.signal]);
    try {
      const answer = await this.#send("POST", url, both, body);
      if (answer.statusCode !== 200) {
        throw await this.#refusal(answer);
      }
      const type = String(answer.headers["content-type"] ?? "");
      if (!type.startsWith("text/event-stream")) {
        answer.body.destroy();
        throw new UpstreamFailure(
          "upstream_bad_answer",
          `The upstream answered ${this.#quote(type || "without a content type")}; a stream of events was asked for.`,
        );
      }
      for await (const event of completionEvents(answer.body)) {
        clearTimeout(timer);
        // While the reader is busy the upstream is not late.
        yield event;
        if (event.type === "done") {
          return;
        }
        hasEnd ||= event.type === "end";
        timer = hasEnd ? late(LAST_WORDS, "said nothing") : late(stallSeconds, "stalled: it said nothing");
      }
    } catch (thrown) {
      signal.throwIfAborted();
      if (hasEnd) {
        // The output is whole; only counts of tokens may be missing.
        return;
      }
      ended.signal.throwIfAborted();
      throw thrown instanceof UpstreamFailure ? thrown : networkFailure(thrown);
    } finally {
      clearTimeout(timer);
      ended.abort(new Error("the reader left"));
    }
  }

  /** Sends JSON, or gets it. @throws UpstreamFailure; the signal's reason where it fires */
  async json(method: "GET" | "POST", url: string, signal: AbortSignal, body?: object): Promise<unknown> {
    const { firstTextSeconds } = this.#options;
    const timeout = AbortSignal.timeout(firstTextSeconds * 1000);
    try {
      const answer = await this.#send(method, url, AbortSignal.any([signal, timeout]), body);
      if (answer.statusCode !== 200) {
        throw await this.#refusal(answer);
      }
      return JSON.parse(await limitedText(answer.body));
    } catch (thrown) {
      signal.throwIfAborted();
      if (timeout.aborted) {
        throw new UpstreamFailure("upstream_timeout", `The upstream said nothing for ${firstTextSeconds} s.`);
      }
      if (thrown instanceof SyntaxError) {
        throw new UpstreamFailure("upstream_bad_answer", "The upstream's answer is not JSON.");
      }
      throw thrown instanceof UpstreamFailure ? thrown : networkFailure(thrown);
    }
  }

  /** Whether a path answers at all, and not by an error of the server. */
  async isWell(url: string, signal: AbortSignal): Promise<boolean> {
    const timeout = AbortSignal.timeout(HEALTH_MILLISECONDS);
    const { statusCode, body } = await this.#send("GET", url, AbortSignal.any([signal, timeout]));
    body.on("error", () => undefined).destroy();
    return statusCode < 500;
  }

  #send(
    method: "GET" | "POST",
    url: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<Dispatcher.ResponseData> {
    const { apiKey } = this.#options;
    return request(url, {
      method,
      signal,
      dispatcher: this.#agent,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #refusal({ statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<UpstreamFailure> {
    const text = await limitedText(body).catch(() => "");
    const message = this.#quote(messageOf(text) || `status ${status}`);
    if (status === 429) {
      const seconds = Number(headers["retry-after"]);
      return new UpstreamFailure(
        "upstream_overloaded",
        "The upstream has too much to do. Send the request again later.",
        Number.isFinite(seconds) && seconds > 0 ? seconds : 1,
      );
    }
    if (status === 401 || status === 403) {
      // What it says of a key is for the log of the upstream, not for clients.
      return new UpstreamFailure(
        "upstream_unauthorized",
        `The upstream does not let this server in (status ${status}): its API key is missing or wrong.`,
      );
    }
    return status >= 400 && status < 500 && status !== 408
      ? new UpstreamFailure("upstream_refused", `The upstream refused the request: ${message}`)
      : new UpstreamFailure("upstream_failed", `The upstream failed (status ${status}): ${message}`);
  }

  /** A piece of what an upstream says, without the key that it may repeat. */
  #quote(text: string): string {
    const { apiKey } = this.#options;
    const safe = apiKey === undefined ? text : text.replaceAll(apiKey, "[key]");
    return safe.length > MAX_MESSAGE ? `${safe.slice(0, MAX_MESSAGE)}...` : safe;
  }
}

async function* completionEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<CompletionEvent, void, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let events: string[] = [];
  let tooLong = false;
  const parser = createParser({
    onEvent: ({ data }) => events.push(data),
    onError: ({ type }) => {
      tooLong ||= type === "max-buffer-size-exceeded";
    },
    maxBufferSize: MAX_EVENT,
  });
  for await (const bytes of body) {
    parser.feed(decode(decoder, bytes));
    if (tooLong) {
      throw new UpstreamFailure(
        "upstream_bad_answer",
        `The upstream sent an event of more than ${MAX_EVENT} characters.`,
      );
    }
    const ready = events;
    events = [];
    for (const data of ready) {
      yield* readEvent(data);
    }
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: true });
  } catch {
    throw new UpstreamFailure("upstream_bad_answer", "The upstream's answer is not UTF-8.");
  }
}

async function limitedText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_EVENT) {
      throw new UpstreamFailure(
        "upstream_bad_answer",
        `The upstream's answer is longer than ${MAX_EVENT} characters.`,
      );
    }
  }
  return text;
}

/** The message of an error in OpenAI's shape, in vLLM's older one, or as plain text. */
function messageOf(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    const inner = typeof error === "object" && error !== null && "message" in error ? error.message : error;
    return String(inner ?? message ?? text);
  } catch {
    return text.trim();
  }
}

function networkFailure(thrown: unknown): UpstreamFailure {
  const { code = "", message } = thrown as { readonly code?: string; readonly message: string };
  if (code === "UND_ERR_CONNECT_TIMEOUT") {
    return new UpstreamFailure("upstream_timeout", "The upstream could not be reached in time.");
  }
  const isUnreachable = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/.test(code);
  return isUnreachable
    ? new UpstreamFailure("upstream_unreachable", `The upstream cannot be reached (${code}).`)
    : new UpstreamFailure(
        "upstream_disconnected",
        `The connection to the upstream broke (${code || message}).`,
      );
}
