/** The process of llama.cpp: `judge-gbnf PEER GGUF TASKS FROM` judges the tasks of a file, a JSON line for each. */
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { JudgeTask, Verdict } from "./judges.js";

interface Llama {
  loadModel(options: { modelPath: string; vocabOnly: boolean }): Promise<LlamaModel>;
  createGrammar(options: { grammar: string }): Promise<unknown>;
}
interface LlamaModel {
  readonly tokens: { readonly eos: number };
  tokenize(text: string, specialTokens: boolean, options: "trimLeadingSpace"): number[];
}
interface Sampler {
  _canBeNextTokenForGrammarEvaluationState(llama: Llama, state: unknown, token: number): boolean;
  _acceptTokenOnGrammarEvaluationState(llama: Llama, state: unknown, token: number): void;
}

const [peer, gguf, file, from] = process.argv.slice(2) as [string, string, string, string];
const require = createRequire(join(peer, "package.json"));
const entry = require.resolve("node-llama-cpp");
const load = async (path: string) => (await import(pathToFileURL(path).href)) as Record<string, unknown>;
const { getLlama, LlamaGrammarEvaluationState } = (await load(entry)) as {
  getLlama(options: object): Promise<Llama>;
  LlamaGrammarEvaluationState: new (options: object) => unknown;
};
// Not part of its public face: what a token does to a grammar, without a model that samples.
const inside = join(entry, "..", "evaluator", "LlamaContext", "LlamaSampler.js");
const { LlamaSampler } = (await load(inside)) as { LlamaSampler: Sampler };
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 1 });
const model = await llama.loadModel({ modelPath: gguf, vocabOnly: true });

const tasks = readFileSync(file, "utf8").trimEnd().split("\n").slice(Number(from));
for (const line of tasks) writeSync(1, `${JSON.stringify(await judged(JSON.parse(line) as JudgeTask))}\n`);
process.exit(0);

async function judged({ grammar: source, texts }: JudgeTask): Promise<Verdict> {
  let grammar: unknown;
  try {
    grammar = await llama.createGrammar({ grammar: source });
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  return { accepted: texts.map((text) => accepts(grammar, text)) };
}

function accepts(grammar: unknown, text: string): boolean {
  const state = new LlamaGrammarEvaluationState({ model, grammar });
  for (const token of model.tokenize(text, false, "trimLeadingSpace")) {
    if (!LlamaSampler._canBeNextTokenForGrammarEvaluationState(llama, state, token)) return false;
    LlamaSampler._acceptTokenOnGrammarEvaluationState(llama, state, token);
  }
  return LlamaSampler._canBeNextTokenForGrammarEvaluationState(llama, state, model.tokens.eos);
}
