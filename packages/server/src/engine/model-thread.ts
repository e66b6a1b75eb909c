/**
 * The thread of one model: it loads it, and generates what it is asked for. A step of the model keeps its thread busy for
 * some 10 to 250 ms; here nobody else waits for it.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { type ToolFormatName, toolFormatOf } from "@grammask/core";
import {
  type Alternative,
  connectModel,
  type GenerateResult,
  loadModel,
  type Model,
  type TokenLogprobs,
  type TokenPressure,
} from "@grammask/onnx";
import { GrammarStore } from "./compile-constraint.js";
import { type Constraint, constraintFields } from "./constraint.js";
import type { GenerationRequest, GenerationResult, MeasuredToken, TokenLogprob } from "./engine.js";
import { recordError } from "./error-record.js";
import { LoggedOutput } from "./logged-output.js";
import type { ModelCommand, ModelMessage, ModelThreadData } from "./messages.js";
import { lowerPriority } from "./thread-priority.js";
import { limitByWork } from "./work-limits.js";

const port = parentPort!;
const { source, options, limits, schemaInPrompt, lender } = workerData as ModelThreadData;
const grammars = new GrammarStore(limits);
const running = new Map<number, AbortController>();

const post = (message: ModelMessage) => port.postMessage(message);

try {
  const model = await (lender === undefined ? loadModel(source, options) : connectModel(lender));
  const { contextLength, device, dtype, vocabulary } = model;
  const bytes = await weightBytes(model.directory);
  if (lender !== undefined) {
    // For heavy constraints. The steps are taken by the thread that lends the weights.
    lowerPriority();
  }
  limitByWork();
  post({
    type: "loaded",
    info: {
      contextLength,
      device,
      dtype,
      bytes,
      vocabularySize: vocabulary.size,
      toolFormat: await toolFormat(model.directory),
    },
  });
  port.on("message", (command: ModelCommand) => void obey(model, command));
} catch (thrown) {
  post({ type: "not-loaded", error: recordError(thrown) });
  port.close();
}

async function obey(model: Model, command: ModelCommand): Promise<void> {
  if (command.type === "generate") {
    return generate(model, command.id, command.request);
  }
  if (command.type === "abort") {
    running.get(command.id)?.abort();
    return;
  }
  if (command.type === "lend") {
    model.lend(command.port);
    return;
  }
  await model.dispose();
  port.close();
}

async function generate(model: Model, id: number, request: GenerationRequest): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const { constraint, streamed: _, isHeavy: __, schemaInPrompt: ___, measured, ...fields } = request;
    // Who reads calls of tools from an output must see the special tokens that some models begin them with.
    const named = constraint?.kind === "tools";
    let said = "";
    const logged =
      request.streamed === true && (request.logprobs === true || request.topLogprobs !== undefined)
        ? new LoggedOutput((text) => post({ type: "text", id, text }))
        : undefined;
    const result = await model.generate({
      ...fields,
      ...(constraint === undefined ? {} : fieldsOf(constraint, request)),
      // What is delivered under a constraint keeps to it, whatever the stop strings.
      onStop: "complete",
      signal: controller.signal,
      ...(measured === undefined ? {} : measuring(model, id, measured)),
      ...(logged === undefined
        ? {}
        : {
            onLogprobs: (each: TokenLogprobs, index: number) =>
              logged.logprob(index, plainLogprob(each, model)),
          }),
      onToken: (token) => {
        if (measured !== undefined) {
          return;
        }
        const text = named && token.text === "" ? nameOf(token.id, model) : token.text;
        if (logged !== undefined) {
          said += text;
          logged.text(token.index, text);
        } else if (text !== "") {
          said += text;
          post({ type: "text", id, text });
        }
      },
    });
    logged?.end();
    post({ type: "result", id, result: { ...plain(result, model), ...(named ? { text: said } : {}) } });
  } catch (thrown) {
    post({ type: "error", id, error: recordError(thrown) });
  } finally {
    running.delete(id);
  }
}

/** The fields of a request whose tokens are posted as they are measured. */
function measuring(model: Model, id: number, alternatives: number) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const named = (all: readonly Alternative[]) =>
    all.slice(0, alternatives).map((each) => ({
      text: model.vocabulary.tokenText(each.id),
      probability: each.probability,
    }));
  const onPressure = (pressure: TokenPressure) => {
    const { id: tokenId, forced, removed, refused, logprob, maskedLogprob, confidence } = pressure;
    const bytes = model.vocabulary.tokenBytes(tokenId) ?? new Uint8Array(0);
    const text: MeasuredToken = {
      text: decoder.decode(bytes, { stream: true }),
      ...{ forced, removed, refused, logprob, maskedLogprob, confidence },
      allowed: named(pressure.allowed),
      removedTokens: named(pressure.removedTokens),
    };
    post({ type: "text", id, text });
  };
  return { report: { alternatives }, onPressure };
}

/** The name of a special token; nothing for tokens that are text. */
function nameOf(id: number, { vocabulary }: Model): string {
  return vocabulary.tokenBytes(id) === undefined ? vocabulary.tokenText(id) : "";
}

/** The format in which the model's chat template writes calls of tools. */
async function toolFormat(directory: string): Promise<ToolFormatName> {
  const files = ["chat_template.jinja", "tokenizer_config.json"];
  const texts = await Promise.all(
    files.map((file) => readFile(join(directory, file), "utf8").catch(() => "")),
  );
  return toolFormatOf(texts.join("\n"));
}

function fieldsOf(constraint: Constraint, { messages, schemaInPrompt: asked }: GenerationRequest) {
  if (constraint.kind === "grammar" || constraint.kind === "tools") {
    return { grammar: grammars.get(constraint) };
  }
  const telling = asked ?? schemaInPrompt;
  const tells = constraint.kind === "schema" && messages !== undefined && telling !== undefined;
  return { ...constraintFields(constraint, limits), ...(tells ? { schemaInPrompt: telling } : {}) };
}

function plain(result: GenerateResult, model: Model): GenerationResult {
  const { text, finishReason, captures, stopString, closedEarly, repetitions } = result;
  const { limit, seed, usage, logprobs } = result;
  const { prefill, decode, mask, longestGrammar } = result.timings;
  return {
    text,
    finishReason,
    captures,
    stopString,
    closedEarly: closedEarly?.values,
    repetitions: repetitions.map(({ pointer }) => pointer),
    limit: limit?.error.limit,
    seed,
    usage,
    timings: { prefill, decode, mask, longestGrammar },
    logprobs: logprobs?.map((each) => plainLogprob(each, model)),
  };
}

function plainLogprob({ id, logprob, top }: TokenLogprobs, model: Model): TokenLogprob {
  const token = (of: number, probability: number) => {
    const bytes = model.vocabulary.tokenBytes(of) ?? new Uint8Array(0);
    return { text: new TextDecoder().decode(bytes), bytes: [...bytes], logprob: probability };
  };
  return { ...token(id, logprob), top: top.map((each) => token(each.id, each.logprob)) };
}

/** The size of the files with weights. */
async function weightBytes(directory: string): Promise<number> {
  let bytes = 0;
  for (const file of await readdir(directory, { recursive: true })) {
    if (/\.onnx(_data.*)?$/.test(file)) {
      bytes += (await stat(join(directory, file))).size;
    }
  }
  return bytes;
}
