import { afterEach, describe, expect, it } from "vitest";
import type { GenerationRequest, GenerationResult } from "../src/engine/engine.js";
import { ApiError } from "../src/errors.js";
import { type UpstreamOptions, upstreamSettings } from "../src/upstream/options.js";
import { UpstreamEngine } from "../src/upstream/upstream-engine.js";
import {
  type Answer,
  breaksAfter,
  EVENTS,
  ending,
  FakeUpstream,
  fails,
  piece,
  says,
  sends,
  stallsAfter,
} from "./fake-upstream.js";

const schema = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer" } },
  required: ["name", "age"],
  additionalProperties: false,
};
const messages = [{ role: "user" as const, content: "Who?" }];
const asked: GenerationRequest = {
  messages,
  seed: 7,
  constraint: { kind: "schema", schema: JSON.stringify(schema) },
};
const WHOLE = '{"name": "Ada", "age": 36}';

const upstreams: FakeUpstream[] = [];
const engines: UpstreamEngine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.dispose()));
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.kill()));
});

async function upstreamOf(...answers: Answer[]): Promise<FakeUpstream> {
  const upstream = await FakeUpstream.start(...answers);
  upstreams.push(upstream);
  return upstream;
}

function engineOf(urls: readonly string[], options: Partial<UpstreamOptions> = {}): UpstreamEngine {
  const settings = upstreamSettings({ ...options, urls });
  const engine = new UpstreamEngine(settings, { compileMilliseconds: 1000, maskMilliseconds: 250 });
  engines.push(engine);
  return engine;
}

interface Outcome {
  readonly pieces: string[];
  readonly result?: GenerationResult;
  readonly error?: ApiError["details"];
}

async function outcome(
  engine: UpstreamEngine,
  request: GenerationRequest = asked,
  signal = new AbortController().signal,
): Promise<Outcome> {
  const pieces: string[] = [];
  try {
    const output = engine.generate(request, signal);
    for (;;) {
      const next = await output.next();
      if (next.done === true) {
        if (next.value.finishReason !== "abort") {
          expect(pieces.join("")).toBe(next.value.text);
        }
        return { pieces, result: next.value };
      }
      pieces.push(next.value);
    }
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) {
      throw thrown;
    }
    return { pieces, error: thrown.details };
  }
}

/** The outcome where the upstream gives these answers one after the other, and what it was asked. */
async function answered(
  answers: Answer[],
  options: Partial<UpstreamOptions> = {},
  request: GenerationRequest = asked,
) {
  const upstream = await upstreamOf(...answers);
  const result = await outcome(engineOf([upstream.url], options), request);
  return { ...result, requests: upstream.requests };
}

describe("an upstream that behaves", () => {
  it("is not told of stop strings where they could cut what has a form", async () => {
    const json = await answered([says(WHOLE)], {}, { ...asked, stop: "}" });
    expect(json.result).toMatchObject({ text: WHOLE });
    expect(json.requests[0]!.body).not.toHaveProperty("stop");
    const free = await answered([says("Hi")], {}, { messages, stop: "}" });
    expect(free.requests[0]!.body).toMatchObject({ stop: "}" });
    const regex = await answered(
      [],
      {},
      { messages, stop: "}", constraint: { kind: "regex", pattern: "a+" } },
    );
    expect(regex.error).toMatchObject({ status: 400, param: "stop" });
  });

  it("gives its output, with the schema told in its words", async () => {
    const { result, requests } = await answered([says(WHOLE)], { apiKey: "secret-key" });
    expect(result).toMatchObject({ text: WHOLE, finishReason: "complete" });
    expect(result!.usage).toMatchObject({ promptTokens: 10, completionTokens: 5 });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      path: "/v1/chat/completions",
      authorization: "Bearer secret-key",
      body: {
        model: "first-model",
        messages,
        stream: true,
        response_format: { type: "json_schema", json_schema: { strict: true, schema } },
      },
    });
  });

  it("passes on how tokens are drawn", async () => {
    const { requests } = await answered(
      [says(WHOLE)],
      {},
      { ...asked, temperature: 0.5, topP: 0.9, frequencyPenalty: 0.4, presencePenalty: -0.2 },
    );
    expect(requests[0]!.body).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      frequency_penalty: 0.4,
      presence_penalty: -0.2,
    });
  });

  it("may order properties and set whitespace as it likes", async () => {
    const text = JSON.stringify({ age: 36, name: "Ada" }, null, 4);
    expect((await answered([says(text)])).result!.text).toBe(text);
  });

  it("is sent on as it comes where that is wanted, and otherwise when it is whole", async () => {
    const streamed = await answered([says(WHOLE)], {}, { ...asked, streamed: true });
    expect(streamed.pieces.length).toBeGreaterThan(3);
    expect((await answered([says(WHOLE)])).pieces).toEqual([WHOLE]);
  });

  it("gives free text too", async () => {
    const { result } = await answered([says("Hello", "length")], {}, { messages, maxTokens: 3 });
    expect(result).toMatchObject({ text: "Hello", finishReason: "length" });
  });

  it("may refuse a way to tell the schema: another is taken", async () => {
    const { result, requests } = await answered([
      fails(400, "strict: this schema is not supported"),
      fails(400, "json_schema is not supported"),
      says(WHOLE),
    ]);
    expect(result!.text).toBe(WHOLE);
    expect(requests.map(({ body }) => body.response_format?.json_schema?.strict)).toEqual([
      true,
      false,
      undefined,
    ]);
  });

  it("may know the budget by its newer name only", async () => {
    const { result, requests } = await answered(
      [fails(400, "Use 'max_completion_tokens' instead of 'max_tokens'."), says(WHOLE)],
      {},
      { ...asked, maxTokens: 50 },
    );
    expect(result!.text).toBe(WHOLE);
    expect(requests[1]!.body).toMatchObject({ max_completion_tokens: 50 });
  });
});

describe("an output that goes wrong", () => {
  const STRAYS = '{"name": "Ada", "job": "x"}';

  it("is stopped at the first byte that leaves the schema, and asked for again with what was wrong", async () => {
    const { result, requests } = await answered([says(STRAYS), says(WHOLE)]);
    expect(result!.text).toBe(WHOLE);
    const last = requests[1]!.body.messages.at(-1);
    expect(last.role).toBe("user");
    expect(last.content).toContain('{\\"name\\": \\"Ada\\", \\"');
  });

  it("is continued from the longest valid prefix, with the structure that must come (vLLM, SGLang)", async () => {
    for (const kind of ["vllm", "sglang"] as const) {
      const { result, requests } = await answered([says(STRAYS), says("36}")], { kind });
      expect(result!.text).toBe('{"name": "Ada", "age":36}');
      expect(requests[1]!.body).toMatchObject({
        messages: [...messages, { role: "assistant", content: '{"name": "Ada", "age":' }],
        continue_final_message: true,
      });
      expect(requests[1]!.body.response_format).toBeUndefined();
    }
  });

  it("is continued by the prompt that llama.cpp renders", async () => {
    const { result, requests } = await answered([breaksAfter('{"name": "A'), says('da", "age": 36}')], {
      kind: "llamacpp",
    });
    expect(result!.text).toBe(WHOLE);
    expect(requests[1]).toMatchObject({ path: "/v1/completions", body: { prompt: '<Who?>{"name": "A' } });
  });

  it("is continued behind a prompt by any", async () => {
    const request = { prompt: "Who? ", seed: 1, constraint: asked.constraint };
    const { result, requests } = await answered(
      [says('{"name": "A', "stop"), says('da", "age": 36}')],
      {},
      request,
    );
    expect(result!.text).toBe(WHOLE);
    expect(requests[1]!.body.prompt).toBe('Who? {"name": "A');
  });

  it("is continued where only the upstream's limit of tokens ended it, not where the client's did", async () => {
    const answers = () => [says('{"name": "A', "length"), says('da", "age": 36}')];
    expect((await answered(answers(), { kind: "vllm" })).result!.text).toBe(WHOLE);
    const { error, requests } = await answered(answers(), { kind: "vllm" }, { ...asked, maxTokens: 4 });
    expect(error).toMatchObject({ code: "upstream_truncated", status: 502 });
    expect(requests).toHaveLength(1);
  });

  it("is an error when the retries are used up, which says where it went wrong", async () => {
    const { error, pieces, requests } = await answered([says(STRAYS)], { retries: 1 });
    expect(pieces).toEqual([]);
    expect(requests).toHaveLength(2);
    expect(error).toMatchObject({ status: 502, type: "server_error", code: "upstream_left_constraint" });
    expect(error!.message).toMatch(/the schema allows at byte 17, .*2 times/);
  });

  it("is closed by a short completion where that is asked for", async () => {
    const { result } = await answered([says('{"name": "A', "length")], { retries: 0, close: true });
    expect(JSON.parse(result!.text)).toEqual({ name: "A", age: expect.any(Number) });
    expect(result).toMatchObject({ finishReason: "complete", closedEarly: [], limit: "upstream_truncated" });
  });

  it("ends where it is complete and more follows", async () => {
    const { result } = await answered([says(`${WHOLE}\n\nI hope this helps!`)]);
    expect(JSON.parse(result!.text)).toEqual(JSON.parse(WHOLE));
  });

  it("is whole where the connection breaks behind its last bracket", async () => {
    const { result, requests } = await answered([breaksAfter(WHOLE)]);
    expect(result).toMatchObject({ text: WHOLE, finishReason: "complete" });
    expect(requests).toHaveLength(1);
  });

  it("that was sent on in part goes on only with an output that begins alike", async () => {
    const request = { ...asked, streamed: true };
    const again = await answered([breaksAfter('{"name": "A'), says(WHOLE)], {}, request);
    expect(again.result!.text).toBe(WHOLE);
    const other = await answered(
      [breaksAfter('{"name": "A'), says('{"name": "Bob", "age": 1}')],
      {},
      request,
    );
    expect(other.pieces.join("")).toBe('{"name": "A');
    expect(other.error).toMatchObject({ code: "upstream_left_constraint" });
  });

  it("is never sent on with a byte that is not valid, wherever it is cut", async () => {
    for (let cut = 0; cut < WHOLE.length; cut++) {
      const text = `${WHOLE.slice(0, cut)}\u0001 no`;
      const { pieces } = await answered([says(text)], { retries: 0 }, { ...asked, streamed: true });
      expect(pieces.join("")).toBe(WHOLE.slice(0, cut));
    }
  });
});

describe("an upstream that misbehaves", () => {
  const bad: readonly [string, Answer, string, number][] = [
    ["drops the connection", breaksAfter('{"na'), "upstream_disconnected", 502],
    ["ends without an end", sends([piece('{"na')]), "upstream_disconnected", 502],
    ["says nothing", stallsAfter(""), "upstream_timeout", 504],
    ["stalls", stallsAfter('{"na'), "upstream_timeout", 504],
    ["fails", fails(500, "oh"), "upstream_failed", 502],
    [
      "fails in the middle",
      sends([piece("{"), 'data: {"error":{"message":"oh"}}\n\n']),
      "upstream_failed",
      502,
    ],
    ["has too much to do", fails(429, "oh", { "retry-after": "0.01" }), "upstream_overloaded", 429],
    ["answers a page", sends(["<html>"], "text/html"), "upstream_bad_answer", 502],
    ["sends half an event", sends(['data: {"choices": [{"del']), "upstream_disconnected", 502],
    ["sends events that are not JSON", sends(["data: {choices\n\n"]), "upstream_bad_answer", 502],
    ["sends JSON that is no chunk", sends(['data: {"choices": 7}\n\n']), "upstream_bad_answer", 502],
    ["sends bytes that are not UTF-8", sends([Uint8Array.of(0x64, 0xff, 0x0a)]), "upstream_bad_answer", 502],
    ["ends too soon", says('{"name": "Ada"'), "upstream_ended_early", 502],
    ["filters", says('{"name": "A', "content_filter"), "upstream_stopped", 502],
    ["refuses the request", fails(400, "too long"), "upstream_refused", 400],
    ["does not let in", fails(401, "wrong key secret-key"), "upstream_unauthorized", 502],
  ];
  const IMPATIENT = { stallSeconds: 0.2, firstTextSeconds: 0.4 };
  it.each(bad)("that %s is told by its own error", async (_, answer, code, status) => {
    const { error } = await answered([answer], { ...IMPATIENT, retries: 0, apiKey: "secret-key" });
    expect(error).toMatchObject({ code, status });
    expect(error!.message).not.toContain("secret-key");
  });

  const passing = bad.filter(([, , code]) => !/stopped|refused|unauthorized/.test(code));
  it.each(passing)("that %s once does no harm", async (_, answer) => {
    // More than one retry: on a busy machine an answer may be late that is not meant to be.
    const { result, requests } = await answered([answer, says(WHOLE)], { ...IMPATIENT, retries: 9 });
    expect(requests.length).toBeGreaterThan(1);
    expect(result!.text).toBe(WHOLE);
  });

  it("that splits characters between packets, and pairs between events, is understood", async () => {
    const text = '{"name": "é😀", "age": 1}';
    const bytes = new TextEncoder().encode(piece(text.slice(0, 12)) + piece(text.slice(12)) + ending("stop"));
    const each = Array.from(bytes, (byte) => Uint8Array.of(byte));
    // JSON.stringify writes a lone half as an escape: the events are cut between the halves of the pair.
    expect(text.charCodeAt(11)).toBeGreaterThan(0xd7ff);
    const { result } = await answered([sends(each)]);
    expect(result!.text).toBe(text);
  });

  it("that sends an event without end is stopped", async () => {
    const endless: Answer = async (response) => {
      response.writeHead(200, EVENTS);
      response.write("data: ");
      const block = "x".repeat(1 << 16);
      while (!response.destroyed) {
        await new Promise((resolve) => response.write(block, resolve));
      }
    };
    const { error } = await answered([endless], { retries: 0 });
    expect(error).toMatchObject({ code: "upstream_bad_answer" });
  });

  it("is left when the client goes away", async () => {
    const upstream = await upstreamOf(stallsAfter('{"name": "A'));
    const gone = new AbortController();
    const output = outcome(engineOf([upstream.url]), asked, gone.signal);
    await expect.poll(() => upstream.requests.length).toBe(1);
    gone.abort();
    expect((await output).result!.finishReason).toBe("abort");
    await expect.poll(() => upstream.connections).toBe(0);
  });
});

describe("several upstreams", () => {
  it("share the load, the least busy first", async () => {
    let hold: (() => void)[] = [];
    const slow: Answer = async (response, request) => {
      await new Promise<void>((resolve) => hold.push(resolve));
      await says(WHOLE)(response, request);
    };
    const three = await Promise.all([upstreamOf(slow), upstreamOf(slow), upstreamOf(slow)]);
    const engine = engineOf(three.map(({ url }) => url));
    const outputs = Array.from({ length: 9 }, () => outcome(engine));
    await expect.poll(() => hold.length).toBe(9);
    expect(three.map(({ requests }) => requests.length)).toEqual([3, 3, 3]);
    for (const go of hold) go();
    hold = [];
    for (const { result } of await Promise.all(outputs)) {
      expect(result!.text).toBe(WHOLE);
    }
  });

  it("stand in for one that was killed in the middle", async () => {
    const doomed = await upstreamOf(stallsAfter('{"name": "A'));
    const other = await upstreamOf(says('da", "age": 36}'));
    const engine = engineOf([doomed.url, other.url], {
      kind: "vllm",
      stallSeconds: 20,
      firstTextSeconds: 20,
    });
    const output = outcome(engine);
    await expect.poll(() => doomed.requests.length).toBe(1);
    await doomed.kill();
    expect((await output).result!.text).toBe(WHOLE);
    // It is not asked again while it is away.
    for (let i = 0; i < 3; i++) {
      await outcome(engine, { messages });
    }
    expect(other.requests).toHaveLength(4);
  });

  it("are asked again when a health check finds them well", async () => {
    const ill = await upstreamOf(says(WHOLE));
    const well = await upstreamOf(says(WHOLE));
    ill.healthy = false;
    const engine = engineOf([ill.url, well.url], { kind: "vllm", model: "m", healthSeconds: 0.02 });
    await expect.poll(() => ill.checks).toBeGreaterThan(5);
    for (let i = 0; i < 4; i++) await outcome(engine);
    expect([ill.requests.length, well.requests.length]).toEqual([0, 4]);
    ill.healthy = true;
    await expect
      .poll(async () => {
        await outcome(engine);
        return ill.requests.length;
      })
      .toBeGreaterThan(0);
  });

  it("that nobody runs are told to be unreachable", async () => {
    const away = await FakeUpstream.start(says(WHOLE));
    const { url } = away;
    await away.kill();
    const { error } = await outcome(engineOf([url], { model: "m", retries: 0 }));
    expect(error).toMatchObject({ code: "upstream_unreachable", status: 503, retryAfter: 1 });
  });
});

describe("options of upstreams", () => {
  it("are checked", () => {
    expect(upstreamSettings({ urls: ["http://a:1", "https://b/api/v1/"] }).urls).toEqual([
      "http://a:1/v1",
      "https://b/api/v1",
    ]);
    for (const options of [
      { urls: [] },
      { urls: ["a:1"] },
      { urls: ["http://me:key@a"] },
      { urls: ["http://a"], retries: -1 },
      { urls: ["http://a"], stallSeconds: 0 },
    ]) {
      expect(() => upstreamSettings(options)).toThrow(RangeError);
    }
  });
});
