import { basename, dirname, join } from "node:path";
import { importPeer, peerVersion } from "../engines/import-peer.js";
import type { EngineSetup, GenerationEngine } from "./protocol.js";

const TRANSFORMERS = "@huggingface/transformers";
const STRUCTURED_OUTPUT = "@huggingface/transformers-structured-output";

/** The parts that are used. */
interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly AutoTokenizer: { from_pretrained(name: string): Promise<Tokenizer> };
  readonly AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<CausalModel> };
  readonly BaseStreamer: new () => object;
}

interface Tokenizer {
  (text: string, options: object): Inputs;
  decode(ids: readonly bigint[], options: object): string;
  readonly eos_token_id: number;
}

interface Inputs {
  readonly input_ids: { readonly dims: readonly number[] };
}

interface CausalModel {
  generate(options: object): Promise<{ tolist(): bigint[][] }>;
}

interface StructuredOutput {
  readonly StructuredOutputProcessor: {
    new (tokenizer: object, format: object): object;
    warmup(tokenizer: object): void;
  };
}

/** `@huggingface/transformers` on the same files, with `@huggingface/transformers-structured-output`. */
export async function loadTransformers({
  model: folder,
  threads,
  peer,
}: EngineSetup): Promise<GenerationEngine> {
  const entry = (name: string, file: string) => join(peer, "node_modules", name, file);
  const transformers = await importPeer<Transformers>(entry(TRANSFORMERS, "dist/transformers.node.mjs"));
  const { StructuredOutputProcessor } = await importPeer<StructuredOutput>(
    entry(STRUCTURED_OUTPUT, "dist/index.js"),
  );
  transformers.env.allowRemoteModels = false;
  transformers.env.localModelPath = dirname(folder);
  const name = basename(folder);
  const tokenizer = await transformers.AutoTokenizer.from_pretrained(name);
  const model = await transformers.AutoModelForCausalLM.from_pretrained(name, {
    device: "cpu",
    session_options: { intraOpNumThreads: threads },
  });
  StructuredOutputProcessor.warmup(tokenizer);
  return {
    version: `${peerVersion(peer, TRANSFORMERS)}, ${peerVersion(peer, STRUCTURED_OUTPUT)}`,
    async generate({ messages: prompt, schema, maxTokens }) {
      if (typeof prompt !== "string") throw new TypeError("a rendered prompt is expected");
      const start = performance.now();
      const inputs = tokenizer(prompt, { add_special_tokens: false });
      const logits_processor =
        schema && new StructuredOutputProcessor(tokenizer, { type: "json_schema", json_schema: schema });
      // The first call brings the prompt, the second one the first token.
      let calls = 0;
      let first = 0;
      const streamer = Object.assign(new transformers.BaseStreamer(), {
        put() {
          if (++calls === 2) first = performance.now() - start;
        },
        end() {},
      });
      const options = { max_new_tokens: maxTokens, do_sample: false, streamer };
      const output = await model.generate({
        ...inputs,
        ...options,
        ...(logits_processor && { logits_processor }),
      });
      const total = performance.now() - start;
      const promptTokens = inputs.input_ids.dims.at(-1)!;
      const ids = output.tolist()[0]!.slice(promptTokens);
      const ended = Number(ids.at(-1)) === tokenizer.eos_token_id;
      return {
        text: tokenizer.decode(ids, { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
        promptTokens,
        tokens: ids.length - (ended ? 1 : 0),
        total,
        first,
        ended,
      };
    },
  };
}
