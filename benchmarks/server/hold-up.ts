import { compileJsonSchema } from "@grammask/core";
import { median, round } from "../shared/results.js";
import { ask } from "./client.js";
import { heavySchemas } from "./heavy-schemas.js";
import { percentile, percentiles } from "./percentiles.js";
import type { ServerProcess, TracedServer } from "./process.js";
import { requestsFor } from "./requests.js";
import { type Split, type StepWindow, split, type TracedStep } from "./traced-steps.js";

/** Times in milliseconds. */
interface Times {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

interface Seen {
  /** Between the pieces of text that a bystander gets. */
  readonly gaps: Times;
  /** From a request for `/healthz` to its answer: what the thread that answers was busy with otherwise. */
  readonly answers: Times;
  /** The longest that the server says its event loop was late, by window: median and most. */
  readonly loopDelay: { readonly p50: number; readonly most: number };
}

/** By turns in short windows: what the machine does beside is then the same for both. */
export interface HoldUp {
  /** While another client sends requests with schemas that are known and light. */
  readonly light: Seen;
  /** While the other client sends requests with schemas that are heavy, and each of them new. */
  readonly heavy: Seen;
  /**
   * How much longer the pieces of text came apart in a window with heavy schemas than in the one with light ones beside it, at the mean and at the
   * 99th percentile: medians of the pairs.
   */
  readonly extra: { readonly mean: number; readonly p99: number; readonly answersP99: number };
  /** What the pieces of text waited for; undefined where the system does not tell what threads work. */
  readonly split: Split | undefined;
  /** What compiling one of the heavy schemas costs, from the least to the most, in milliseconds. */
  readonly compileMs: readonly [number, number];
  readonly heavyRequests: number;
}

/** Between two pieces of text of an answer, in milliseconds since 1970. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What was seen in a window. */
interface Window {
  readonly gaps: Gap[];
  readonly answers: number[];
  loopDelay: number;
}

const BYSTANDER = 0;
const OTHER = 1;
/** Of a window, in milliseconds. */
const WINDOW = 4000;
/** Pieces that come within so many milliseconds come at once: those of forced text do. */
const TOGETHER = 1;
/** Steps are written after so many milliseconds. */
const WRITTEN = 500;
/** Between two requests for `/healthz`. */
const POLL = 25;

/**
 * How long others wait when heavy schemas come.
 *
 * @param seconds for light and heavy schemas each
 */
export async function holdUp(traced: TracedServer, model: string, seconds: number): Promise<HoldUp> {
  const { server } = traced;
  const { url } = server;
  const plain = requestsFor(OTHER)[0]!;
  // All are known before the times are taken, and the thread for heavy schemas is there.
  const heavyAt = (number: number) => {
    const schemas = Object.values(heavySchemas(number));
    return schemas[number % schemas.length]!;
  };
  await Promise.all([ask(url, model, plain, 16), ask(url, model, requestsFor(BYSTANDER)[0]!, 64)]);
  await ask(url, model, { ...plain, schema: heavyAt(1) }, 16);
  let sent = 2;
  const light: Window[] = [];
  const heavy: Window[] = [];
  const pairs = Math.max(1, Math.round((seconds * 1000) / WINDOW));
  for (let i = 0; i < pairs; i++) {
    light.push(await windowOf(server, model, () => plain.schema));
    heavy.push(await windowOf(server, model, () => heavyAt(sent++)));
  }
  await new Promise((resolve) => setTimeout(resolve, WRITTEN));
  const steps = traced.steps();
  const stepWindow = (windows: readonly Window[]): StepWindow => {
    const gaps = windows.flatMap((window) => window.gaps);
    const isWaitedFor = ({ end }: TracedStep) => gaps.some(({ from, to }) => end > from && end <= to);
    return { steps: steps.filter(isWaitedFor), pieces: gaps.length };
  };
  const extra = (of: (window: Window) => number) =>
    round(median(heavy.map((window, i) => of(window) - of(light[i]!))), 1);
  return {
    light: seen(light),
    heavy: seen(heavy),
    extra: {
      mean: extra(({ gaps }) => lengths(gaps).reduce((sum, gap) => sum + gap, 0) / gaps.length),
      p99: extra(({ gaps }) => times(lengths(gaps)).p99),
      answersP99: extra(({ answers }) => times(answers).p99),
    },
    split: steps.length === 0 ? undefined : split(stepWindow(light), stepWindow(heavy)),
    compileMs: compileTimes(),
    heavyRequests: sent - 2,
  };
}

async function windowOf(server: ServerProcess, model: string, nextSchema: () => object): Promise<Window> {
  const { url } = server;
  const end = performance.now() + WINDOW;
  const window: Window = { gaps: [], answers: [], loopDelay: 0 };
  const bystander = async () => {
    const [request] = requestsFor(BYSTANDER);
    while (performance.now() < end) {
      let last: number | undefined;
      const outcome = await ask(url, model, request!, 64, () => {
        const now = performance.timeOrigin + performance.now();
        if (last !== undefined && now - last > TOGETHER) {
          window.gaps.push({ from: last, to: now });
        }
        last = now;
      });
      if (outcome.kind !== "answered" || !outcome.isValid) {
        throw new Error(`The bystander's answer is ${JSON.stringify(outcome)}.`);
      }
    }
  };
  const other = async () => {
    const [request] = requestsFor(OTHER);
    while (performance.now() < end) {
      // What becomes of it does not matter here: it may be too much for the server's limits.
      await ask(url, model, { ...request!, schema: nextSchema() }, 48);
    }
  };
  const poll = async () => {
    while (performance.now() < end) {
      const start = performance.now();
      await (await fetch(`${url}/healthz`)).text();
      window.answers.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  };
  // Asking for it begins its count anew.
  await server.metric("nodejs_eventloop_lag_max_seconds");
  await Promise.all([bystander(), other(), poll()]);
  window.loopDelay = 1000 * (await server.metric("nodejs_eventloop_lag_max_seconds"));
  return window;
}

function lengths(gaps: readonly Gap[]): number[] {
  return gaps.map(({ from, to }) => to - from);
}

function seen(windows: readonly Window[]): Seen {
  const delays = times(windows.map(({ loopDelay }) => loopDelay));
  return {
    gaps: times(windows.flatMap(({ gaps }) => lengths(gaps))),
    answers: times(windows.flatMap(({ answers }) => answers)),
    loopDelay: { p50: delays.p50, most: delays.most },
  };
}

function times(all: readonly number[]): Times {
  return { count: all.length, ...percentiles(all), most: percentile(all, 1) };
}

function compileTimes(): [number, number] {
  const all = Object.values(heavySchemas(-1)).map((schema) => {
    const start = performance.now();
    compileJsonSchema(schema);
    return round(performance.now() - start, 0);
  });
  return [Math.min(...all), Math.max(...all)];
}
