import type { Io } from "../../io.js";
import { Progress } from "../progress.js";
import { GenerationProcess } from "./engine-process.js";
import type { EngineRequest, EngineSetup } from "./protocol.js";

/** Outputs at the same time, and how many of them end in a second. */
export interface BatchPoint {
  readonly concurrency: number;
  /** Whether they were made token by token, as most loops do it: without forced tokens and drafts. */
  readonly tokenByToken: boolean;
  readonly sequencesPerSecond: number;
  readonly tokensPerSecond: number;
}

const LEVELS = [
  ...[1, 2, 4, 8, 16].map((concurrency) => ({ concurrency, tokenByToken: false })),
  ...[1, 8].map((concurrency) => ({ concurrency, tokenByToken: true })),
];
const TOKEN_BY_TOKEN = { drafts: false, forcedTokens: false };

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
    const { concurrency, tokenByToken } = LEVELS[level]!;
    const process = await GenerationProcess.start(setup);
    try {
      await process.generate(requests[0]!);
      const options = tokenByToken ? TOKEN_BY_TOKEN : {};
      const own = requests.slice(1).map((each) => ({ ...each, options: { ...each.options, ...options } }));
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
  return LEVELS.flatMap(({ concurrency, tokenByToken }, i) => {
    const { milliseconds, tokens, runs: count } = totals[i]!;
    const perSecond = (amount: number) => (1000 * amount) / milliseconds;
    const sequences = count * (requests.length - 1);
    return count === 0
      ? []
      : [
          {
            concurrency,
            tokenByToken,
            sequencesPerSecond: perSecond(sequences),
            tokensPerSecond: perSecond(tokens),
          },
        ];
  });
}
