import { round } from "../shared/results.js";

/** A step of the model, and what its thread did between the step before and this one; times in milliseconds. */
export interface TracedStep {
  /** Since 1970. */
  readonly end: number;
  readonly tokens: number;
  readonly sequences: number;
  /** Time that passed, and for which the thread had a processor. */
  readonly step: { readonly passed: number; readonly work: number };
  /** The same between the steps, and the time for which it waited for something to do. */
  readonly between: { readonly passed: number; readonly work: number; readonly idle: number };
}

/** What happened in a window, by who paid for it. */
export interface StepWindow {
  readonly steps: readonly TracedStep[];
  /** Pieces of text that the bystander got. */
  readonly pieces: number;
}

/** For each piece of text of a bystander: what the model's thread did meanwhile, in milliseconds. */
export interface PerPiece {
  readonly steps: number;
  readonly tokens: number;
  /** Time in steps. */
  readonly inSteps: number;
  /** What it worked between steps: messages, masks and samples of light requests, garbage. */
  readonly worked: number;
  /** For how long it wanted to, and had no processor. */
  readonly waited: number;
  readonly idle: number;
}

/** What heavy schemas cost others for each piece of text, in milliseconds, by the reason. */
export interface Split {
  readonly light: PerPiece;
  readonly heavy: PerPiece;
  /** (a) More steps, and larger ones: what their tokens take where light schemas ask for them. */
  readonly moreTokens: number;
  /** (b) The processor is shared: steps of the same size take longer, and the thread waits for one between them. */
  readonly sharedProcessor: number;
  /** (c) The thread worked for something else than steps. */
  readonly blocked: number;
  /** It had nothing to do: a message between threads was late. */
  readonly idle: number;
  /** The longest that the thread worked between two steps. */
  readonly longestBetween: { readonly light: number; readonly heavy: number };
}

/** Splits what came later with heavy schemas than with light ones. */
export function split(light: StepWindow, heavy: StepWindow): Split {
  const [before, after] = [perPiece(light), perPiece(heavy)];
  const expected = stepTimes(light.steps);
  const asLight = sum(heavy.steps.map(expected)) / heavy.pieces;
  return {
    light: before,
    heavy: after,
    moreTokens: round(asLight - before.inSteps, 2),
    sharedProcessor: round(after.inSteps - asLight + after.waited - before.waited, 2),
    blocked: round(after.worked - before.worked, 2),
    idle: round(after.idle - before.idle, 2),
    longestBetween: { light: longest(light), heavy: longest(heavy) },
  };
}

function perPiece({ steps, pieces }: StepWindow): PerPiece {
  const mean = (of: (step: TracedStep) => number) => round(sum(steps.map(of)) / pieces, 2);
  return {
    steps: mean(() => 1),
    tokens: mean(({ tokens }) => tokens),
    inSteps: mean(({ step }) => step.passed),
    worked: mean(({ between }) => between.work),
    waited: mean(({ between }) => Math.max(0, between.passed - between.work)),
    idle: mean(({ between }) => between.idle),
  };
}

/** How long steps take: the mean of those of the same size, or where there are few of them the line through all. */
function stepTimes(steps: readonly TracedStep[]): (step: TracedStep) => number {
  const sizeOf = ({ tokens, sequences }: TracedStep) => tokens * 1000 + sequences;
  const bySize = new Map<number, number[]>();
  for (const step of steps) {
    const same = bySize.get(sizeOf(step)) ?? [];
    same.push(step.step.passed);
    bySize.set(sizeOf(step), same);
  }
  const line = lineThrough(steps.map(({ tokens, step }) => [tokens, step.passed]));
  return (step) => {
    const same = bySize.get(sizeOf(step)) ?? [];
    return same.length < FEW ? line(step.tokens) : sum(same) / same.length;
  };
}

const FEW = 8;

/** The line with the least squares. */
function lineThrough(points: readonly (readonly [number, number])[]): (x: number) => number {
  const meanX = sum(points.map(([x]) => x)) / points.length;
  const meanY = sum(points.map(([, y]) => y)) / points.length;
  const spread = sum(points.map(([x]) => (x - meanX) ** 2));
  const slope = spread === 0 ? 0 : sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
  return (x) => meanY + slope * (x - meanX);
}

function longest({ steps }: StepWindow): number {
  return round(Math.max(0, ...steps.map(({ between }) => between.work)), 2);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
