import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../src/index.js";
import { FakeUpstream, says } from "./fake-upstream.js";
import { post, runTiny } from "./running.js";

const SCHEMA =
  '{"type":"object","properties":{"ok":{"type":"boolean"},"n":{"type":"integer"}},"required":["ok","n"]}';
const REQUEST = {
  model: "tiny",
  messages: [{ role: "user", content: "x" }],
  schema: SCHEMA,
  max_tokens: 60,
  temperature: 1,
  seed: 7,
};

interface Token {
  readonly text: string;
  readonly forced: boolean;
  readonly probability: number;
  readonly masked_probability: number;
  readonly removed: number;
  readonly confidence: number;
  readonly allowed: readonly { readonly text: string; readonly probability: number }[];
  readonly removed_tokens: readonly { readonly text: string; readonly probability: number }[];
}

let server: RunningServer;
beforeAll(async () => {
  server = await runTiny();
});
afterAll(() => server.close());

const ask = (path: string, body: object) => post(`${server.url}/playground/${path}`, body);

async function eventsOf(answer: Response): Promise<{ type: string; data: unknown }[]> {
  const parts = (await answer.text()).split("\n\n").filter((part) => part !== "");
  return parts.map((part) => {
    const [, type, data] = /^event: (\w+)\ndata: (.*)$/.exec(part)!;
    return { type: type!, data: JSON.parse(data!) };
  });
}

describe("the page", () => {
  it("names files that are kept for ever, is itself asked for anew, and lets in nothing from elsewhere", async () => {
    const answer = await fetch(`${server.url}/`);
    const html = await answer.text();
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    const policy = answer.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|https?:/);
    const again = await fetch(`${server.url}/`, {
      headers: { "if-none-match": answer.headers.get("etag")! },
    });
    expect(again.status).toBe(304);
    const folder = /href="(playground\/\w+)\/page\.css"/.exec(html)![1]!;
    const imported = [
      "main.js",
      "output.js",
      "requests.js",
      "snippets.js",
      "examples.json",
      "icon.svg",
      "page.css",
    ];
    for (const file of imported) {
      const asset = await fetch(`${server.url}/${folder}/${file}`);
      expect(asset.status).toBe(200);
      expect(asset.headers.get("cache-control")).toContain("immutable");
      expect(asset.headers.get("x-content-type-options")).toBe("nosniff");
      expect(await asset.text()).not.toMatch(/https?:\/\/(?!json-schema\.org|www\.w3\.org\/2000\/svg)/);
    }
  });

  it("has examples whose schemas compile, three of them those of examples/", async () => {
    const read = (url: string) => readFileSync(new URL(url, import.meta.url), "utf8");
    const examples = JSON.parse(read("../playground/examples.json")) as {
      id: string;
      schema: string;
      prompt: string;
    }[];
    let shared = 0;
    for (const { id, schema, prompt } of examples) {
      expect((await ask("check", { schema })).status).toBe(200);
      const folder = `../../../examples/${id}/`;
      if (existsSync(new URL(folder, import.meta.url))) {
        expect(schema).toBe(read(`${folder}schema.json`).trim());
        expect(prompt).toContain(read(`${folder}${id}.txt`).trim());
        shared++;
      }
    }
    expect(shared).toBe(3);
  });

  it("is there without a key, what it asks for is not; and can be left out", async () => {
    const closed = await runTiny({ apiKeys: ["secret"] });
    try {
      expect((await fetch(`${closed.url}/`)).status).toBe(200);
      for (const path of ["check", "generate"]) {
        const bare = await post(`${closed.url}/playground/${path}`, { schema: "{}" });
        expect(bare.status).toBe(401);
      }
      const headers = { authorization: "Bearer secret" };
      const allowed = await post(`${closed.url}/playground/check`, { schema: "{}" }, { headers });
      expect(allowed.status).toBe(200);
    } finally {
      await closed.close();
    }
    const without = await runTiny({ playground: false });
    try {
      expect((await fetch(`${without.url}/`)).status).toBe(404);
      expect((await post(`${without.url}/playground/check`, { schema: "{}" })).status).toBe(404);
    } finally {
      await without.close();
    }
  });
});

describe("checking a schema", () => {
  it("says what the compiler says of it", async () => {
    const schema = '{"type":"string","minLength":2,"title":"x","$comment":"y"}';
    // The same as a request's schema first: what is remembered of that is not enough.
    await post(`${server.url}/v1/chat/completions`, {
      model: "tiny",
      messages: [{ role: "user", content: "x" }],
      max_tokens: 20,
      json_schema: JSON.parse(schema),
    });
    for (let round = 0; round < 2; round++) {
      const answer = await ask("check", { schema });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        dialect: "2020-12",
        isDialectAssumed: true,
        enforced: ["type", "minLength"],
        annotationCount: 2,
      });
    }
  });

  it("tells where it is wrong, and why", async () => {
    const answer = await ask("check", { schema: '{"properties":{"a":{"type":"strin"}}}' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: {
        code: "invalid_schema",
        param: "schema",
        schema: { pointer: "/properties/a", keyword: "type" },
      },
    });
    const contradiction = await ask("check", { schema: '{"type":"integer","minimum":2,"maximum":1}' });
    expect(await contradiction.json()).toMatchObject({ error: { code: "unsatisfiable_schema" } });
    for (const schema of ["", "{", "{}}"]) {
      expect((await ask("check", { schema })).status).toBe(400);
    }
    expect(await (await ask("check", { schema: "{}", more: 1 })).json()).toMatchObject({
      error: { code: "unknown_parameter" },
    });
  });
});

describe("generating", () => {
  it("gives each token with what the mask did to it, and the text that the API gives", async () => {
    const answer = await ask("generate", REQUEST);
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const events = await eventsOf(answer);
    const tokens = events.filter(({ type }) => type === "token").map(({ data }) => data as Token);
    const result = events.at(-1)! as {
      type: string;
      data: { text: string; usage: { completion_tokens: number } };
    };
    expect(result.type).toBe("result");
    expect(tokens.map(({ text }) => text).join("")).toBe(result.data.text);
    expect(tokens.length).toBe(result.data.usage.completion_tokens);
    expect(tokens.some(({ forced }) => forced)).toBe(true);
    expect(tokens.some(({ forced }) => !forced)).toBe(true);
    for (const token of tokens) {
      for (const share of [token.probability, token.masked_probability, token.removed, token.confidence]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
      expect(token.allowed.length).toBeGreaterThan(0);
      expect(token.allowed.length).toBeLessThanOrEqual(8);
      // What remains after the mask is what the mask did not remove.
      expect(token.masked_probability * (1 - token.removed)).toBeCloseTo(token.probability, 3);
    }
    const { schema, ...same } = REQUEST;
    const api = await post(`${server.url}/v1/chat/completions`, {
      ...same,
      response_format: { type: "json_schema", json_schema: { name: "answer", schema: JSON.parse(schema) } },
    });
    const { choices } = (await api.json()) as { choices: { message: { content: string } }[] };
    expect(result.data.text).toBe(choices[0]!.message.content);
  });

  it("gives what another engine says as plain text, and then the result", async () => {
    const upstream = await FakeUpstream.start(says('{"ok": true, "n": 1}'));
    const front = await startServer({
      models: [],
      upstreams: [{ id: "upstream", urls: [upstream.url], kind: "vllm" }],
      port: 0,
      logLevel: "silent",
    });
    try {
      await front.ready;
      const events = await eventsOf(
        await post(`${front.url}/playground/generate`, { ...REQUEST, model: "upstream" }),
      );
      const texts = events.filter(({ type }) => type === "text").map(({ data }) => (data as Token).text);
      expect(texts.join("")).toBe('{"ok": true, "n": 1}');
      expect(events.at(-1)).toMatchObject({ type: "result", data: { timings: {}, finish_reason: "stop" } });
      expect(events.length).toBe(texts.length + 1);
    } finally {
      await front.close();
      await upstream.kill();
    }
  });

  it("refuses what cannot be generated, before anything is", async () => {
    const wrong = await ask("generate", { ...REQUEST, schema: '{"type":"strin"}' });
    expect(wrong.status).toBe(400);
    const small = await ask("generate", { ...REQUEST, max_tokens: 1 });
    expect(await small.json()).toMatchObject({ error: { code: "budget_too_small" } });
    const other = await ask("generate", { ...REQUEST, model: "none" });
    expect(other.status).toBe(404);
  });
});
