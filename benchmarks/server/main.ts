// `pnpm bench:server`: `grammask serve` under load. Clients send requests with mixed schemas one after the other, and judge
// every answer with Ajv; each has a constant of its own in its schemas, so that an answer to somebody else is told.
import { parseArgs } from "node:util";
import { describeMachine } from "../shared/machine.js";
import { round, table, writeResult } from "../shared/results.js";
import { loadChart } from "./chart.js";
import { ask, type Outcome } from "./client.js";
import { type HoldUp, holdUp } from "./hold-up.js";
import { type LargeBody, largeBodies } from "./large-bodies.js";
import { percentiles } from "./percentiles.js";
import { ServerProcess, TracedServer } from "./process.js";
import { requestsFor } from "./requests.js";
import { type SecondRequest, secondRequest } from "./second-request.js";
import type { Split } from "./traced-steps.js";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    clients: { type: "string", default: "1,8,32,128" },
    seconds: { type: "string", default: "120" },
    "hold-up-seconds": { type: "string", default: "20" },
    "max-tokens": { type: "string", default: "64" },
    model: { type: "string", default: "smollm2-135m-instruct" },
    concurrency: { type: "string", default: "8" },
    queue: { type: "string", default: "96" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(`pnpm bench:server [--clients 1,8,32,128] [--seconds 120] [--hold-up-seconds 20] [--max-tokens 64] [--model NAME]
  [--concurrency 8] [--queue 96] [--write]

--seconds is for each number of clients, --hold-up-seconds for light and for heavy schemas, by turns, which tells how long heavy ones hold others up; --write keeps the figures and a plot in benchmarks/results.`);
  process.exit(0);
}
const seconds = Number(values.seconds);
const maxTokens = Number(values["max-tokens"]);
const { model, concurrency, queue } = values;

const serverOptions = ["--model", model, "--concurrency", concurrency, "--queue", queue];
const levels: ReturnType<typeof summary>[] = [];
const { twice, held, bodies } = await apart();
const server = await ServerProcess.start(serverOptions);
try {
  for (const clients of values.clients.split(",").filter(Boolean).map(Number)) {
    levels.push(await load(clients));
    process.stderr.write(`${clients} clients done\n`);
  }
} finally {
  await server.stop();
}
report(twice, held, bodies);

/** What is measured on a server of its own, whose steps are written down. */
async function apart() {
  const traced = await TracedServer.start(serverOptions);
  try {
    return {
      twice: await secondRequest(traced.server.url, model, maxTokens),
      held: await holdUp(traced, model, Number(values["hold-up-seconds"])),
      bodies: await largeBodies(traced.server, model),
    };
  } finally {
    await traced.stop();
  }
}

async function load(clients: number) {
  const end = performance.now() + seconds * 1000;
  const start = performance.now();
  const outcomes: Outcome[] = [];
  const memory: number[] = [];
  const work = async (client: number) => {
    const requests = requestsFor(client);
    for (let i = client; performance.now() < end; i++) {
      const outcome = await ask(server.url, model, requests[i % requests.length]!, maxTokens);
      outcomes.push(outcome);
      if (outcome.kind === "busy") {
        await new Promise((resolve) => setTimeout(resolve, Math.min(outcome.retryAfter, 2) * 1000));
      }
    }
  };
  const watch = setInterval(() => {
    void server.metric("process_resident_memory_bytes").then(
      (bytes) => memory.push(bytes),
      () => undefined,
    );
  }, 1000);
  await Promise.all(Array.from({ length: clients }, (_, client) => work(client)));
  clearInterval(watch);
  memory.push(await server.metric("process_resident_memory_bytes"));
  return summary(clients, outcomes, (performance.now() - start) / 1000, memory);
}

function summary(clients: number, outcomes: readonly Outcome[], elapsed: number, memory: readonly number[]) {
  const answered = outcomes.filter((outcome) => outcome.kind === "answered");
  const lost = outcomes.filter((outcome) => outcome.kind === "lost");
  const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  return {
    clients,
    answered: answered.length,
    requestsPerSecond: round(answered.length / elapsed, 2),
    tokensPerSecond: round(answered.reduce((sum, each) => sum + each.tokens, 0) / elapsed, 1),
    firstToken: percentiles(answered.map((each) => each.firstToken)),
    perToken: percentiles(answered.flatMap((each) => each.perToken ?? [])),
    invalid: answered.filter((each) => !each.isValid).length,
    lost: lost.length,
    lostReasons: [...new Set(lost.map((each) => each.reason))].slice(0, 5),
    busy: outcomes.filter((outcome) => outcome.kind === "busy").length,
    memoryMiB: {
      first: megabytes(memory[0]!),
      last: megabytes(memory.at(-1)!),
      most: megabytes(Math.max(...memory)),
    },
  };
}

function report(twice: SecondRequest, held: HoldUp, bodies: readonly LargeBody[]): void {
  const rows = levels.map((level) => [
    level.clients,
    level.answered,
    level.requestsPerSecond,
    level.tokensPerSecond,
    `${level.firstToken.p50} / ${level.firstToken.p99}`,
    `${level.perToken.p50} / ${level.perToken.p99}`,
    level.invalid,
    level.lost,
    level.busy,
    `${level.memoryMiB.first} / ${level.memoryMiB.last} / ${level.memoryMiB.most}`,
  ]);
  console.log(
    table([
      [
        "clients",
        "answers",
        "req/s",
        "tok/s",
        "TTFT p50/p99 ms",
        "token p50/p99 ms",
        "invalid",
        "lost",
        "429",
        "MiB first/last/most",
      ],
      ...rows,
    ]),
  );
  const { firstMs, again, otherText } = twice;
  console.log(
    table([
      ["first token", "ms", "times sooner", "tokens read", "of"],
      ["instructions and schema are new", firstMs, 1, again.promptTokens, again.promptTokens],
      ["the same request again", again.ms, again.ratio, again.tokensRead, again.promptTokens],
      [
        "another text, the rest known",
        otherText.ms,
        otherText.ratio,
        otherText.tokensRead,
        otherText.promptTokens,
      ],
    ]),
  );
  const { light, heavy, extra, compileMs, heavyRequests } = held;
  const triple = ({ p50, p99, most }: { p50: number; p99: number; most: number }) =>
    `${p50} / ${p99} / ${most}`;
  const row = (name: string, { gaps, answers, loopDelay }: HoldUp["light"]) => [
    name,
    gaps.count,
    triple(gaps),
    triple(answers),
    `${loopDelay.p50} / ${loopDelay.most}`,
  ];
  console.log(
    table([
      [
        "another client sends",
        "pieces",
        "between two: p50 / p99 / most ms",
        "/healthz: p50 / p99 / most ms",
        "loop late: p50 / most ms",
      ],
      row("light schemas", light),
      row(`${heavyRequests} heavy ones (${compileMs.join(" to ")} ms)`, heavy),
      ["heavy more than light", "", `mean ${extra.mean}, p99 ${extra.p99}`, `p99 ${extra.answersP99}`, ""],
    ]),
  );
  if (held.split !== undefined) {
    console.log(splitTable(held.split));
  }
  console.log(
    table([
      ["a body of", "KB", "longest /healthz beside it: median / most ms", "p99 of /healthz alone"],
      ...bodies.map(({ bytes, longest, most, idle }) => [
        "a large schema",
        bytes / 1000,
        `${longest} / ${most}`,
        idle,
      ]),
    ]),
  );
  if (values.write) {
    const parameters = { seconds, maxTokens, model, concurrency: Number(concurrency), queue: Number(queue) };
    const date = new Date().toISOString().slice(0, 10);
    writeResult("server.json", {
      date,
      machine: describeMachine(),
      parameters,
      secondRequest: twice,
      holdUp: held,
      largeBodies: bodies,
      levels,
    });
    writeResult("server.svg", loadChart(levels));
  }
  if (levels.some(({ invalid, lost }) => invalid + lost > 0)) {
    process.exitCode = 1;
  }
}

/** What a piece of text waits for, and what of it heavy schemas cause. */
function splitTable({ light, heavy, moreTokens, sharedProcessor, blocked, idle, longestBetween }: Split) {
  const ms = (value: number) => round(value, 1);
  const row = (name: string, of: Split["light"], longest: number) =>
    [name, of.steps, of.tokens, of.inSteps, of.worked, of.waited, of.idle, longest].map((value) =>
      typeof value === "number" ? ms(value) : value,
    );
  const columns = [
    "for a piece of text",
    "steps",
    "tokens",
    "ms in steps",
    "worked between",
    "no processor",
    "idle",
  ];
  return [
    table([
      [...columns, "longest between"],
      row("light schemas", light, longestBetween.light),
      row("heavy ones", heavy, longestBetween.heavy),
    ]),
    table([
      ["heavy more than light, ms", "more tokens", "processor shared", "thread blocked", "idle"],
      ["for a piece of text", ms(moreTokens), ms(sharedProcessor), ms(blocked), ms(idle)],
    ]),
  ].join("\n");
}
