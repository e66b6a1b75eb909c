import { randomNumbers } from "../random.js";

/** An estimate, and the interval that has 95 % of the estimates from tasks drawn anew. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 10_000;
const SEED = 1;

/**
 * The bootstrap's percentile interval of a statistic of tasks: they are drawn with replacement, as many as there are. What
 * is measured on the same tasks is compared in pairs when `statistic` looks at both. The same numbers give the same interval.
 *
 * @param tasks how many, at least 1
 * @param statistic of a list of task numbers, which may have one several times
 */
export function bootstrap(tasks: number, statistic: (sample: Uint32Array) => number): Estimate {
  const random = randomNumbers(SEED);
  const sample = Uint32Array.from({ length: tasks }, (_, i) => i);
  const value = statistic(sample);
  const values = new Float64Array(RESAMPLES);
  for (let n = 0; n < RESAMPLES; n++) {
    for (let i = 0; i < tasks; i++) sample[i] = Math.floor(random() * tasks);
    values[n] = statistic(sample);
  }
  values.sort();
  return {
    value,
    low: values[Math.floor(0.025 * RESAMPLES)]!,
    high: values[Math.ceil(0.975 * RESAMPLES) - 1]!,
  };
}

/** The mean of the values of some tasks. */
export function meanOf(values: readonly number[]): (sample: Uint32Array) => number {
  return (sample) => sumOf(values, sample) / sample.length;
}

/** The sum of some tasks' values over the sum of their others. */
export function ratioOf(above: readonly number[], below: readonly number[]): (sample: Uint32Array) => number {
  return (sample) => sumOf(above, sample) / sumOf(below, sample);
}

function sumOf(values: readonly number[], sample: Uint32Array): number {
  let total = 0;
  for (let i = 0; i < sample.length; i++) total += values[sample[i]!]!;
  return total;
}
