// `pnpm bench:devices`: the same generations on the CPU and on other devices: how often they agree, and how fast each is.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import {
  type Device,
  type GenerateRequest,
  type GenerateResult,
  loadModel,
  type Model,
} from "@grammask/onnx";
import { Clock, tokensPerSecond } from "../shared/clock.js";
import { describeMachine } from "../shared/machine.js";
import { Progress } from "../shared/progress.js";
import { median, round, table, writeResult } from "../shared/results.js";

const usage = `pnpm bench:devices [--devices cpu,webgpu] [--tasks 20] [--batches 1,4,8,16] [--tokens 128] [--gpu NAME]

Generates with tasks of the quality set, greedily, on each device; the first one is what the others are compared with.
  --devices LIST  cpu, cuda, webgpu, dml, coreml; "cuda:q4f16" names the type of the weights too
  --tasks N       how many tasks
  --batches LIST  how many sequences at once; 0 leaves this part out
  --tokens N      the most tokens of an output
  --model SOURCE  another model than the bundled one
  --gpu NAME      what the results call the graphics card
`;

interface Task {
  readonly instruction: string;
  readonly text: string;
  readonly schema: object;
}

interface BatchPoint {
  readonly sequences: number;
  readonly perSecond: number;
}

interface DeviceResult {
  readonly device: string;
  readonly dtype: string;
  readonly loadMilliseconds: number;
  /** Median over the tasks, prefill aside. */
  readonly tokensPerSecond: { readonly constrained: number; readonly free: number };
  /** Outputs that are the first device's, of so many tasks. */
  readonly sameText: number;
  readonly sameValue: number;
  readonly tasks: number;
  readonly batches: readonly BatchPoint[];
}

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    devices: { type: "string", default: "cpu,webgpu" },
    tasks: { type: "string", default: "20" },
    batches: { type: "string", default: "1,4,8,16" },
    tokens: { type: "string", default: "128" },
    model: { type: "string", default: "smollm2-135m-instruct" },
    gpu: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const maxTokens = Number(values.tokens);
const levels = values.batches.split(",").map(Number).filter(Boolean);
const tasksFile = new URL("../../quality/tasks/choose.json", import.meta.url);
const tasks = (JSON.parse(readFileSync(tasksFile, "utf8")) as Task[]).slice(0, Number(values.tasks));
const requests = tasks.map(
  ({ instruction, text, schema }): GenerateRequest => ({
    messages: [{ role: "user", content: `${instruction}\n\n${text}` }],
    schema,
    maxTokens,
  }),
);

const results: DeviceResult[] = [];
const skipped: Record<string, string> = {};
let reference: readonly GenerateResult[] | undefined;
for (const name of values.devices.split(",")) {
  try {
    const { outputs, ...result } = await measure(name);
    results.push(result);
    reference ??= outputs;
  } catch (thrown) {
    skipped[name] = thrown instanceof Error ? thrown.message : String(thrown);
    console.error(`SKIPPED ${name}: ${skipped[name]}`);
  }
}

console.log(
  table([
    ["device", "weights", "load ms", "tokens/s, schema", "tokens/s, free", "same text", "same value"],
    ...results.map((each) => [
      each.device,
      each.dtype,
      each.loadMilliseconds,
      each.tokensPerSecond.constrained,
      each.tokensPerSecond.free,
      `${each.sameText}/${each.tasks}`,
      `${each.sameValue}/${each.tasks}`,
    ]),
  ]),
);
if (levels.length > 0) {
  console.log("\nsequences per second, by how many there are at once");
  console.log(
    table([
      ["device", ...levels],
      ...results.map((each) => [each.device, ...each.batches.map(({ perSecond }) => perSecond)]),
    ]),
  );
}
writeResult("devices.json", {
  command: "pnpm bench:devices",
  machine: { ...describeMachine(), ...(values.gpu === undefined ? {} : { gpu: values.gpu }) },
  model: basename(values.model),
  maxTokens,
  devices: results,
  skipped,
});

async function measure(
  name: string,
): Promise<DeviceResult & { readonly outputs: readonly GenerateResult[] }> {
  const [device, dtype] = name.split(":") as [Device, string | undefined];
  const start = performance.now();
  const model = await loadModel(values.model, {
    device,
    ...(dtype === undefined ? {} : { dtype: dtype as "q4f16" }),
  });
  const loadMilliseconds = Math.round(performance.now() - start);
  try {
    // The first steps of each length make the device's programs; they are no part of what is compared.
    await model.generate(requests[0]!);
    const progress = new Progress(2 * requests.length + levels.length);
    const outputs: GenerateResult[] = [];
    const speeds = { constrained: [] as number[], free: [] as number[] };
    for (const request of requests) {
      outputs.push(await timed(model, request, speeds.constrained));
      progress.step(`${name}, with the schema`);
    }
    for (const { messages } of requests) {
      await timed(model, { messages: messages!, maxTokens, drafts: false }, speeds.free);
      progress.step(`${name}, free`);
    }
    const batches: BatchPoint[] = [];
    for (const sequences of levels) {
      const many = Array.from({ length: Math.max(requests.length, 2 * sequences) }, (_, i) => ({
        ...requests[i % requests.length]!,
        drafts: false,
      }));
      const begin = performance.now();
      await model.generateBatch(many, { concurrency: sequences });
      batches.push({ sequences, perSecond: round((1000 * many.length) / (performance.now() - begin), 2) });
      progress.step(`${name}, ${sequences} at once`);
    }
    const expected = reference ?? outputs;
    const same = (equal: (a: GenerateResult, b: GenerateResult) => boolean) =>
      outputs.filter((each, i) => equal(each, expected[i]!)).length;
    return {
      device: name,
      dtype: model.dtype,
      loadMilliseconds,
      tokensPerSecond: {
        constrained: round(median(speeds.constrained), 1),
        free: round(median(speeds.free), 1),
      },
      sameText: same((a, b) => a.text === b.text),
      sameValue: same((a, b) => JSON.stringify(a.value) === JSON.stringify(b.value)),
      tasks: requests.length,
      batches,
      outputs,
    };
  } finally {
    await model.dispose();
  }
}

/** Generates, and notes the tokens per second from the first to the last. */
async function timed(model: Model, request: GenerateRequest, speeds: number[]): Promise<GenerateResult> {
  const clock = new Clock();
  const result = await model.generate({ ...request, onToken: () => clock.tick() });
  const speed = tokensPerSecond(clock.decoding);
  if (speed !== undefined) speeds.push(speed);
  return result;
}
