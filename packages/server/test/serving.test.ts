import { createHash } from "node:crypto";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { RunningServer, ServerOptions } from "../src/index.js";
import { post, runTiny, TINY } from "./running.js";

let server: RunningServer | undefined;
afterEach(() => server?.close());

async function run(options: Partial<ServerOptions> = {}): Promise<string> {
  server = await runTiny(options);
  return server.url;
}

/** For tests that do not come to the model. */
const UNLOADED = { models: [{ source: TINY, id: "tiny", preload: false }] };
const PATH = "/v1/chat/completions";
/** An output that does not end by itself, of some 100 tokens. */
const LONG = {
  model: "tiny",
  messages: [{ role: "user", content: "x" }],
  max_tokens: 150,
  temperature: 1,
  guided_json: { type: "array", items: { type: "string" }, minItems: 500 },
};
const endless = { ...LONG, max_tokens: 210, guided_json: undefined, guided_regex: "a{200}" };

async function metric(url: string, line: RegExp): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(line.exec(text)?.[1] ?? Number.NaN);
}

describe("the queue", () => {
  it("answers 429 when it is full, and the rest in full", async () => {
    const url = await run({ concurrency: 1, queueCapacity: 2 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, seed) => post(url + PATH, { ...endless, seed })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
    for (const answer of answers) {
      const body = (await answer.json()) as { choices?: { message: { content: string } }[]; error?: object };
      if (answer.status === 200) {
        expect(body.choices![0]!.message.content).toBe("a".repeat(200));
      } else {
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
        expect(body.error).toMatchObject({ code: "queue_full", type: "rate_limit_error" });
      }
    }
  });

  it("does not mix up the answers of many clients", async () => {
    const url = await run({ concurrency: 4, queueCapacity: 100 });
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const stream = i % 2 === 0;
        const answer = await post(url + PATH, {
          ...LONG,
          guided_json: undefined,
          guided_choice: [`answer ${i}`],
          stream,
        });
        const text = await answer.text();
        if (stream) {
          const chunks = text.split("\n\n").filter((part) => part.startsWith("data: {"));
          const content = chunks.map((part) => {
            const { choices } = JSON.parse(part.slice(6)) as { choices: { delta: { content?: string } }[] };
            return choices[0]?.delta.content ?? "";
          });
          expect(content.join("")).toBe(`answer ${i}`);
        } else {
          expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: `answer ${i}` } }] });
        }
      }),
    );
  });

  it("ends a request at its deadline", async () => {
    const url = await run({ deadlineSeconds: 0.001 });
    const answer = await post(url + PATH, endless);
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ error: { code: "deadline_exceeded" } });
  });

  it("ends what nobody waits for any more", async () => {
    const url = await run({ concurrency: 1, queueCapacity: 500 });
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: 30 }, async (_, i) => {
          const controller = new AbortController();
          const request = post(
            url + PATH,
            { ...endless, stream: i % 2 === 0 },
            { signal: controller.signal },
          );
          setTimeout(() => controller.abort(), 5 + i);
          await request.then((answer) => answer.text()).catch(() => undefined);
        }),
      );
    }
    // All 90 would take the model seconds.
    const start = performance.now();
    while ((await metric(url, /grammask_(?:running|waiting)\{model="tiny"\} ([1-9]\d*)/)) > 0) {
      expect(performance.now() - start).toBeLessThan(10_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const answer = await post(url + PATH, { ...LONG, guided_json: { const: 1 } });
    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: "1" } }] });
  });
});

describe("stopping", () => {
  it("lets running answers end, and takes no new ones", async () => {
    const url = await run({ concurrency: 1 });
    const stream = await post(url + PATH, { ...endless, stream: true });
    const closing = server!.close();
    const late = await post(url + PATH, endless).then(
      ({ status }) => status,
      () => "refused",
    );
    expect([503, "refused"]).toContain(late);
    const text = await stream.text();
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    await closing;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it("ends answers that take too long", async () => {
    const url = await run({ drainSeconds: 0 });
    const stream = await post(url + PATH, { ...endless, stream: true });
    const closing = server!.close();
    const text = await stream.text();
    expect(/"code":"stopping"|\[DONE\]/.test(text)).toBe(true);
    await closing;
  });
});

describe("access", () => {
  it("needs a key where there are some", async () => {
    const hash = createHash("sha256").update("two").digest("hex");
    const url = await run({ ...UNLOADED, apiKeys: ["alice:one", `bob:sha256:${hash}`] });
    const ask = (authorization?: string) =>
      fetch(`${url}/v1/models`, authorization === undefined ? {} : { headers: { authorization } });
    for (const key of ["Bearer one", "Bearer two", "bearer two"]) {
      expect((await ask(key)).status).toBe(200);
    }
    for (const key of [undefined, "Bearer three", "one", "Bearer ", `Bearer sha256:${hash}`]) {
      const answer = await ask(key);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      expect(await answer.json()).toMatchObject({ error: { type: "authentication_error" } });
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
  });

  it("refuses keys that are none", async () => {
    await expect(runTiny({ apiKeys: [""] })).rejects.toThrow(RangeError);
    await expect(runTiny({ apiKeys: ["a:sha256:123"] })).rejects.toThrow(RangeError);
  });

  it("bounds the requests of each key", async () => {
    const url = await run({ ...UNLOADED, apiKeys: ["one", "two"], requestsPerMinute: 3 });
    const ask = (key: string) => fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    const statuses = [];
    for (let i = 0; i < 5; i++) {
      statuses.push((await ask("one")).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await ask("one")).headers.get("retry-after")).toBe("20");
    expect((await ask("two")).status).toBe(200);
  });

  it("lets pages of other origins in only where it is told to", async () => {
    const headers = { origin: "https://example.com" };
    let url = await run();
    expect(
      (await fetch(`${url}/healthz`, { headers })).headers.get("access-control-allow-origin"),
    ).toBeNull();
    await server!.close();
    url = await run({ ...UNLOADED, corsOrigins: ["https://example.com"] });
    const answer = await fetch(`${url}/healthz`, { headers });
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://example.com");
    expect(answer.headers.get("access-control-expose-headers")).toBe("x-request-id,retry-after");
  });
});

describe("bad requests", () => {
  it("are refused when they are too large, deep, or not UTF-8", async () => {
    const url = await run({ ...UNLOADED, maxBodyBytes: 10_000 });
    const large = await post(url + PATH, { ...LONG, user: "x".repeat(20_000) });
    expect(large.status).toBe(413);
    const chunked = await fetch(url + PATH, {
      method: "POST",
      body: new Blob(["x".repeat(20_000)]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(chunked.status).toBe(413);
    const deep = await post(url + PATH, `{"model":"tiny","messages":${"[".repeat(4000)}${"]".repeat(4000)}}`);
    expect(deep.status).toBe(400);
    const bytes = await fetch(url + PATH, { method: "POST", body: new Uint8Array([0x22, 0xff, 0x22]) });
    expect(await bytes.json()).toMatchObject({ error: { code: "invalid_json" } });
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    expect((await fetch(url + PATH)).status).toBe(404);
  });

  it("hold nobody up that come byte by byte", async () => {
    const url = await run();
    const { port } = new URL(url);
    const sockets = Array.from({ length: 50 }, () => {
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(`POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{`);
      return socket;
    });
    const answer = await post(url + PATH, { ...LONG, guided_json: { const: true } });
    expect(answer.status).toBe(200);
    for (const socket of sockets) {
      socket.destroy();
    }
  });

  it("with hostile schemas cost their sender an error, and nobody else anything", async () => {
    const url = await run({ schemaLimits: { compileMilliseconds: 4000 } });
    const hard = {
      type: "array",
      uniqueItems: true,
      minItems: 30,
      items: {
        anyOf: Array.from({ length: 40 }, (_, i) => ({
          pattern: `^(a|b)*a(a|b){${i + 12}}$`,
          type: "string",
        })),
      },
      contains: { pattern: "^(a|b)*b(a|b){30}$" },
      not: { contains: { pattern: "^(a|b)*a(a|b){31}$" } },
    };
    const hostile = post(url + PATH, { ...LONG, guided_json: hard, max_tokens: 20 });
    const others = await Promise.all(
      Array.from({ length: 5 }, (_, i) => post(url + PATH, { ...LONG, guided_json: { const: i } })),
    );
    for (const [i, answer] of others.entries()) {
      expect(await answer.json()).toMatchObject({ choices: [{ message: { content: String(i) } }] });
    }
    const { status } = await hostile;
    expect([200, 400]).toContain(status);
  });

  it("with schemas beyond the limit of memory are refused, and the next are not", async () => {
    const url = await run({
      maxBodyBytes: 1 << 26,
      schemaLimits: { memoryMegabytes: 16, compileMilliseconds: 60_000 },
    });
    const properties = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, i) => [`p${i}`, { minLength: i + 1 }]),
    );
    const answer = await post(url + PATH, { ...LONG, guided_json: { properties } });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: "schema_limit" } });
    const next = await post(url + PATH, { ...LONG, guided_json: { const: "next" } });
    expect(next.status).toBe(200);
  });
});

describe("models", () => {
  it("are loaded when they are asked for, and go where memory is short", async () => {
    const options = { threads: 1, spinning: false };
    const url = await run({
      models: ["a", "b", "c"].map((id) => ({ source: TINY, id, options })),
      aliases: { "*": "c" },
      modelMemoryBytes: 1,
    }).catch((error: unknown) => error);
    // One byte is too little for any.
    expect(String(url)).toContain("does not fit");
    const first = await run({ models: [{ source: TINY, id: "a", options }] });
    const bytes = await metric(first, /grammask_model_bytes\{model="a"\} (\d+)/);
    await server!.close();
    const second = await run({
      models: ["a", "b", "c"].map((id) => ({ source: TINY, id, options })),
      aliases: { "*": "c" },
      modelMemoryBytes: 2 * bytes,
    });
    const loaded = async () =>
      Promise.all(
        ["a", "b", "c"].map((id) =>
          metric(second, new RegExp(`grammask_model_loaded\\{model="${id}"\\} (\\d)`)),
        ),
      );
    expect(await loaded()).toEqual([1, 0, 0]);
    const ask = (model: string) => post(second + PATH, { ...LONG, guided_json: { const: model }, model });
    expect((await ask("b")).status).toBe(200);
    expect(await loaded()).toEqual([1, 1, 0]);
    expect(await (await ask("whatever")).json()).toMatchObject({ model: "c" });
    expect(await loaded()).toEqual([0, 1, 1]);
    const both = await Promise.all([ask("a"), ask("b"), ask("c")]);
    for (const { status } of both) {
      expect([200, 503]).toContain(status);
    }
  });

  it("are told to be ready when they are", async () => {
    const url = await run();
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "ready" });
    const answer = await post(url + PATH, { ...LONG, guided_json: { const: 1 } });
    expect(answer.status).toBe(200);
    expect(await metric(url, /grammask_generations_total\{model="tiny",reason="complete"\} (\d+)/)).toBe(1);
    expect(
      await metric(url, /grammask_tokens_total\{model="tiny",kind="completion"\} (\d+)/),
    ).toBeGreaterThan(0);
    expect(
      await metric(url, /grammask_http_requests_total\{route="\/v1\/chat\/completions",status="200"\} (\d+)/),
    ).toBe(1);
  });

  it("that are not there are an error of the start", async () => {
    await expect(runTiny({ models: [{ source: "no-such-model" }] })).rejects.toThrow(/cannot be loaded/);
    await expect(runTiny({ aliases: { x: "y" } })).rejects.toThrow(RangeError);
    await expect(runTiny({ models: [] })).rejects.toThrow(RangeError);
  });
});

describe("a prompt that begins as another did", () => {
  const instructions = "the user asks for the name and the age of the person in the text ".repeat(3);
  const request = (question: string, schema: object) => ({
    model: "tiny",
    messages: [
      { role: "system", content: instructions },
      { role: "user", content: question },
    ],
    max_tokens: 40,
    response_format: { type: "json_schema", json_schema: { name: "s", schema } },
  });
  const usageOf = async (question: string, schema: object) => {
    const answer = await post(server!.url + PATH, request(question, schema));
    const { usage } = (await answer.json()) as {
      usage: { prompt_tokens: number; prompt_tokens_details: { cached_tokens: number } };
    };
    return { read: usage.prompt_tokens, known: usage.prompt_tokens_details.cached_tokens };
  };
  const light = { type: "object", properties: { age: { type: "integer" } }, required: ["age"] };
  const heavy = { enum: Array.from({ length: 30_000 }, (_, i) => `value ${i}`) };

  it("is read from where they differ, in either thread of the model", async () => {
    await run();
    const first = await usageOf("Anna is 3", light);
    expect(first.known).toBe(0);
    expect(first.read).toBeGreaterThan(64);
    const again = await usageOf("Anna is 3", light);
    // Prompts are known in pieces of 32 tokens at most, and the last token is read in any case.
    expect(again.read - again.known).toBeGreaterThanOrEqual(1);
    expect(again.read - again.known).toBeLessThanOrEqual(32);
    const other = await usageOf("Rome, 1", light);
    expect(other.known).toBeGreaterThanOrEqual(64);
    const asides = async () =>
      (await metric(server!.url, /longest_grammar_seconds_count\{.*thread="aside".*\} (\d+)/)) || 0;
    // On a busy machine the light one may have been taken for a heavy one.
    const before = await asides();
    const aside = await usageOf("Anna is 3", heavy);
    expect(aside).toEqual(again);
    expect(await asides()).toBe(before + 1);
  });
});
