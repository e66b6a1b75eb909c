import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { RunningServer } from "../src/index.js";
import { forgetfulTiny, runTiny } from "./running.js";

/** A folder with `@langchain/openai` in its `node_modules`: `pnpm test:langchain` makes one. */
const folder = process.env.GRAMMASK_LANGCHAIN;

/** What is used of `ChatOpenAI`. Its own types are not there where it is not installed. */
interface Chat {
  withStructuredOutput(schema: z.ZodType, options: object): Runnable;
  bindTools(tools: readonly object[], options: object): { invoke(input: string): Promise<Message> };
}
interface Runnable {
  invoke(input: string): Promise<unknown>;
  stream(input: string): Promise<AsyncIterable<unknown>>;
}
interface Message {
  readonly tool_calls: readonly { readonly name: string; readonly args: unknown }[];
}

const person = z.object({ name: z.string().max(5), age: z.int().min(0).max(99) });

describe.skipIf(folder === undefined)("LangChain's ChatOpenAI", { timeout: 300_000 }, () => {
  const model = folder === undefined ? "" : forgetfulTiny();
  let server: RunningServer;
  let chat: Chat;
  beforeAll(async () => {
    server = await runTiny({ models: [{ source: model, id: "tiny", options: { threads: 1 } }] });
    const require = createRequire(join(folder ?? "", "package.json"));
    const { ChatOpenAI } = (await import(pathToFileURL(require.resolve("@langchain/openai")).href)) as {
      ChatOpenAI: new (fields: object) => Chat;
    };
    const configuration = { baseURL: `${server.url}/v1` };
    chat = new ChatOpenAI({ model: "tiny", apiKey: "none", temperature: 1, maxRetries: 0, configuration });
  }, 300_000);
  afterAll(async () => {
    await server.close();
    rmSync(model, { recursive: true });
  });

  it.each(["jsonSchema", "functionCalling"])("gives objects of a schema (%s)", async (method) => {
    const structured = chat.withStructuredOutput(person, { method, name: "person" });
    for (let i = 0; i < 5; i++) person.parse(await structured.invoke("the user"));
  });

  it("streams objects that grow", async () => {
    const structured = chat.withStructuredOutput(person, { method: "jsonSchema", name: "person" });
    const parts: unknown[] = [];
    for await (const part of await structured.stream("the user")) parts.push(part);
    person.parse(parts.at(-1));
  });

  it("calls tools", async () => {
    const parameters = z.toJSONSchema(person);
    const tools = [{ type: "function", function: { name: "greet", parameters } }];
    const { tool_calls } = await chat.bindTools(tools, { tool_choice: "required" }).invoke("the user");
    expect(tool_calls.length).toBeGreaterThan(0);
    for (const { name, args } of tool_calls) {
      expect(name).toBe("greet");
      person.parse(args);
    }
  });
});
