import { parseArgs } from "node:util";

export interface ValidityOptions {
  readonly seeds: number;
  /** Seeds for the runs without the constraint: they are for comparison, and slower. */
  readonly freeSeeds: number;
  readonly maxTokens: number;
  /** How many of the tasks, from the first. */
  readonly only: number;
  readonly temperature: number;
}

const usage = `pnpm bench:validity [--seeds 10] [--free-seeds 3] [--max-tokens 512] [--temperature 1] [--only N]

Generates with every task and seed, with the task's schema as the constraint, and lets two validators judge what ended by
itself; then the same prompts without the constraint. Ends with 1 where a constrained output was invalid.
  --seeds N        generations a task with the constraint
  --free-seeds N   generations a task without it
  --max-tokens N   the most tokens of an output
  --only N         the first N tasks only (the results are then shown, not written)
`;

/** The options of the command line, or undefined where it asks for help. */
export function readOptions(args: readonly string[]): ValidityOptions | undefined {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      seeds: { type: "string", default: "10" },
      "free-seeds": { type: "string", default: "3" },
      "max-tokens": { type: "string", default: "512" },
      temperature: { type: "string", default: "1" },
      only: { type: "string", default: "20" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return undefined;
  }
  const count = (name: "seeds" | "free-seeds" | "max-tokens" | "only", min: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < min)
      throw new Error(`--${name} must be a whole number from ${min}`);
    return value;
  };
  const temperature = Number(values.temperature);
  if (!(temperature >= 0)) throw new Error("--temperature must be a number from 0");
  return {
    seeds: count("seeds", 1),
    freeSeeds: count("free-seeds", 0),
    maxTokens: count("max-tokens", 1),
    only: count("only", 1),
    temperature,
  };
}
