import { compileJsonSchema } from "@grammask/core";
import { round } from "../shared/results.js";
import { ask } from "./client.js";
import { heavySchemas } from "./heavy-schemas.js";
import { requestsFor } from "./requests.js";

/** The times between the pieces of text that a bystander gets, in milliseconds. */
interface Gaps {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

export interface HoldUp {
  /** While another client sends requests with schemas that are known and light. */
  readonly light: Gaps;
  /** While the other client sends as many with schemas that are heavy, and each of them new. */
  readonly heavy: Gaps;
  /** What compiling one of these costs, from the least to the most, in milliseconds. */
  readonly compileMs: readonly [number, number];
  readonly heavyRequests: number;
}

const BYSTANDER = 0;
const OTHER = 1;

/** How long the outputs of others wait when heavy schemas come. */
export async function holdUp(url: string, model: string, seconds: number): Promise<HoldUp> {
  const [light] = requestsFor(OTHER);
  const plain = light!;
  // All are known before the times are taken.
  await Promise.all([ask(url, model, plain, 16), ask(url, model, requestsFor(BYSTANDER)[0]!, 64)]);
  const calm = await gapsWhile(url, model, seconds, () => plain.schema);
  let sent = 0;
  const compileMs: number[] = [];
  const heavy = await gapsWhile(url, model, seconds, () => {
    const schemas = Object.values(heavySchemas(sent));
    return schemas[sent++ % schemas.length]!;
  });
  for (const schema of Object.values(heavySchemas(-1))) {
    const start = performance.now();
    compileJsonSchema(schema);
    compileMs.push(round(performance.now() - start, 0));
  }
  return {
    light: calm,
    heavy,
    compileMs: [Math.min(...compileMs), Math.max(...compileMs)],
    heavyRequests: sent,
  };
}

async function gapsWhile(
  url: string,
  model: string,
  seconds: number,
  nextSchema: () => object,
): Promise<Gaps> {
  const end = performance.now() + seconds * 1000;
  const gaps: number[] = [];
  const bystander = async () => {
    const [request] = requestsFor(BYSTANDER);
    while (performance.now() < end) {
      let last: number | undefined;
      const outcome = await ask(url, model, request!, 64, () => {
        const now = performance.now();
        if (last !== undefined) {
          gaps.push(now - last);
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
  await Promise.all([bystander(), other()]);
  const sorted = gaps.sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0, 1);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}
