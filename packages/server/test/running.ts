import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunningServer, type ServerOptions, startServer } from "../src/index.js";

/** A model of 320 tokens that knows nothing: what it says is random, so only the grammar can make it valid. */
export const TINY = fileURLToPath(new URL("../../onnx/test/fixtures/tiny-rows", import.meta.url));

/** A server with the tiny model as `tiny`, on a free port. */
export async function runTiny(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({
    models: [{ source: TINY, id: "tiny", options: { threads: 1, spinning: false } }],
    port: 0,
    logLevel: "silent",
    drainSeconds: 5,
    // The machine that runs the tests may be busy.
    schemaLimits: { compileMilliseconds: 20_000, maskMilliseconds: 20_000 },
    ...options,
  });
  await server.ready;
  return server;
}

/** Sends JSON, or a text as it is. */
export function post(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
    headers: { "content-type": "application/json", ...(init.headers as Record<string, string>) },
  });
}

/**
 * A copy of the tiny model whose chat template is the last message alone: it holds 256 tokens, which long instructions would
 * fill. The test removes it.
 */
export function forgetfulTiny(): string {
  const folder = mkdtempSync(join(tmpdir(), "grammask-tiny-"));
  cpSync(TINY, folder, { recursive: true });
  writeFileSync(join(folder, "chat_template.jinja"), "{{ messages[-1].content }}");
  return folder;
}
