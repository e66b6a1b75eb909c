import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

describe("grammask serve, with the bundled model", () => {
  let child: ChildProcess;
  let url: string;
  beforeAll(async () => {
    child = spawn(process.execPath, [CLI, "serve", "--port", "0", "--log-level", "error"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
    url = line;
    while ((await fetch(`${url}/readyz`)).status !== 200) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  afterAll(() => void child.kill("SIGKILL"));

  it("extracts, and knows the prompt the second time", async () => {
    const schema = {
      type: "object",
      properties: { name: { type: "string" }, age: { type: "integer", minimum: 0, maximum: 130 } },
      required: ["name", "age"],
      additionalProperties: false,
    };
    const ask = async () => {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify({
          model: "smollm2-135m-instruct",
          messages: [{ role: "user", content: "Extract as JSON: Maria is 34 years old and likes chess." }],
          response_format: { type: "json_schema", json_schema: { name: "person", schema } },
          max_tokens: 60,
        }),
      });
      return (await response.json()) as {
        choices: { message: { content: string } }[];
        usage: { prompt_tokens_details: { cached_tokens: number } };
      };
    };
    const [first, second] = [await ask(), await ask()];
    const value = JSON.parse(first.choices[0]!.message.content) as { name: string; age: number };
    expect(value.name).toContain("Maria");
    expect(Number.isInteger(value.age)).toBe(true);
    expect(first.usage.prompt_tokens_details.cached_tokens).toBe(0);
    expect(second.usage.prompt_tokens_details.cached_tokens).toBeGreaterThan(20);
  });

  it("ends with code 0 at SIGTERM", async () => {
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    expect((await exit)[0]).toBe(0);
  });

  it("says what is wrong with the command line, and ends", async () => {
    const noModel = await runCli(["serve", "--port", "0", "--model", "no-such-model"]);
    expect([noModel.code, noModel.stderr]).toEqual([1, expect.stringContaining("cannot be loaded")]);
    const badAlias = await runCli(["serve", "--alias", "x"]);
    expect([badAlias.code, badAlias.stderr]).toEqual([2, expect.stringContaining("NAME=MODEL")]);
    const badKey = await runCli(["serve", "--api-key", "a b"]);
    expect([badKey.code, badKey.stderr]).toEqual([2, expect.stringContaining("API key 1")]);
  });
});

describe("grammask serve --upstream", () => {
  const asked: { readonly authorization: string | undefined; readonly model: string }[] = [];
  const upstream = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (request.url === "/health") {
      response.end("ok");
      return;
    }
    const { model, messages } = JSON.parse(Buffer.concat(parts).toString()) as {
      model: string;
      messages: { content: string }[];
    };
    asked.push({ authorization: request.headers.authorization, model });
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    if (messages.at(-1)!.content === "stall") return;
    const choice = { index: 0, delta: { content: '{"ok": tr' }, finish_reason: "stop" };
    response.end(`data: ${JSON.stringify({ choices: [choice] })}\n\ndata: [DONE]\n\n`);
  });
  let child: ChildProcess;
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const args = [
      ...[
        "serve",
        "--port",
        "0",
        "--log-level",
        "silent",
        "--upstream",
        address,
        "--upstream-kind",
        "sglang",
      ],
      ...["--upstream-model", "big", "--upstream-key-env", "TEST_KEY", "--upstream-retries", "0"],
      ...["--upstream-close", "--upstream-timeouts", "5,1,5"],
    ];
    child = spawn(process.execPath, [CLI, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TEST_KEY: "the-secret" },
    });
    const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
    url = line;
    while ((await fetch(`${url}/readyz`)).status !== 200) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  afterAll(() => {
    child.kill("SIGKILL");
    upstream.closeAllConnections();
    upstream.close();
  });

  const ask = (content: string) =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({
        model: "big",
        messages: [{ role: "user", content }],
        guided_json: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] },
      }),
    });

  it("asks with the key and the model of its options, and closes what was not ended", async () => {
    const answer = await ask("Is it ok?");
    const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
    expect(JSON.parse(choices[0]!.message.content)).toEqual({ ok: true });
    expect(asked).toEqual([{ authorization: "Bearer the-secret", model: "big" }]);
  });

  it("keeps to the times of its options", async () => {
    const start = performance.now();
    const answer = await ask("stall");
    // The shortest text closes an output that never came.
    expect(answer.status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("says what is wrong with options of upstreams", async () => {
    for (const [args, complaint] of [
      [["--upstream-retries", "1"], /--upstream URL/],
      [["--upstream", "http://x", "--upstream-key-env", "NO_SUCH_KEY"], /NO_SUCH_KEY/],
      [["--upstream", "nowhere"], /no URL of an upstream/],
      [["--upstream", "http://x", "--upstream-timeouts", "1,2"], /Three numbers/],
      [["--upstream", "http://x", "--upstream-kind", "tgi"], /Allowed choices/],
    ] as const) {
      const { code, stderr } = await runCli(["serve", "--port", "0", ...args]);
      expect([code, complaint.test(stderr)]).toEqual([2, true]);
    }
  });
});
