import type { MixedRequest } from "./requests.js";

/** What became of a request; times in milliseconds. */
export type Outcome =
  | {
      readonly kind: "answered";
      readonly isValid: boolean;
      readonly firstToken: number;
      /** Between the first text and the end, by token; undefined for a single token. */
      readonly perToken: number | undefined;
      readonly total: number;
      readonly tokens: number;
      /** Of the prompt: all, and those that were known from an earlier one. */
      readonly promptTokens: number;
      readonly cachedTokens: number;
    }
  /** The queue was full; the server says when to come again, in seconds. */
  | { readonly kind: "busy"; readonly retryAfter: number }
  /** Another answer, or none, or one that ends in the middle. */
  | { readonly kind: "lost"; readonly reason: string };

/**
 * Sends one request and reads its answer as it comes.
 *
 * @param onText called for each piece of text
 */
export async function ask(
  url: string,
  model: string,
  request: MixedRequest,
  maxTokens: number,
  onText: () => void = () => undefined,
): Promise<Outcome> {
  const start = performance.now();
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model,
        messages: [
          { role: "system", content: request.system ?? "You answer with JSON that is as short as possible." },
          { role: "user", content: request.prompt },
        ],
        max_tokens: maxTokens,
        stream: true,
        stream_options: { include_usage: true },
        response_format: { type: "json_schema", json_schema: { name: request.name, schema: request.schema } },
      }),
    });
    if (response.status === 429) {
      await response.text();
      return { kind: "busy", retryAfter: Number(response.headers.get("retry-after") ?? 1) };
    }
    if (response.status !== 200) {
      return { kind: "lost", reason: `${response.status} ${(await response.text()).slice(0, 200)}` };
    }
    return await read(response, request, start, onText);
  } catch (thrown) {
    return { kind: "lost", reason: String(thrown) };
  }
}

interface Chunk {
  readonly choices?: readonly { readonly delta: { readonly content?: string } }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
  } | null;
  readonly error?: { readonly message: string };
}

async function read(
  response: Response,
  { isValid }: MixedRequest,
  start: number,
  onText: () => void,
): Promise<Outcome> {
  let [text, rest, firstToken] = ["", "", 0];
  let used: Chunk["usage"];
  let isDone = false;
  const decoder = new TextDecoder();
  for await (const bytes of response.body!) {
    rest += decoder.decode(bytes, { stream: true });
    const events = rest.split("\n\n");
    rest = events.pop()!;
    for (const event of events) {
      const data = event.slice("data: ".length);
      if (data === "[DONE]") {
        isDone = true;
        continue;
      }
      const { choices, usage, error } = JSON.parse(data) as Chunk;
      if (error !== undefined) {
        return { kind: "lost", reason: error.message };
      }
      const content = choices?.[0]?.delta.content ?? "";
      if (content !== "" && text === "") {
        firstToken = performance.now() - start;
      }
      if (content !== "") {
        onText();
      }
      text += content;
      used = usage ?? used;
    }
  }
  if (!isDone) {
    return { kind: "lost", reason: "the answer ended in the middle" };
  }
  const total = performance.now() - start;
  const tokens = used?.completion_tokens ?? 0;
  const perToken = tokens > 1 ? (total - firstToken) / (tokens - 1) : undefined;
  return {
    kind: "answered",
    isValid: valid(text, isValid),
    firstToken,
    perToken,
    total,
    tokens,
    promptTokens: used?.prompt_tokens ?? 0,
    cachedTokens: used?.prompt_tokens_details.cached_tokens ?? 0,
  };
}

function valid(text: string, isValid: MixedRequest["isValid"]): boolean {
  try {
    return isValid(JSON.parse(text));
  } catch {
    return false;
  }
}
