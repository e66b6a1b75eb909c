import type { GenerateResult, Model } from "@grammask/onnx";
import { isValid, type Judge, makeJudge, stripFence } from "../shared/oracles.js";
import { Progress } from "../shared/progress.js";
import type { ValidityOptions } from "./options.js";
import type { ValidityTask } from "./tasks.js";

/** What became of the generations of one task, with or without the constraint. */
export interface TaskOutcome {
  readonly task: string;
  generations: number;
  /** Ended by themselves, within the token limit. */
  ended: number;
  /** Of all: valid as they are. A constrained output that was cut off is not counted. */
  valid: number;
  /** Of all: valid after taking the content of a code fence. */
  validWithoutFence: number;
  tokens: number;
  /** Constrained outputs that ended and are not valid: a defect of the engine. */
  readonly failures: { readonly seed: number; readonly reason: string; readonly text: string }[];
  /** Seeds whose output was cut off. */
  readonly cutOff: number[];
}

/** Time and tokens over many generations. */
export interface Totals {
  tokens: number;
  /** Tokens after the first of each output: those that a decoding step was needed for. */
  steps: number;
  /** Of the model, the masks and the sampling after the prompt was read, in milliseconds. */
  decodingMs: number;
  /** Masks, and moving the matcher. */
  maskMs: number;
}

export async function runTasks(
  model: Model,
  tasks: readonly ValidityTask[],
  options: ValidityOptions,
  constrained: boolean,
): Promise<{ outcomes: TaskOutcome[]; totals: Totals }> {
  const seeds = constrained ? options.seeds : options.freeSeeds;
  const progress = new Progress(tasks.length * seeds);
  const totals: Totals = { tokens: 0, steps: 0, decodingMs: 0, maskMs: 0 };
  const outcomes: TaskOutcome[] = [];
  for (const task of tasks) {
    const judge = await makeJudge(task.schema);
    const outcome = emptyOutcome(task.name);
    outcomes.push(outcome);
    for (let seed = 1; seed <= seeds; seed++) {
      const result = await model.generate({
        messages: [{ role: "user", content: task.prompt }],
        ...(constrained ? { schema: task.schema } : {}),
        maxTokens: options.maxTokens,
        temperature: options.temperature,
        seed,
      });
      record(outcome, result, seed, judge, constrained);
      add(totals, result);
      progress.step(`${constrained ? "with" : "without"} the constraint: ${task.name}`);
    }
  }
  return { outcomes, totals };
}

function emptyOutcome(task: string): TaskOutcome {
  return {
    task,
    generations: 0,
    ended: 0,
    valid: 0,
    validWithoutFence: 0,
    tokens: 0,
    failures: [],
    cutOff: [],
  };
}

function record(
  outcome: TaskOutcome,
  result: GenerateResult,
  seed: number,
  judge: Judge,
  constrained: boolean,
): void {
  const ended = result.finishReason === "complete";
  outcome.generations++;
  outcome.tokens += result.usage.completionTokens;
  if (ended) outcome.ended++;
  else outcome.cutOff.push(seed);
  // Every text is judged: a free text may be valid without having ended.
  const verdict = judge(result.text);
  if (isValid(verdict)) outcome.valid++;
  else if (constrained && ended)
    outcome.failures.push({ seed, reason: verdict.reason ?? "", text: result.text });
  if (isValid(judge(stripFence(result.text)))) outcome.validWithoutFence++;
}

function add(totals: Totals, { usage, timings }: GenerateResult): void {
  totals.tokens += usage.completionTokens;
  totals.steps += Math.max(0, usage.completionTokens - 1);
  totals.decodingMs += timings.decode + timings.mask + timings.sampling;
  totals.maskMs += timings.mask;
}
