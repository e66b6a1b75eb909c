import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningServer } from "../src/index.js";
import { OPERATIONS } from "../src/operations.js";
import { runTiny, TINY } from "./running.js";

const page = readFileSync(new URL("../../../docs/server.md", import.meta.url), "utf8");
const commands = [...page.matchAll(/```sh\n(curl [\s\S]*?)```/g)].map((match) => match[1]!);
const hasCurl = spawnSync("curl", ["--version"]).status === 0;

describe("docs/server.md", () => {
  let server: RunningServer;
  beforeAll(async () => {
    const options = { threads: 1, spinning: false };
    server = await runTiny({ models: [{ source: TINY, id: "smollm2-135m-instruct", options }] });
  });
  afterAll(() => server.close());

  it("has commands", () => {
    expect(commands.length).toBeGreaterThanOrEqual(4);
  });

  it.skipIf(!hasCurl).each(commands.filter((command) => !command.includes('"tools"')))(
    "has a command that works (%#)",
    async (command) => {
      const here = command
        .replace("http://localhost:8080", server.url)
        .replace("curl ", "curl -sS --fail-with-body --max-time 30 ");
      const { stdout } = await promisify(execFile)("bash", ["-c", here]);
      expect(() => JSON.parse(stdout)).not.toThrow();
    },
  );

  it("names every path", () => {
    for (const { paths } of OPERATIONS) {
      const last = paths[0]!;
      expect(page.includes(last) || page.includes(last.replace("/v1/openai", "/v1")), last).toBe(true);
    }
  });
});
