import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Matcher, type Vocabulary } from "@grammask/core";
import { ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { GRAMMAR_CASES, type GrammarCase } from "./grammar-cases.js";
import { describeMachine, today } from "./machine.js";
import { installPeer, MissingPeerError, pythonDriver, pythonOf } from "./peers.js";
import { grouped, table } from "./report.js";
import type { BenchTokenizer } from "./tokenizer.js";
import { loadTokenizer } from "./tokenizers.js";

export interface GrammarsOptions {
  readonly tokenizer: string;
  readonly eos?: number;
  readonly rounds: number;
  readonly json?: string;
}

/** Times along a text, in microseconds: mask and accept of each token. */
interface Along {
  readonly times: readonly number[];
  readonly masks: readonly Uint32Array[];
}

interface Difference {
  readonly token: number;
  readonly text: string;
  /** The engine that allows it. */
  readonly allowedBy: string;
  readonly id: string;
}

const MEGABYTES = 1024 * 1024;

/**
 * `grammask bench grammars`: masks of context-free grammars along texts, beside llguidance's, which are also compared bit by
 * bit.
 */
export async function grammars(io: Io, options: GrammarsOptions): Promise<ExitCode> {
  const say = (line: string) => io.err(`${line}\n`);
  const tokenizer = await loadTokenizer(options.tokenizer, options.eos, say);
  const cases = GRAMMAR_CASES.map((each) => ({ ...each, tokens: tokenizer.encode(each.text) }));
  // A first run, so that the code is compiled, and known what all grammars share for a vocabulary.
  for (const each of cases) along(each, each.tokens, tokenizer.vocabulary);
  const own = cases.map((each) => ownTimes(each, each.tokens, tokenizer.vocabulary, options.rounds));
  const others = await llguidance(cases, tokenizer, options.rounds, say);
  const results = cases.map(({ name, tokens }, i) => {
    const { fresh, known, masks } = own[i] as OwnTimes;
    const other = others?.[i];
    const differences = other === undefined ? [] : compare(masks, other.masks, tokenizer.vocabulary);
    return { name, tokens: tokens.length, fresh, known, llguidance: other?.times, differences };
  });
  const cell = (times: readonly number[] | undefined, of: (times: readonly number[]) => number) =>
    times === undefined ? "-" : grouped(Math.round(10 * of(times)) / 10);
  io.out(
    table([
      [
        "µs a token",
        "tokens",
        "fresh avg",
        "fresh p99",
        "known avg",
        "llguidance avg",
        "llguidance p99",
        "differences",
      ],
      ...results.map(({ name, tokens, fresh, known, llguidance: other, differences }) => [
        name,
        String(tokens),
        cell(fresh, average),
        cell(fresh, p99),
        cell(known, average),
        cell(other, average),
        cell(other, p99),
        other === undefined ? "-" : String(differences.length),
      ]),
    ]),
  );
  for (const { name, differences } of results) {
    for (const { token, text, allowedBy, id } of differences.slice(0, 5)) {
      io.out(`${name}, before token ${token}: only ${allowedBy} allows ${id} ${JSON.stringify(text)}\n`);
    }
  }
  if (options.json !== undefined) {
    const file = {
      command: "grammask bench grammars",
      unit: "µs",
      results: results.map(({ fresh, known, llguidance: other, ...rest }) => ({
        ...rest,
        fresh: summary(fresh),
        known: summary(known),
        llguidance: other && summary(other),
      })),
      tokenizer: { name: tokenizer.name, tokens: tokenizer.vocabulary.size },
      machine: describeMachine(),
      date: today(),
    };
    writeFileSync(options.json, `${JSON.stringify(file, null, 2)}\n`);
  }
  return results.every(({ differences }) => differences.length === 0) ? ExitCode.ok : ExitCode.failed;
}

interface OwnTimes {
  /** With a grammar of which nothing is known; what grammars share for the vocabulary is. */
  readonly fresh: readonly number[];
  /** Along the same text again. */
  readonly known: readonly number[];
  readonly masks: readonly Uint32Array[];
}

function ownTimes(
  each: GrammarCase,
  tokens: readonly number[],
  vocabulary: Vocabulary,
  rounds: number,
): OwnTimes {
  const fresh: number[] = [];
  const known: number[] = [];
  let masks: readonly Uint32Array[] = [];
  for (let round = 0; round < rounds; round++) {
    const grammar = each.compile();
    const first = walk(new Matcher(grammar, vocabulary), tokens, round === 0);
    fresh.push(...first.times);
    if (round === 0) masks = first.masks;
    known.push(...walk(new Matcher(grammar, vocabulary), tokens, false).times);
  }
  return { fresh, known, masks };
}

function along(each: GrammarCase, tokens: readonly number[], vocabulary: Vocabulary): Along {
  return walk(new Matcher(each.compile(), vocabulary), tokens, false);
}

function walk(matcher: Matcher, tokens: readonly number[], keeps: boolean): Along {
  const times: number[] = [];
  const masks: Uint32Array[] = [];
  for (const token of tokens) {
    const start = performance.now();
    const mask = matcher.mask();
    const isAccepted = matcher.accept(token);
    times.push(1000 * (performance.now() - start));
    if (!isAccepted || !mask.has(token)) throw new Error(`token ${token} is not accepted`);
    if (keeps) masks.push(mask.words.slice());
  }
  return { times, masks };
}

async function llguidance(
  cases: readonly (GrammarCase & { readonly tokens: readonly number[] })[],
  { file, eos }: BenchTokenizer,
  rounds: number,
  say: (line: string) => void,
): Promise<Along[] | undefined> {
  let folder: string;
  try {
    folder = await installPeer("llguidance", say);
  } catch (error) {
    if (!(error instanceof MissingPeerError)) throw error;
    say(`without llguidance: ${error.message}`);
    return undefined;
  }
  const job = { tokenizer: file, eos, rounds, cases: cases.map(({ lark, tokens }) => ({ lark, tokens })) };
  const script = join(dirname(pythonDriver), "grammar-masks.py");
  const output = execFileSync(pythonOf(folder), [script], {
    input: JSON.stringify(job),
    encoding: "utf8",
    maxBuffer: 1024 * MEGABYTES,
  });
  return output
    .trim()
    .split("\n")
    .map((line) => {
      const {
        error,
        times = [],
        masks = [],
      } = JSON.parse(line) as { error?: string; times?: number[]; masks?: string[] };
      if (error !== undefined) throw new Error(`llguidance: ${error}`);
      return { times, masks: masks.map(wordsOf) };
    });
}

function wordsOf(base64: string): Uint32Array {
  const bytes = Buffer.from(base64, "base64");
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)));
}

/** The tokens that one engine allows and the other does not; special ones left out, which each treats in its way. */
function compare(
  own: readonly Uint32Array[],
  other: readonly Uint32Array[],
  vocabulary: Vocabulary,
): Difference[] {
  const differences: Difference[] = [];
  for (const [token, mine] of own.entries()) {
    const theirs = other[token] as Uint32Array;
    for (let id = 0; id < vocabulary.size; id++) {
      const bit = (words: Uint32Array) => ((words[id >>> 5] as number) >>> (id & 31)) & 1;
      if (bit(mine) === bit(theirs) || vocabulary.isSpecial(id)) continue;
      const allowedBy = bit(mine) === 1 ? "grammask" : "llguidance";
      differences.push({ token, allowedBy, id: String(id), text: vocabulary.tokenText(id) });
    }
  }
  return differences;
}

function average(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

function p99(times: readonly number[]): number {
  return [...times].sort((x, y) => x - y)[Math.floor(0.99 * times.length)] as number;
}

function summary(times: readonly number[]): { average: number; p99: number } {
  return { average: Math.round(average(times)), p99: Math.round(p99(times)) };
}
