import { writeFile } from "node:fs/promises";
import {
  compileJsonSchema,
  ExportError,
  type ExportOptions,
  type ExportResult,
  exportGbnf,
  exportLark,
  type Grammar,
  LanguageLimitError,
  PatternError,
  parseJson,
  SchemaError,
} from "@grammask/core";
import { ByteReader } from "../../byte-reader.js";
import { ExitCode } from "../../exit.js";
import type { Io } from "../../io.js";
import { describeMachine, today } from "../machine.js";
import { MissingPeerError } from "../peers.js";
import { Progress } from "../progress.js";
import { type BenchRecord, readRecords, type Sample } from "../records.js";
import { loadTokenizer } from "../tokenizers.js";
import { type Judge, type JudgeTask, judge, llamaJudge, llguidanceJudge } from "./judges.js";
import { mentionedNames, respelled } from "./spelling.js";

export interface ExportsCheckOptions {
  readonly data: readonly string[];
  readonly sample: Sample;
  readonly tokenizer: string;
  readonly limit: number;
  readonly json?: string;
}

/** What became of the records for one target. */
interface TargetResult {
  records: number;
  exported: number;
  /** The target cannot say it, and the error says so. */
  named: number;
  /** The schema or its export is refused: unsupported, unsatisfiable, too large. */
  refused: number;
  /** The engine did not take the grammar, by what it said. */
  readonly problems: Record<string, string[]>;
  validAccepted: number;
  invalidRejected: number;
  /** Instances on which engine and label differ: text and record. */
  readonly wrong: { readonly id: string; readonly text: string; readonly valid: boolean }[];
  /** Instances that Grammask itself, in the export's spelling, judges otherwise than the label: not asked. */
  skipped: number;
}

interface Target {
  readonly name: "lark" | "gbnf";
  readonly write: (schema: unknown, options: ExportOptions) => ExportResult;
  readonly judge: () => Promise<Judge>;
}

/** `grammask bench exports`: exported grammars in the engines that they are for, on labelled instances. */
export async function exportsCheck(io: Io, options: ExportsCheckOptions): Promise<ExitCode> {
  const say = (line: string) => io.err(`${line}\n`);
  const records: BenchRecord[] = [];
  for await (const record of readRecords(options.data, options.sample)) records.push(record);
  const targets: Target[] = [
    {
      name: "lark",
      write: exportLark,
      judge: async () => llguidanceJudge((await loadTokenizer(options.tokenizer, undefined, say)).file, say),
    },
    { name: "gbnf", write: exportGbnf, judge: () => llamaJudge(say) },
  ];
  const results: Record<string, TargetResult> = {};
  for (const target of targets) {
    try {
      results[target.name] = await check(io, target, records, options.limit * 1000);
      report(io, target.name, results[target.name] as TargetResult);
    } catch (error) {
      if (!(error instanceof MissingPeerError)) throw error;
      say(`${target.name}: skipped: ${error.message}`);
    }
  }
  if (options.json !== undefined) {
    const { sample, tokenizer } = options;
    const whole = { date: today(), machine: describeMachine(), sample, tokenizer, results };
    await writeFile(options.json, `${JSON.stringify(whole, null, 1)}\n`);
  }
  const wrong = Object.values(results).reduce((sum, each) => sum + each.wrong.length, 0);
  return wrong > 0 ? ExitCode.failed : ExitCode.ok;
}

async function check(
  io: Io,
  target: Target,
  records: readonly BenchRecord[],
  limitMs: number,
): Promise<TargetResult> {
  const run = await target.judge();
  const result: TargetResult = {
    ...{ records: records.length, exported: 0, named: 0, refused: 0, problems: {} },
    ...{ validAccepted: 0, invalidRejected: 0, wrong: [], skipped: 0 },
  };
  const tasks: JudgeTask[] = [];
  const sources: { readonly id: string; readonly labels: readonly boolean[] }[] = [];
  const exporting = new Progress(io, [records.length]);
  for (const { id, schema, tests } of records) {
    exporting.step(0, `${target.name}, exporting`);
    try {
      const { text: grammar } = target.write(schema, { whitespace: "compact" });
      const own = compileJsonSchema(schema, { whitespace: "compact", escapes: "minimal" });
      const order = mentionedNames(parseJson(schema));
      const spelled = tests.map(({ text, valid }) => ({ text: respelled(parseJson(text), order), valid }));
      const asked = spelled.filter(({ text, valid }) => accepts(own, text) === valid);
      result.skipped += spelled.length - asked.length;
      result.exported++;
      tasks.push({ grammar, texts: asked.map(({ text }) => text) });
      sources.push({ id, labels: asked.map(({ valid }) => valid) });
    } catch (error) {
      if (error instanceof ExportError) result.named++;
      else if (isRefusal(error)) result.refused++;
      else throw error;
    }
  }
  exporting.end();
  const judging = new Progress(io, [tasks.length]);
  const verdicts = await judge(run, tasks, limitMs, () => judging.step(0, `${target.name}, judging`));
  judging.end();
  for (const [i, verdict] of verdicts.entries()) {
    const { id, labels } = sources[i]!;
    if ("problem" in verdict) {
      const what = verdict.problem.replaceAll(/\d+/g, "N").slice(0, 120);
      result.problems[what] = [...(result.problems[what] ?? []), id];
      continue;
    }
    for (const [j, valid] of labels.entries()) {
      if (verdict.accepted[j] !== valid) result.wrong.push({ id, text: tasks[i]!.texts[j]!, valid });
      else if (valid) result.validAccepted++;
      else result.invalidRejected++;
    }
  }
  return result;
}

function isRefusal(error: unknown): boolean {
  return [SchemaError, LanguageLimitError, PatternError].some((kind) => error instanceof kind);
}

function accepts(grammar: Grammar, text: string): boolean {
  const reader = new ByteReader(grammar);
  const bytes = new TextEncoder().encode(text);
  return reader.read(bytes) === bytes.length && reader.isComplete;
}

function report(io: Io, name: string, result: TargetResult): void {
  const { records, exported, named, refused, validAccepted, invalidRejected, wrong, skipped, problems } =
    result;
  const judged = validAccepted + invalidRejected + wrong.length;
  io.out(
    `${io.colors.bold(name)}: ${records} schemas, ${exported} exported, ${named} named as not expressible, ${refused} refused\n`,
  );
  io.out(
    `  ${judged} instances: ${validAccepted} valid taken, ${invalidRejected} invalid not taken, ${wrong.length} wrong; ${skipped} not asked\n`,
  );
  for (const [what, ids] of Object.entries(problems)
    .sort((a, b) => b[1].length - a[1].length)
    .slice(0, 8)) {
    io.out(`  ${ids.length} grammars not taken: ${what} (${ids[0]})\n`);
  }
  for (const { id, text, valid } of wrong.slice(0, 8)) {
    io.out(`  ${valid ? "valid, not taken" : "invalid, taken"}: ${id}: ${text.slice(0, 200)}\n`);
  }
}
