import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
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
