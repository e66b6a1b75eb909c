import { join } from "node:path";
import { importPeer, peerVersion } from "../engines/import-peer.js";
import type { EngineSetup, GenerationEngine } from "./protocol.js";

const NAME = "node-llama-cpp";

/** The parts that are used. */
interface NodeLlamaCpp {
  getLlama(options: object): Promise<Llama>;
  readonly LlamaLogLevel: { readonly error: string };
  readonly LlamaCompletion: new (options: object) => Completion;
}

interface Llama {
  loadModel(options: object): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: object): Promise<object>;
}

interface LlamaModel {
  tokenize(text: string, specialTokens: boolean): number[];
  createContext(options: object): Promise<{ getSequence(): object }>;
}

interface Completion {
  generateCompletionWithMeta(
    input: readonly number[],
    options: object,
  ): Promise<{ response: string; metadata: { stopReason: string } }>;
}

/** `node-llama-cpp` on the CPU, with its grammar for JSON schemas, as its own completions use it. */
export async function loadLlama({ model: file, threads, peer }: EngineSetup): Promise<GenerationEngine> {
  const { getLlama, LlamaLogLevel, LlamaCompletion } = await importPeer<NodeLlamaCpp>(
    join(peer, "node_modules", NAME, "dist/index.js"),
  );
  const llama = await getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    maxThreads: threads,
    logLevel: LlamaLogLevel.error,
  });
  const model = await llama.loadModel({ modelPath: file });
  const context = await model.createContext({ contextSize: 2048, threads });
  const completion = new LlamaCompletion({ contextSequence: context.getSequence() });
  return {
    version: peerVersion(peer, NAME),
    async generate({ messages: prompt, schema, maxTokens }) {
      if (typeof prompt !== "string") throw new TypeError("a rendered prompt is expected");
      const start = performance.now();
      const input = model.tokenize(prompt, true);
      const grammar = schema && (await llama.createGrammarForJsonSchema(schema));
      let first = 0;
      let tokens = 0;
      const { response, metadata } = await completion.generateCompletionWithMeta(input, {
        ...(grammar && { grammar }),
        maxTokens,
        temperature: 0,
        onToken(ids: readonly number[]) {
          if (tokens === 0) first = performance.now() - start;
          tokens += ids.length;
        },
      });
      const total = performance.now() - start;
      return {
        text: response,
        promptTokens: input.length,
        tokens,
        total,
        first,
        ended: metadata.stopReason !== "maxTokens",
      };
    },
  };
}
