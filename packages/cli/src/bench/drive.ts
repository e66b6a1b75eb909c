import type { Engine } from "./engines/engine.js";
import type { DriverFailure, DriverMessage, Task } from "./protocol.js";

type Say = (message: DriverMessage) => void;

/** Compiles a task's schema and reads its instances, token by token. */
export async function drive(engine: Engine, task: Task, limitMs: number, say: Say): Promise<void> {
  const failures: DriverFailure[] = [];
  const tbm: number[] = [];
  const read: number[] = [];
  const deadline = performance.now() + limitMs;
  if (await compile(engine, task.schema, failures, say)) {
    for (const [test, { ids, valid }] of task.tests.entries()) {
      say({ type: "test", test });
      const before = tbm.length;
      try {
        const token = await readInstance(engine, ids, tbm, deadline);
        if (valid && token !== undefined) failures.push({ kind: "validation-error", test, token });
        else if (!valid && token === undefined) failures.push({ kind: "invalidation-error", test });
      } catch (error) {
        failures.push({ test, ...describe(engine, error, "validation-error") });
        if (error instanceof TimeoutError) break;
      } finally {
        read.push(tbm.length - before);
      }
    }
  }
  say({ type: "done", failures, tbm, read, peakRssMiB: peakRssMiB() });
}

async function compile(
  engine: Engine,
  schema: string,
  failures: DriverFailure[],
  say: Say,
): Promise<boolean> {
  try {
    engine.read(schema);
    const start = performance.now();
    await engine.compile();
    say({ type: "compiled", ttfm: microseconds(performance.now() - start) });
    return true;
  } catch (error) {
    failures.push(describe(engine, error, "compile-error"));
    return false;
  }
}

/** The token that is not allowed, as many as there are where the end is not, or undefined for an accepted instance. */
async function readInstance(
  engine: Engine,
  ids: readonly number[],
  tbm: number[],
  deadline: number,
): Promise<number | undefined> {
  engine.start();
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    const start = performance.now();
    const answer = engine.allows(id);
    const allowed = typeof answer === "boolean" ? answer : await answer;
    const accepted = allowed && engine.accept(id);
    const end = performance.now();
    tbm.push(microseconds(end - start));
    if (!allowed) return i;
    if (!accepted) throw new Error(`token ${i} is in the mask, but not accepted`);
    if (end > deadline) throw new TimeoutError(`stopped at token ${i}`);
  }
  return (await engine.isComplete()) ? undefined : ids.length;
}

class TimeoutError extends Error {}

function describe(
  engine: Engine,
  error: unknown,
  refusal: "compile-error" | "validation-error",
): DriverFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TimeoutError) return { kind: "timeout", detail: message };
  if (engine.isRefusal(error)) {
    const { code, keyword } = error as { code?: unknown; keyword?: unknown };
    const name = [code, keyword].filter((part) => typeof part === "string").join(" ");
    return { kind: refusal, detail: name === "" ? message : `${name}: ${message}` };
  }
  const detail = error instanceof Error ? (error.stack ?? message) : message;
  return { kind: "crash", detail: detail.split("\n").slice(0, 3).join(" ").replace(/\s+/g, " ") };
}

/** What the clock and the calls of `readInstance` cost without an engine; the median, in microseconds. */
export async function measureOverhead(): Promise<number> {
  const empty: Engine = {
    version: "",
    read() {},
    compile() {},
    start() {},
    allows: (id) => id >= 0,
    accept: (id) => id >= 0,
    isComplete: () => true,
    isRefusal: () => false,
  };
  const tbm: number[] = [];
  const ids = Array.from({ length: 20_000 }, (_, i) => i);
  await readInstance(empty, ids, tbm, Number.POSITIVE_INFINITY);
  return tbm.sort((a, b) => a - b)[tbm.length >> 1]!;
}

/** To the hundredth. */
function microseconds(milliseconds: number): number {
  return Math.round(1e5 * milliseconds) / 100;
}

/** The most memory that this process has held. */
export function peakRssMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
