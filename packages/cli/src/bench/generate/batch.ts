import type { Io } from "../../io.js";
import { Progress } from "../progress.js";
import { GenerationProcess } from "./engine-process.js";
import type { EngineRequest, EngineSetup } from "./protocol.js";

/** Outputs at the same time, and how many of them end in a second. */
export interface BatchPoint {
  readonly concurrency: number;
  /** Whether tokens were guessed, as they are for outputs one after the other. */
  readonly drafts: boolean;
  readonly sequencesPerSecond: number;
  readonly tokensPerSecond: number;
}

const LEVELS = [
  { concurrency: 1, drafts: true },
  { concurrency: 1, drafts: false },
  ...[2, 4, 8, 16].map((concurrency) => ({ concurrency, drafts: false })),
];

/**
 * How many outputs a second, by how many there are at once: all requests, up and down the levels, so that what else the
 * machine does falls on all. Each run has a process of its own, in which no prompt is known.
 *
 * @param interrupted asked between runs
 */
export async function measureBatches(
  io: Io,
  setup: EngineSetup,
  requests: readonly EngineRequest[],
  interrupted: () => boolean,
): Promise<BatchPoint[]> {
  const runs = [...LEVELS.keys(), ...[...LEVELS.keys()].reverse()];
  const progress = new Progress(
    io,
    LEVELS.map(() => 2),
  );
  const totals = LEVELS.map(() => ({ milliseconds: 0, tokens: 0, runs: 0 }));
  for (const level of runs) {
    if (interrupted()) break;
    const { concurrency, drafts } = LEVELS[level]!;
    const process = await GenerationProcess.start(setup);
    try {
      await process.generate(requests[0]!);
      const own = requests.slice(1).map((each) => ({ ...each, options: { ...each.options, drafts } }));
      const { total, tokens } = await process.batch(own, concurrency);
      totals[level]!.milliseconds += total;
      totals[level]!.tokens += tokens;
      totals[level]!.runs++;
    } finally {
      await process.close();
    }
    progress.step(level, `${concurrency} at once`);
  }
  progress.end();
  return LEVELS.flatMap(({ concurrency, drafts }, i) => {
    const { milliseconds, tokens, runs: count } = totals[i]!;
    const perSecond = (amount: number) => (1000 * amount) / milliseconds;
    const sequences = count * (requests.length - 1);
    return count === 0
      ? []
      : [
          {
            concurrency,
            drafts,
            sequencesPerSecond: perSecond(sequences),
            tokensPerSecond: perSecond(tokens),
          },
        ];
  });
}
