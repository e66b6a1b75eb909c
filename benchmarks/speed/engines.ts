import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Model } from "@grammask/onnx";
import { Clock, type Decoding } from "../shared/clock.js";

export interface Prompt {
  readonly name: string;
  readonly messages: { readonly role: "system" | "user"; readonly content: string }[];
  readonly schema: object;
}

/** Something that generates greedily, up to a number of tokens. */
export interface Engine {
  readonly name: string;
  run(prompt: Prompt, maxTokens: number): Promise<Decoding>;
}

export function grammask(model: Model, constrained: boolean): Engine {
  return {
    name: constrained ? "grammask, with the schema" : "grammask, without",
    async run({ messages, schema }, maxTokens) {
      const clock = new Clock();
      // Without the schema token by token, as other loops do it.
      const constraint = constrained ? { schema } : { drafts: false };
      await model.generate({ messages, ...constraint, maxTokens, onToken: () => clock.tick() });
      return clock.decoding;
    },
  };
}

interface Transformers {
  env: { allowRemoteModels: boolean; localModelPath: string };
  AutoTokenizer: { from_pretrained(name: string): Promise<PeerTokenizer> };
  AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<PeerModel> };
  BaseStreamer: new () => object;
}
interface PeerTokenizer {
  apply_chat_template(messages: object, options: object): object;
}
interface PeerModel {
  generate(options: object): Promise<unknown>;
}

/** `@huggingface/transformers` on the same files, or the reason why it is not there. */
export async function transformers(modelFolder: string, threads: number): Promise<Engine | string> {
  const here = fileURLToPath(new URL("../../peers/package.json", import.meta.url));
  const require = createRequire(here);
  let entry: string;
  try {
    entry = require.resolve("@huggingface/transformers");
  } catch {
    return "not installed: pnpm --dir benchmarks/peers install --frozen-lockfile";
  }
  if (!existsSync(entry)) return "not installed";
  const peer = (await import(pathToFileURL(entry).href)) as Transformers;
  peer.env.allowRemoteModels = false;
  peer.env.localModelPath = dirname(modelFolder);
  const name = basename(modelFolder);
  const tokenizer = await peer.AutoTokenizer.from_pretrained(name);
  const model = await peer.AutoModelForCausalLM.from_pretrained(name, {
    device: "cpu",
    session_options: { intraOpNumThreads: threads },
  });
  return {
    name: "@huggingface/transformers",
    async run({ messages }, maxTokens) {
      const inputs = tokenizer.apply_chat_template(messages, {
        add_generation_prompt: true,
        return_dict: true,
      });
      const clock = new Clock();
      let prompt = true;
      const streamer = Object.assign(new peer.BaseStreamer(), {
        // The first call brings the prompt, each further one a token.
        put() {
          if (!prompt) clock.tick();
          prompt = false;
        },
        end() {},
      });
      await model.generate({ ...inputs, max_new_tokens: maxTokens, do_sample: false, streamer });
      return clock.decoding;
    },
  };
}
