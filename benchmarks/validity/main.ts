// `pnpm bench:validity`: how many outputs of a real model are valid, with and without the constraint.
import { loadModel } from "@grammask/onnx";
import { describeMachine, peakMemoryMiB } from "../shared/machine.js";
import { round, table, writeResult } from "../shared/results.js";
import { validityChart } from "./chart.js";
import { runTasks, type TaskOutcome, type Totals } from "./generations.js";
import { readOptions } from "./options.js";
import { readTasks } from "./tasks.js";

const options = readOptions(process.argv.slice(2));
if (options !== undefined) {
  const tasks = readTasks().slice(0, options.only);
  const model = await loadModel("smollm2-135m-instruct");
  const constrained = await runTasks(model, tasks, options, true);
  const peakMiB = peakMemoryMiB();
  const free = await runTasks(model, tasks, options, false);
  await model.dispose();

  const withSchema = sum(constrained.outcomes);
  const without = sum(free.outcomes);
  const summary = {
    constrained: {
      ...withSchema,
      ...speed(constrained.totals),
      maskAndAcceptMicroseconds: maskTime(constrained.totals),
    },
    unconstrained: { ...without, ...speed(free.totals) },
    peakMemoryMiB: peakMiB,
  };
  console.log(perTask(constrained.outcomes, free.outcomes));
  console.log(report(summary));
  if (options.only >= readTasks().length) {
    writeResult("validity.json", {
      command: "pnpm bench:validity",
      machine: describeMachine(),
      model: "smollm2-135m-instruct",
      options,
      summary,
      constrained: constrained.outcomes,
      unconstrained: free.outcomes,
    });
    writeResult("validity.svg", validityChart(withSchema, without));
  }
  for (const { task, failures } of constrained.outcomes) {
    for (const { seed, reason, text } of failures)
      console.error(`INVALID ${task}, seed ${seed}: ${reason}\n  ${text}`);
  }
  if (withSchema.failures > 0) process.exitCode = 1;
}

function sum(outcomes: readonly TaskOutcome[]) {
  const total = (count: (outcome: TaskOutcome) => number) =>
    outcomes.reduce((all, each) => all + count(each), 0);
  return {
    generations: total(({ generations }) => generations),
    ended: total(({ ended }) => ended),
    valid: total(({ valid }) => valid),
    validWithoutFence: total(({ validWithoutFence }) => validWithoutFence),
    failures: total(({ failures }) => failures.length),
    tokens: total(({ tokens }) => tokens),
  };
}

function speed({ steps, decodingMs }: Totals) {
  return { tokensPerSecond: decodingMs > 0 ? round((1000 * steps) / decodingMs, 1) : null };
}

function maskTime({ tokens, maskMs }: Totals): number {
  return round((1000 * maskMs) / tokens, 1);
}

function perTask(constrained: readonly TaskOutcome[], free: readonly TaskOutcome[]): string {
  const header = ["task", "ended", "valid", "tokens", "free: ended", "valid", "valid in a fence"];
  const rows = constrained.map((outcome, i) => {
    const other = free[i]!;
    const of = (count: number, { generations }: TaskOutcome) =>
      generations > 0 ? `${count}/${generations}` : "-";
    return [
      outcome.task,
      of(outcome.ended, outcome),
      of(outcome.valid, outcome),
      Math.round(outcome.tokens / outcome.generations),
      of(other.ended, other),
      of(other.valid, other),
      of(other.validWithoutFence, other),
    ];
  });
  return table([header, ...rows]);
}

function report(summary: {
  constrained: ReturnType<typeof sum> & { tokensPerSecond: number | null; maskAndAcceptMicroseconds: number };
  unconstrained: ReturnType<typeof sum> & { tokensPerSecond: number | null };
  peakMemoryMiB: number;
}): string {
  const { constrained: c, unconstrained: f } = summary;
  return `
with the constraint      ${c.ended} of ${c.generations} ended by themselves; of these ${c.ended - c.failures} are valid, ${c.failures} are not
without the constraint   ${f.ended} of ${f.generations} ended by themselves; ${f.valid} valid as they are, ${f.validWithoutFence} after taking off a code fence
tokens per second        ${c.tokensPerSecond} with, ${f.tokensPerSecond} without (other texts, of other lengths: pnpm bench:speed compares)
mask + accept            ${c.maskAndAcceptMicroseconds} µs a token on average
peak memory              ${summary.peakMemoryMiB} MiB (model, tokenizer and masks)`;
}
