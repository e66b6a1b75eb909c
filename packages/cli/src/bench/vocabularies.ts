import { readFileSync, writeFileSync } from "node:fs";
import { Vocabulary } from "@grammask/core";
import { ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { describeMachine, today } from "./machine.js";
import { grouped, table } from "./report.js";
import { medianTime } from "./scaling/series.js";
import type { BenchTokenizer } from "./tokenizer.js";
import { loadTokenizer } from "./tokenizers.js";

export interface VocabulariesOptions {
  readonly tokenizer: readonly string[];
  readonly json?: string;
}

const RUNS = 5;
/** Before a token, so that it is decoded as in the middle of a text. */
const BEFORE = "a";

/** `grammask bench vocabulary`: what it takes to prepare a tokenizer, and whether its tokens have the right bytes. */
export async function vocabularies(io: Io, options: VocabulariesOptions): Promise<ExitCode> {
  const results = [];
  for (const file of options.tokenizer) {
    const tokenizer = await loadTokenizer(file, undefined, (line) => io.err(`${line}\n`));
    const { vocabulary, eos, name } = tokenizer;
    const json = readFileSync(tokenizer.file, "utf8");
    const parseMs = medianTime(RUNS, () => void JSON.parse(json));
    const prepareMs = medianTime(RUNS, () => void Vocabulary.fromTokenizerJson(json, { eosTokenIds: [eos] }));
    results.push({
      name,
      tokens: vocabulary.size,
      trieNodes: vocabulary.trie.size,
      longestTokenBytes: vocabulary.maxTokenBytes,
      parseMs: round(parseMs),
      prepareMs: round(prepareMs),
      ...compareBytes(tokenizer),
    });
  }
  io.out(
    table([
      ["tokenizer", "tokens", "trie nodes", "JSON.parse ms", "prepared ms", "tokens checked", "other bytes"],
      ...results.map((result) => [
        result.name,
        ...[result.tokens, result.trieNodes, result.parseMs, result.prepareMs].map(grouped),
        ...[result.checked, result.different.length].map(grouped),
      ]),
    ]),
  );
  for (const { name, different } of results) {
    for (const { id, ours, theirs } of different.slice(0, 5))
      io.out(`${name}: token ${id} is ${JSON.stringify(ours)}, decoded ${JSON.stringify(theirs)}\n`);
  }
  if (options.json !== undefined) {
    const file = { command: "grammask bench vocabulary", results, machine: describeMachine(), date: today() };
    writeFileSync(options.json, `${JSON.stringify(file, null, 2)}\n`);
  }
  return results.some(({ different }) => different.length > 0) ? ExitCode.failed : ExitCode.ok;
}

interface Difference {
  readonly id: number;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * The bytes of each token against the tokenizer's own decoding of a text in which it follows another token. Tokens that are
 * not whole characters cannot be seen in a decoded text, and are left out.
 */
function compareBytes(tokenizer: BenchTokenizer): { checked: number; different: Difference[] } {
  const { vocabulary } = tokenizer;
  const before = tokenizer.encode(BEFORE);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const different: Difference[] = [];
  let checked = 0;
  for (let id = 0; id < vocabulary.size; id++) {
    const bytes = vocabulary.tokenBytes(id);
    if (bytes === undefined) continue;
    let ours: string;
    try {
      ours = decoder.decode(bytes);
    } catch {
      continue;
    }
    checked++;
    const theirs = tokenizer.decode([...before, id]).slice(BEFORE.length);
    if (theirs !== ours) different.push({ id, ours, theirs });
  }
  return { checked, different };
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
