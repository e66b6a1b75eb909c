// What `npm start` runs: three texts, three schemas, one small model on the CPU.
import { styleText } from "node:util";
import { type GenerateResult, loadModel, type Model } from "@grammask/onnx";
import { JsonPrinter } from "./json-printer.js";
import { readTask, type Task, taskNames } from "./task.js";

const inColor = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (style: Parameters<typeof styleText>[0]) => (text: string) =>
  inColor ? styleText(style, text) : text;
const [bold, dim, green, cyan, yellow] = [
  paint("bold"),
  paint("dim"),
  paint("green"),
  paint("cyan"),
  paint("yellow"),
];
const say = (line = "") => process.stdout.write(`${line}\n`);

interface Measured {
  readonly name: string;
  readonly constrained: GenerateResult;
  readonly free: GenerateResult;
}

const started = performance.now();
const model = await loadModel("smollm2-135m-instruct");
say(
  dim(
    `smollm2-135m-instruct, on the CPU of this machine, loaded in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  ),
);
const results: Measured[] = [];
for (const name of taskNames) results.push(await runTask(model, readTask(name)));
summary(results);
await model.dispose();

async function runTask(model: Model, task: Task): Promise<Measured> {
  say(`\n${bold(task.name)}`);
  for (const line of task.text.split("\n")) say(dim(`  │ ${line}`.trimEnd()));
  say();
  const printer = new JsonPrinter((text) => process.stdout.write(text), {
    key: cyan,
    string: green,
    literal: yellow,
  });
  const constrained = await model.generate({
    messages: task.messages,
    schema: task.schema,
    schemaOptions: task.schemaOptions,
    maxTokens: 400,
    onToken: ({ text }) => printer.push(text),
  });
  say(
    dim(
      `\n\n  ${constrained.finishReason}, ${constrained.usage.completionTokens} tokens, ${rate(constrained)} tokens/s`,
    ),
  );
  // The same prompt without the schema, as many tokens: what does the constraint cost?
  const free = await model.generate({
    messages: task.messages,
    maxTokens: constrained.usage.completionTokens,
  });
  return { name: task.name, constrained, free };
}

function summary(results: readonly Measured[]): void {
  const rows = results.map(({ name, constrained, free }) => [
    name,
    `${rate(constrained)} tokens/s`,
    `${rate(free)} tokens/s`,
    share(constrained),
    isJson(free.text) ? "JSON" : "not JSON",
  ]);
  const header = ["", "with the schema", "without", "masks took", "the output without"];
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("   ")
      .trimEnd();
  say(`\n${bold(line(header))}`);
  for (const row of rows) say(line(row));
}

/** The time after the prompt was read: the model's steps, masks and sampling. */
function decoding({ timings }: GenerateResult): number {
  return timings.decode + timings.mask + timings.sampling;
}

/** The prompt's pass gives the first token: each further one takes a step. */
function rate(result: GenerateResult): string {
  return ((1000 * (result.usage.completionTokens - 1)) / decoding(result)).toFixed(1);
}

/** How much of the decoding time the masks took. */
function share(result: GenerateResult): string {
  return `${((100 * result.timings.mask) / decoding(result)).toFixed(2)} %`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
