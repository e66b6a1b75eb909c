// `pnpm bench:closing`: whether outputs under a budget are complete and valid, from the least budget on.
import { parseArgs } from "node:util";
import { BudgetTooSmallError, loadModel, type Model } from "@grammask/onnx";
import { describeMachine } from "../shared/machine.js";
import { isValid, makeJudge } from "../shared/oracles.js";
import { Progress } from "../shared/progress.js";
import { table, writeResult } from "../shared/results.js";
import { readTasks, type ValidityTask } from "../validity/tasks.js";

/** Outputs that are longer by themselves are led to their end. */
const LONGEST = 200;

const usage = `pnpm bench:closing [--budgets 10] [--seeds 4] [--only N]

Generates with each task of bench:validity under budgets from the least that is possible up to the length that the output
has by itself (at most ${LONGEST} tokens): once greedily and once with each seed at temperature 1. Two validators judge the
outputs. Ends with 1 where one is incomplete, invalid or longer than its budget, or a budget below the least is not refused.
  --budgets N  budgets a task
  --seeds N    seeds a budget
  --only N     the first N tasks only (the results are then shown, not written)
`;

interface Outcome {
  readonly task: string;
  /** The least budget, and the greatest that was tried. */
  readonly least: number;
  readonly greatest: number;
  generations: number;
  complete: number;
  valid: number;
  within: number;
  closedEarly: number;
  readonly failures: string[];
}

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    budgets: { type: "string", default: "10" },
    seeds: { type: "string", default: "4" },
    only: { type: "string", default: "20" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) process.stdout.write(usage);
else await run(count("budgets", 2), count("seeds", 0), count("only", 1));

function count(name: "budgets" | "seeds" | "only", min: number): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < min)
    throw new Error(`--${name} must be a whole number from ${min}`);
  return value;
}

async function run(budgets: number, seeds: number, only: number): Promise<void> {
  const tasks = readTasks().slice(0, only);
  await using model = await loadModel("smollm2-135m-instruct");
  const progress = new Progress(tasks.length * budgets * (1 + seeds));
  const outcomes: Outcome[] = [];
  for (const task of tasks) outcomes.push(await runTask(model, task, budgets, seeds, progress));
  const of = (key: "generations" | "complete" | "valid" | "within" | "closedEarly") =>
    outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
  const summary = {
    ...{ generations: of("generations"), complete: of("complete"), valid: of("valid") },
    ...{ within: of("within"), closedEarly: of("closedEarly") },
  };
  const rows = outcomes.map((each) => [
    ...[each.task, `${each.least}-${each.greatest}`, each.generations, each.complete, each.valid],
    ...[each.within, each.closedEarly],
  ]);
  const head = ["task", "budgets", "generations", "complete", "valid", "within the budget", "closed early"];
  const total = ["all", "", summary.generations, summary.complete, summary.valid, summary.within];
  console.log(table([head, ...rows, [...total, summary.closedEarly]]));
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) process.exitCode = 1;
  if (tasks.length < readTasks().length) return;
  const options = { budgets, seeds };
  const command = "pnpm bench:closing";
  const machine = describeMachine();
  writeResult("closing.json", { command, machine, model: model.name, options, summary, outcomes });
}

async function runTask(
  model: Model,
  { name, prompt, schema }: ValidityTask,
  budgets: number,
  seeds: number,
  progress: Progress,
): Promise<Outcome> {
  const judge = await makeJudge(schema);
  const request = { messages: [{ role: "user", content: prompt }], schema };
  const natural = await model.generate({ ...request, maxTokens: LONGEST });
  const least = await leastBudget(model, request);
  const greatest = Math.max(least, natural.tokens.length);
  const outcome: Outcome = {
    ...{ task: name, least, greatest, failures: [] },
    ...{ generations: 0, complete: 0, valid: 0, within: 0, closedEarly: 0 },
  };
  if (!(await isRefused(model, request, least - 1)))
    outcome.failures.push(`${name}: ${least - 1} is not refused`);
  for (let i = 0; i < budgets; i++) {
    const maxTokens = least + Math.round(((greatest - least) * i) / (budgets - 1));
    for (let seed = 0; seed <= seeds; seed++) {
      // Seed 0 is the greedy output.
      const temperature = seed === 0 ? 0 : 1;
      const result = await model.generate({ ...request, maxTokens, temperature, seed });
      const isComplete = result.finishReason === "complete";
      const verdict = judge(result.text);
      const isWithin = result.tokens.length <= maxTokens;
      outcome.generations++;
      outcome.complete += isComplete ? 1 : 0;
      outcome.valid += isValid(verdict) ? 1 : 0;
      outcome.within += isWithin ? 1 : 0;
      outcome.closedEarly += result.closedEarly === undefined ? 0 : 1;
      if (!isComplete || !isValid(verdict) || !isWithin) {
        const why = verdict.reason ?? result.finishReason;
        outcome.failures.push(`${name}, budget ${maxTokens}, seed ${seed}: ${why}\n  ${result.text}`);
      }
      progress.step(`${name}, ${maxTokens} tokens`);
    }
  }
  return outcome;
}

type Request = Parameters<Model["generate"]>[0];

async function leastBudget(model: Model, request: Request): Promise<number> {
  try {
    await model.generate({ ...request, maxTokens: 1 });
    return 1;
  } catch (error) {
    if (error instanceof BudgetTooSmallError) return error.neededTokens;
    throw error;
  }
}

async function isRefused(model: Model, request: Request, maxTokens: number): Promise<boolean> {
  if (maxTokens < 1) return true;
  try {
    await model.generate({ ...request, maxTokens });
    return false;
  } catch (error) {
    if (error instanceof BudgetTooSmallError) return true;
    throw error;
  }
}
