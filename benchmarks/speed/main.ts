// `pnpm bench:speed`: decoding speed with the constraint, without it, and of `@huggingface/transformers`, on the same
// files, with as many threads, greedily, as many tokens. The engines take turns, so that what else the machine does
// falls on all of them; ratios are taken within a turn.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { loadModel } from "@grammask/onnx";
import { tokensPerSecond } from "../shared/clock.js";
import { describeMachine } from "../shared/machine.js";
import { Progress } from "../shared/progress.js";
import { median, round, table, writeResult } from "../shared/results.js";
import { readTasks } from "../validity/tasks.js";
import { type Engine, grammask, type Prompt, transformers } from "./engines.js";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    rounds: { type: "string", default: "5" },
    tokens: { type: "string", default: "96" },
    threads: { type: "string", default: String(Math.min(availableParallelism(), 4)) },
  },
});
const [rounds, maxTokens, threads] = [values.rounds, values.tokens, values.threads].map(Number) as [
  number,
  number,
  number,
];

/** Tasks of some length, of different kinds. */
const taskNames = ["recipe", "flight", "quiz", "comment-thread"];
const prompts: Prompt[] = readTasks()
  .filter(({ name }) => taskNames.includes(name))
  .map(({ name, prompt, schema }) => ({
    name,
    schema,
    messages: [{ role: "user" as const, content: prompt }],
  }));

const model = await loadModel("smollm2-135m-instruct", { threads });
const [constrained, free] = [grammask(model, true), grammask(model, false)];
const peer = await transformers(model.directory, threads);
if (typeof peer === "string") console.error(`SKIPPED @huggingface/transformers: ${peer}`);
const engines: Engine[] = [constrained, free, ...(typeof peer === "string" ? [] : [peer])];

/** Tokens per second of each engine, in the order of the turns. */
const speeds = new Map<Engine, number[]>(engines.map((engine) => [engine, []]));
/** The same of the first turn, in which schemas are compiled and masks are found for the first time. */
const firstSpeeds = new Map<Engine, number[]>(engines.map((engine) => [engine, []]));
const progress = new Progress((rounds + 1) * prompts.length);
for (let turn = 0; turn <= rounds; turn++) {
  for (const prompt of prompts) {
    // Each turn begins with another engine, so that none always follows the same one.
    for (let i = 0; i < engines.length; i++) {
      const engine = engines[(i + turn) % engines.length]!;
      const speed = tokensPerSecond(await engine.run(prompt, maxTokens));
      const all = turn === 0 ? firstSpeeds : speeds;
      if (speed !== undefined) all.get(engine)!.push(speed);
    }
    progress.step(prompt.name);
  }
}
await model.dispose();

const rows = engines.map((engine) => {
  const all = speeds.get(engine)!;
  return {
    engine: engine.name,
    tokensPerSecond: round(median(all), 1),
    slowest: round(Math.min(...all), 1),
    fastest: round(Math.max(...all), 1),
    firstTurn: round(median(firstSpeeds.get(engine)!), 1),
  };
});
const ratio = (a: Engine, b: Engine) => {
  const [as, bs] = [speeds.get(a)!, speeds.get(b)!];
  return as.length === bs.length ? round(median(as.map((value, i) => value / bs[i]!)), 3) : null;
};
const ratios = {
  constrainedToFree: ratio(constrained, free),
  constrainedToTransformers: typeof peer === "string" ? null : ratio(constrained, peer),
  freeToTransformers: typeof peer === "string" ? null : ratio(free, peer),
};
console.log(
  table([
    ["tokens per second", "median", "slowest", "fastest", "first turn"],
    ...rows.map((row) => [row.engine, row.tokensPerSecond, row.slowest, row.fastest, row.firstTurn]),
  ]),
);
console.log("\nratios, median over the turns");
console.log(table([["", "ratio"], ...Object.entries(ratios).map(([name, value]) => [name, value ?? "-"])]));
writeResult("speed.json", {
  command: "pnpm bench:speed",
  machine: { ...describeMachine(), threads },
  rounds,
  maxTokens,
  prompts: prompts.map(({ name }) => name),
  engines: rows,
  ratios,
  skipped: typeof peer === "string" ? { "@huggingface/transformers": peer } : {},
});
