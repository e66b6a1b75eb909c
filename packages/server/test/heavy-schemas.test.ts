import { afterEach, describe, expect, it } from "vitest";
import type { Engine, GenerationResult } from "../src/engine/engine.js";
import { LanedEngine } from "../src/engine/laned-engine.js";
import type { RunningServer } from "../src/index.js";
import { post, runTiny } from "./running.js";

let server: RunningServer | undefined;
afterEach(() => server?.close());

const PATH = "/v1/chat/completions";

function chat(schema: unknown) {
  return {
    model: "tiny",
    messages: [{ role: "user", content: "x" }],
    max_tokens: 100,
    response_format: { type: "json_schema", json_schema: { name: "s", schema } },
  };
}

/** It takes many times what is light. */
const heavy = (length: number) => ({ enum: Array.from({ length }, (_, i) => `value ${i}`) });
const HEAVY = heavy(30_000);

async function generations(thread: string): Promise<number> {
  const text = await (await fetch(`${server!.url}/metrics`)).text();
  const line = new RegExp(`^grammask_longest_grammar_seconds_count\\{.*thread="${thread}".*\\} (\\d+)$`, "m");
  return Number(line.exec(text)?.[1] ?? 0);
}

describe("a schema that is heavy", () => {
  it("is compiled aside of the thread in which others generate, each time", async () => {
    server = await runTiny();
    const light = await post(server.url + PATH, chat({ type: "boolean" }));
    expect(light.status).toBe(200);
    expect([await generations("main"), await generations("aside")]).toEqual([1, 0]);
    for (const count of [1, 2]) {
      const answer = await post(server.url + PATH, chat(HEAVY));
      expect(answer.status).toBe(200);
      const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
      expect(HEAVY.enum).toContain(JSON.parse(choices[0]!.message.content));
      expect([await generations("main"), await generations("aside")]).toEqual([1, count]);
    }
  });

  it("goes beside the others, and several of them beside each other", async () => {
    server = await runTiny();
    const schemas = [HEAVY, { type: "integer" }, heavy(25_000), { type: "null" }];
    const answers = await Promise.all(schemas.map((schema) => post(server!.url + PATH, chat(schema))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect([await generations("main"), await generations("aside")]).toEqual([2, 2]);
  });
});

describe("LanedEngine", () => {
  const info = { contextLength: 10, vocabularySize: 10, device: "cpu", dtype: "q4", bytes: 1 };
  const result = { text: "" } as GenerationResult;

  /** An engine that says its name, and can be made to fail. */
  function engine(name: string) {
    let fail: (reason: Error) => void = () => undefined;
    const failed = new Promise<Error>((resolve) => {
      fail = resolve;
    });
    const calls: string[] = [];
    const made: Engine = {
      info: { ...info, toolFormat: "plain" },
      failed,
      async *generate() {
        yield name;
        return result;
      },
      dispose: async () => {
        calls.push("disposed");
      },
    };
    return { engine: made, fail, calls };
  }

  const say = async (laned: Engine, isHeavy: boolean) =>
    (await laned.generate({ prompt: "x", isHeavy }, new AbortController().signal, undefined).next()).value;

  it("starts its second thread when the first heavy one comes, and anew after it failed", async () => {
    const main = engine("main");
    const asides = [engine("first"), engine("second")];
    let started = 0;
    const laned = new LanedEngine({ main: main.engine, startAside: async () => asides[started++]!.engine });
    expect(await say(laned, false)).toBe("main");
    expect(started).toBe(0);
    expect([await say(laned, true), await say(laned, true)]).toEqual(["first", "first"]);
    asides[0]!.fail(new Error("out of memory"));
    await asides[0]!.engine.failed;
    expect([await say(laned, true), await say(laned, false)]).toEqual(["second", "main"]);
    await laned.dispose();
    expect([main.calls, asides[1]!.calls]).toEqual([["disposed"], ["disposed"]]);
  });

  it("tries again where its second thread could not be started", async () => {
    const aside = engine("aside");
    let attempts = 0;
    const startAside = async () => {
      if (attempts++ === 0) {
        throw new Error("no memory");
      }
      return aside.engine;
    };
    const laned = new LanedEngine({ main: engine("main").engine, startAside });
    await expect(say(laned, true)).rejects.toThrow("no memory");
    expect(await say(laned, true)).toBe("aside");
  });

  it("ends with its first thread", async () => {
    const [main, aside] = [engine("main"), engine("aside")];
    const laned = new LanedEngine({ main: main.engine, startAside: async () => aside.engine });
    await say(laned, true);
    main.fail(new Error("crash"));
    expect((await laned.failed).message).toBe("crash");
    expect(aside.calls).toEqual(["disposed"]);
  });
});
