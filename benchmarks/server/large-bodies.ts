import { median, round } from "../shared/results.js";
import { percentile } from "./percentiles.js";
import type { ServerProcess } from "./process.js";

/** How long others wait while a large body is read. Times in milliseconds. */
export interface LargeBody {
  readonly bytes: number;
  /** The longest that `/healthz` took while a request with it was answered: the median of the requests, and the most. */
  readonly longest: number;
  readonly most: number;
  /** What `/healthz` takes where nothing else is to do, at the 99th percentile. */
  readonly idle: number;
}

const SIZES = [100_000, 200_000, 1_000_000];
const REQUESTS = 15;

/** The bodies are of schemas that cost little but to read them. */
export async function largeBodies(server: ServerProcess, model: string): Promise<LargeBody[]> {
  const idle = await answersDuring(server.url, new Promise((resolve) => setTimeout(resolve, 1000)));
  const all: LargeBody[] = [];
  for (const bytes of SIZES) {
    const longest: number[] = [];
    // The first ones are read by code that is not compiled yet.
    for (let i = -3; i < REQUESTS; i++) {
      const answers = await answersDuring(server.url, send(server.url, model, bytes, i));
      if (i >= 0) {
        longest.push(Math.max(...answers));
      }
    }
    all.push({
      bytes,
      longest: round(median(longest), 1),
      most: round(Math.max(...longest), 1),
      idle: percentile(idle, 0.99),
    });
  }
  return all;
}

async function send(url: string, model: string, bytes: number, number: number): Promise<void> {
  const definition = (i: number) => ({ type: "string", description: `Of ${number}.`, enum: [`value ${i}`] });
  const count = Math.floor(bytes / (JSON.stringify(definition(1000)).length + 9));
  const $defs = Object.fromEntries(Array.from({ length: count }, (_, i) => [`d${1000 + i}`, definition(i)]));
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model,
      messages: [{ role: "user", content: "Yes or no?" }],
      max_tokens: 8,
      response_format: {
        type: "json_schema",
        json_schema: { name: "s", schema: { type: "boolean", $defs } },
      },
    }),
  });
  const text = await response.text();
  if (response.status !== 200) {
    throw new Error(`A large body was answered with ${response.status}: ${text.slice(0, 200)}`);
  }
}

/** The times of requests for `/healthz`, one after the other, until something is done. */
async function answersDuring(url: string, work: Promise<unknown>): Promise<number[]> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  const answers: number[] = [];
  while (!isDone) {
    const start = performance.now();
    await (await fetch(`${url}/healthz`)).text();
    answers.push(performance.now() - start);
  }
  await done;
  return answers;
}
