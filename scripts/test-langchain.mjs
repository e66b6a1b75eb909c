// `pnpm test:langchain`: LangChain's chat model for OpenAI on `@grammask/server`. It is installed from npm into the user's cache
// the first time, not with this repository: it is 75 MB.
import { setUp } from "./setup.mjs";
import { at, entry, node, say } from "./shared.mjs";

entry(async () => {
  await setUp();
  const { installPeer } = await import(at("packages", "cli", "dist", "bench", "peers.js"));
  const folder = await installPeer("langchain", say);
  const env = { ...process.env, GRAMMASK_LANGCHAIN: folder };
  return await node([at("scripts", "test.mjs"), "packages/server/test/langchain.test.ts"], { env });
});
