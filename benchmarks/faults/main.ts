// `pnpm test:faults`: what goes wrong with a server in the open, done to `grammask serve` while other clients use it. Each
// fault has its documented answer, nothing hangs, and no other client gets a wrong answer.
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { ask, type Outcome } from "../server/client.js";
import { ServerProcess } from "../server/process.js";
import { requestsFor } from "../server/requests.js";
import { round, table } from "../shared/results.js";
import { HOSTILE_SCHEMAS } from "./hostile-schemas.js";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    model: { type: "string", default: "smollm2-135m-instruct" },
    bystanders: { type: "string", default: "3" },
    disconnects: { type: "string", default: "300" },
  },
});
const { model } = values;
const MAX_TOKENS = 48;
const PATH = "/v1/chat/completions";

interface Check {
  readonly name: string;
  readonly run: (server: ServerProcess) => Promise<string | undefined>;
}

/** Gives a complaint, or undefined. */
const CHECKS: readonly Check[] = [
  { name: "clients that go away in the middle", run: disconnects },
  { name: "bodies that are malformed", run: malformed },
  { name: "bodies that are too large", run: huge },
  { name: "clients that send byte by byte", run: slow },
  { name: "schemas that are hostile", run: hostile },
  { name: "more requests than the queue holds", run: overflow },
];

const rows: (string | number)[][] = [["fault", "seconds", "others: answers", "invalid", "lost", "result"]];
let failures = 0;
const args = ["--model", model, "--queue", "24", "--max-body", "1", "--compile-ms", "1000"];
const server = await ServerProcess.start(args);
for (const { name, run } of CHECKS) {
  await observe(name, () => run(server));
}
await observe("SIGTERM under load", sigterm, false);
console.log(table(rows));
process.exitCode = failures > 0 ? 1 : 0;

/** Runs a check while others use the server. */
async function observe(
  name: string,
  run: () => Promise<string | undefined>,
  othersMustLive = true,
): Promise<void> {
  const start = performance.now();
  let isOver = false;
  const outcomes: Outcome[] = [];
  const others = Array.from({ length: Number(values.bystanders) }, async (_, client) => {
    const requests = requestsFor(client);
    for (let i = 0; !isOver; i++) {
      outcomes.push(await ask(server.url, model, requests[i % requests.length]!, MAX_TOKENS));
      if (outcomes.at(-1)!.kind === "lost" && !othersMustLive) {
        return;
      }
    }
  });
  let complaint: string | undefined;
  try {
    complaint = await within(120_000, run());
  } catch (thrown) {
    complaint = String(thrown);
  }
  isOver = true;
  await Promise.all(others);
  const invalid = outcomes.filter((each) => each.kind === "answered" && !each.isValid).length;
  const lost = outcomes.filter((each) => each.kind === "lost").length;
  const harmed = invalid > 0 || (othersMustLive && lost > 0);
  const why = outcomes.find((each) => each.kind === "lost");
  const result =
    complaint ?? (harmed ? `others were harmed: ${why?.kind === "lost" ? why.reason : "invalid"}` : "ok");
  failures += result === "ok" ? 0 : 1;
  const answers = outcomes.filter((each) => each.kind === "answered").length;
  rows.push([name, round((performance.now() - start) / 1000, 1), answers, invalid, lost, result]);
  process.stderr.write(`${name}: ${result}\n`);
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`it hangs: no end after ${milliseconds} ms`)), milliseconds).unref();
  });
  return Promise.race([work, timeout]);
}

async function post(body: string | object, init: RequestInit = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(server.url + PATH, { method: "POST", body: text, ...init });
}

function chat(extra: object): object {
  return { model, messages: [{ role: "user", content: "Tell a long story." }], max_tokens: 400, ...extra };
}

async function disconnects(): Promise<string | undefined> {
  const count = Number(values.disconnects);
  for (let done = 0; done < count; done += 20) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 5 + 20 * i);
        const response = post(chat({ stream: i % 2 === 0 }), { signal: controller.signal });
        await response.then((answer) => answer.text()).catch(() => undefined);
      }),
    );
  }
  // Some 400 tokens each would take the model minutes.
  const start = performance.now();
  const others = Number(values.bystanders);
  while ((await server.metric("grammask_running")) + (await server.metric("grammask_waiting")) > others) {
    if (performance.now() - start > 10_000) {
      return "generations of clients that went away go on";
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}

async function malformed(): Promise<string | undefined> {
  const bodies = [
    "",
    "{",
    "[]",
    "null",
    '{"model":',
    "\u0000",
    `${"[".repeat(100_000)}`,
    '{"model":1}',
    "x".repeat(1000),
  ];
  for (const body of bodies) {
    const { status } = await post(body);
    if (status !== 400) {
      return `${status} for the body ${body.slice(0, 20)}`;
    }
  }
  const raw = await sendRaw("POST /v1/chat/completions HTTP/1.1\r\nbroken header\r\n\r\n");
  return raw.startsWith("HTTP/1.1 400") ? undefined : `not 400 for a broken header: ${raw.slice(0, 40)}`;
}

function sendRaw(text: string): Promise<string> {
  const { port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => resolve(answer));
    socket.on("close", () => resolve(answer));
  });
}

async function huge(): Promise<string | undefined> {
  const { status } = await post(chat({ user: "x".repeat(3 << 20) })).catch(() => ({ status: 413 }));
  if (status !== 413) {
    return `${status} for 3 MiB`;
  }
  // Without a length, and without end.
  return new Promise((resolve) => {
    const outgoing = request(server.url + PATH, { method: "POST" }, (incoming) => {
      incoming.resume();
      clearInterval(pour);
      outgoing.destroy();
      resolve(incoming.statusCode === 413 ? undefined : `${incoming.statusCode} for an endless body`);
    });
    outgoing.on("error", () => {
      clearInterval(pour);
      resolve(undefined);
    });
    const pour = setInterval(() => outgoing.write("x".repeat(1 << 16)), 5);
  });
}

async function slow(): Promise<string | undefined> {
  const { port } = new URL(server.url);
  const sockets: Socket[] = [];
  const closed = Array.from({ length: 200 }, (_, i) => {
    const socket = connect(Number(port), "127.0.0.1");
    sockets.push(socket);
    const head =
      i % 2 === 0 ? `POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n` : "POST / HTTP/1.1\r\n";
    socket.write(head);
    const drip = setInterval(() => socket.write(i % 2 === 0 ? " " : "x"), 1000);
    return new Promise<void>((resolve) => {
      socket.resume();
      socket.on("error", () => undefined);
      socket.on("close", () => {
        clearInterval(drip);
        resolve();
      });
    });
  });
  // The server's limits are 10 s for the head and 30 s for the whole of a request.
  const all = Promise.all(closed).then(() => true);
  const ended = await Promise.race([
    all,
    new Promise<false>((resolve) => setTimeout(() => resolve(false), 45_000)),
  ]);
  for (const socket of sockets) {
    socket.destroy();
  }
  return ended ? undefined : "slow clients are not sent away";
}

async function hostile(): Promise<string | undefined> {
  for (const [name, schema] of Object.entries(HOSTILE_SCHEMAS)) {
    const start = performance.now();
    const text = typeof schema === "string" ? schema : JSON.stringify(schema);
    const format = `{"type":"json_schema","json_schema":{"name":"s","schema":${text}}}`;
    const body = JSON.stringify(chat({ max_tokens: 32 })).replace(/\}$/, `,"response_format":${format}}`);
    const { status } = await post(body);
    if (status !== 200 && status !== 400 && status !== 413) {
      return `${status} for ${name}`;
    }
    if (performance.now() - start > 60_000) {
      return `${name} took ${Math.round(performance.now() - start)} ms`;
    }
  }
  return undefined;
}

async function overflow(): Promise<string | undefined> {
  const statuses = await Promise.all(
    Array.from({ length: 80 }, async () => {
      const answer = await post(chat({ max_tokens: 24 }));
      await answer.text();
      return { status: answer.status, retryAfter: answer.headers.get("retry-after") };
    }),
  );
  const full = statuses.filter(({ status }) => status === 429);
  const wrong = statuses.find(
    ({ status, retryAfter }) => ![200, 429].includes(status) || (status === 429 && !retryAfter),
  );
  if (wrong !== undefined) {
    return `${wrong.status}, retry-after ${wrong.retryAfter}`;
  }
  return full.length > 0 ? undefined : "80 requests at once are not too many";
}

async function sigterm(): Promise<string | undefined> {
  const started = await Promise.all(
    Array.from({ length: 4 }, () =>
      post(chat({ max_tokens: 60, stream: true, messages: [{ role: "user", content: "Hi" }] })),
    ),
  );
  const texts = started.map((answer) => answer.text());
  const code = await server.stop();
  const whole = (await Promise.all(texts)).every((text) => text.endsWith("data: [DONE]\n\n"));
  if (!whole) {
    return "an answer that had begun was not ended";
  }
  return code === 0 ? undefined : `exit code ${code}`;
}
