import { bootstrap, type Estimate, meanOf, ratioOf } from "./bootstrap.js";
import { judge, type Reading, type Verdict } from "./judge.js";
import type { EngineResult } from "./protocol.js";
import type { QualityTask } from "./tasks.js";

/** What came of one task. */
export interface Outcome {
  readonly task: QualityTask;
  /** Undefined where the engine refused the task or failed. */
  readonly result: EngineResult | undefined;
  readonly failure: string | undefined;
}

/** What came of a system's tasks, its texts read in one way. Shares are of all tasks. */
export interface SystemReport {
  readonly version: string;
  readonly reading: Reading;
  /** Tasks that the engine refused or failed at. */
  readonly failures: number;
  /** Outputs that ended by themselves. */
  readonly ended: number;
  readonly json: number;
  readonly schemaValid: number;
  /** The mean share of a task's fields that are right. */
  readonly fields: Estimate;
  /** How much more than the first system's, task by task. */
  readonly fieldsMore: Estimate | undefined;
  /** Tokens of a task, on average. */
  readonly tokens: number;
  /** From the request to the finished output, on average. */
  readonly seconds: number;
  /** As many times the first system's, on the tasks that both have an output for. */
  readonly timesSlower: Estimate | undefined;
  /** Milliseconds for a token behind the prompt. */
  readonly tokenMs: number;
  /** As many times the first system's. */
  readonly tokenTimesSlower: Estimate | undefined;
}

/** The outcomes of one system, and how its text is read. */
export interface Read {
  readonly version: string;
  readonly reading: Reading;
  readonly outcomes: readonly Outcome[];
}

/** @param first what is compared with, the same tasks in the same order; undefined for itself */
export function summarise(own: Read, first: Read | undefined): SystemReport {
  const { version, reading, outcomes } = own;
  const verdicts = verdictsOf(own);
  const shares = verdicts.map(shareOf);
  const results = outcomes.flatMap(({ result }) => result ?? []);
  const mean = (value: (result: EngineResult) => number) =>
    results.reduce((sum, result) => sum + value(result), 0) / results.length;
  return {
    version,
    reading,
    failures: outcomes.length - results.length,
    ended: results.filter(({ ended }) => ended).length,
    json: verdicts.filter(({ isJson }) => isJson).length,
    schemaValid: verdicts.filter(({ isValid }) => isValid).length,
    fields: bootstrap(shares.length, meanOf(shares)),
    fieldsMore: first && fieldsMore(shares, verdictsOf(first).map(shareOf)),
    tokens: mean(({ tokens }) => tokens),
    seconds: mean(({ total }) => total) / 1000,
    timesSlower: first && timesSlower(outcomes, first.outcomes),
    tokenMs: mean(decoding) / mean(({ tokens }) => tokens),
    tokenTimesSlower: first && tokenTimesSlower(outcomes, first.outcomes),
  };
}

/** What a level of a factor makes of the fields, on average over all systems that have it. */
export interface LevelReport {
  readonly factor: string;
  readonly level: string;
  readonly fields: Estimate;
  /** How much more than the factor's first level, task by task. */
  readonly fieldsMore: Estimate | undefined;
}

/** @param systems all levels of each factor together with the same ones of the others */
export function compareLevels(
  systems: readonly { readonly factors: Readonly<Record<string, string>>; readonly read: Read }[],
): LevelReport[] {
  const all = systems.map(({ factors, read }) => ({ factors, shares: verdictsOf(read).map(shareOf) }));
  return Object.keys(systems[0]?.factors ?? {}).flatMap((factor) => {
    const levels = [...new Set(all.map(({ factors }) => factors[factor]!))];
    const shares = levels.map((level) =>
      meanShares(all.filter(({ factors }) => factors[factor] === level).map((each) => each.shares)),
    );
    return levels.map((level, i) => ({
      factor,
      level,
      fields: bootstrap(shares[i]!.length, meanOf(shares[i]!)),
      fieldsMore: i === 0 ? undefined : fieldsMore(shares[i]!, shares[0]!),
    }));
  });
}

/** By task. */
function meanShares(lists: readonly (readonly number[])[]): number[] {
  return lists[0]!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0) / lists.length);
}

export function verdictsOf({ outcomes, reading }: Read): Verdict[] {
  return outcomes.map(({ task, result }) => judge(task, result?.text, reading));
}

function shareOf({ score }: Verdict): number {
  return score.right / score.fields;
}

function fieldsMore(own: readonly number[], first: readonly number[]): Estimate {
  return bootstrap(own.length, meanOf(own.map((share, i) => share - first[i]!)));
}

type Pair = readonly [EngineResult, EngineResult];

/** The tasks that both have an output for. */
function pairs(own: readonly Outcome[], first: readonly Outcome[]): Pair[] {
  return own.flatMap(({ result }, i): Pair[] => {
    const other = first[i]!.result;
    return result !== undefined && other !== undefined ? [[result, other]] : [];
  });
}

function timesSlower(own: readonly Outcome[], first: readonly Outcome[]): Estimate | undefined {
  const both = pairs(own, first);
  if (both.length === 0) return undefined;
  const times = [0, 1].map((side) => both.map((pair) => pair[side]!.total)) as [number[], number[]];
  return bootstrap(both.length, ratioOf(...times));
}

function tokenTimesSlower(own: readonly Outcome[], first: readonly Outcome[]): Estimate | undefined {
  const both = pairs(own, first).filter((pair) => pair.every(({ tokens }) => tokens > 0));
  if (both.length === 0) return undefined;
  const perToken = [0, 1].map((side) =>
    ratioOf(
      both.map((pair) => decoding(pair[side]!)),
      both.map((pair) => pair[side]!.tokens),
    ),
  ) as [(sample: Uint32Array) => number, (sample: Uint32Array) => number];
  return bootstrap(both.length, (sample) => perToken[0](sample) / perToken[1](sample));
}

/** Milliseconds behind the prompt. */
function decoding({ total, first }: EngineResult): number {
  return total - first;
}
