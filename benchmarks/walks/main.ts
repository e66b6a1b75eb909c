// `pnpm walks`: outputs drawn at random from the masks, judged by validators.
import { createWriteStream, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { createGzip } from "node:zlib";
import { LimitedWorker } from "../shared/limited-worker.js";
import { describeMachine } from "../shared/machine.js";
import { Progress } from "../shared/progress.js";
import { readOptions, type WalksOptions } from "./options.js";
import { WalksSummary } from "./summary.js";
import { countTasks, type NamedTask, readTasks } from "./tasks.js";
import type { WalkerInput, WalkMessage, WalkTask } from "./worker.js";

try {
  const options = readOptions(process.argv.slice(2));
  if (options !== undefined) process.exitCode = await walks(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function walks(options: WalksOptions): Promise<number> {
  const { tokenizer, eos, patience, seed, threads, texts } = options;
  const summary = new WalksSummary();
  const progress = new Progress(countTasks(options));
  const output = texts === undefined ? undefined : createGzip();
  const file = output?.pipe(createWriteStream(texts!));
  const written =
    file && new Promise<void>((resolve, reject) => file.on("finish", resolve).on("error", reject));
  const started = performance.now();

  const walk = async (worker: LimitedWorker<WalkTask, WalkMessage>, task: NamedTask) => {
    const { part, id, schema } = task;
    const outputs: string[] = [];
    let walked = false;
    const trouble = await worker.run(task, (message) => {
      summary.add(part, id, schema, message);
      walked ||= message.type !== "refused";
      if (message.type === "walk") outputs.push(message.text);
    });
    if (trouble !== undefined) summary.addTrouble(part, id, schema, trouble.detail);
    if (walked) summary.addSchema(part);
    if (outputs.length > 0) output?.write(`${JSON.stringify({ id, schema, texts: outputs })}\n`);
    progress.step(`${summary.failures} failures: ${id}`);
  };
  // One generator for all threads: each takes the next task when it is done with one.
  const tasks = readTasks(options);
  const input: WalkerInput = { tokenizer, eos, patience };
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new LimitedWorker<WalkTask, WalkMessage>(
        new URL("./worker.js", import.meta.url),
        input,
        options.limitMs,
      );
      try {
        for await (const task of { [Symbol.asyncIterator]: () => ({ next: () => tasks.next() }) })
          await walk(worker, task);
      } finally {
        await worker.close();
      }
    }),
  );
  output?.end();
  await written;

  console.log(summary.report());
  for (const { id, what, detail, text } of summary.cases) {
    if (what !== "disputed" && what !== "limit")
      console.log(`${what.toUpperCase()} ${id}: ${detail}\n  ${text ?? ""}`);
  }
  if (options.json !== undefined) {
    const result = {
      command: "pnpm walks",
      options: {
        schemas: options.schemas,
        walks: options.walks,
        data: options.data.map((each) => basename(each)),
        dataWalks: options.dataWalks,
        patience,
        seed,
      },
      seconds: Math.round((performance.now() - started) / 1000),
      failures: summary.failures,
      parts: summary.parts,
      cases: summary.cases,
      machine: describeMachine(),
    };
    writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  return summary.failures > 0 ? 1 : 0;
}
