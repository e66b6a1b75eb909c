import { element, OutputView } from "./output.js";
import { checkSchema, generate, listModels, RequestError } from "./requests.js";
import { curlOf, typescriptOf } from "./snippets.js";

/** How long nobody types before the schema is checked, in milliseconds. */
const TYPING_PAUSE = 300;

const at = (id) => document.getElementById(id);
const form = at("form");
const fields = {
  model: at("model"),
  example: at("example"),
  key: at("key"),
  system: at("system"),
  prompt: at("prompt"),
  schema: at("schema"),
  maxTokens: at("max-tokens"),
  temperature: at("temperature"),
  seed: at("seed"),
};
const output = new OutputView(at("tokens"), at("detail"));
let examples = [];
let running;
let checking;
let pause;

function say(where, text, kind = "") {
  const status = at(where);
  status.textContent = text;
  status.className = `status ${kind}`;
}

function request() {
  const system = fields.system.value.trim();
  return {
    model: fields.model.value,
    messages: [
      ...(system === "" ? [] : [{ role: "system", content: system }]),
      { role: "user", content: fields.prompt.value },
    ],
    schema: fields.schema.value,
    max_tokens: Number(fields.maxTokens.value),
    temperature: Number(fields.temperature.value),
    seed: fields.seed.value === "" ? undefined : Number(fields.seed.value),
  };
}

function showSnippets() {
  const hasKey = fields.key.value !== "";
  const base = new URL(".", document.baseURI).href;
  at("curl").textContent = curlOf(request(), base, hasKey);
  at("typescript").textContent = typescriptOf(request(), base, hasKey);
}

function describe(error) {
  if (error instanceof RequestError && error.status === 401) at("key-label").hidden = false;
  const { pointer, keyword, reason } = error.schema ?? {};
  if (pointer === undefined) return error.message;
  return `At ${pointer === "" ? "the root" : pointer}${keyword ? `, keyword ${keyword}` : ""}: ${reason}`;
}

function describeSummary({
  dialect,
  isDialectAssumed,
  enforced,
  annotationCount,
  annotations,
  approximatedFormats,
}) {
  const parts = [
    `Compiled as ${dialect}${isDialectAssumed ? " (assumed)" : ""}.`,
    enforced.length === 0 ? "Nothing is enforced but JSON." : `Enforced: ${enforced.join(", ")}.`,
  ];
  if (annotationCount > 0) {
    const some = annotations.map(({ pointer, keyword }) => `${pointer}/${keyword}`).join(", ");
    parts.push(`Without effect: ${some}${annotationCount > annotations.length ? " ..." : ""}.`);
  }
  if (approximatedFormats.length > 0)
    parts.push(`A subset of the format is accepted: ${approximatedFormats.join(", ")}.`);
  return parts.join(" ");
}

async function check() {
  checking?.abort();
  const mine = new AbortController();
  checking = mine;
  try {
    const summary = await checkSchema(fields.schema.value, fields.key.value, mine.signal);
    if (mine.signal.aborted) return;
    fields.schema.ariaInvalid = "false";
    say("schema-status", describeSummary(summary), "good");
  } catch (error) {
    if (mine.signal.aborted) return;
    fields.schema.ariaInvalid = String(error instanceof RequestError && error.status === 400);
    say("schema-status", describe(error), "bad");
  }
}

async function loadModels() {
  try {
    const models = await listModels(fields.key.value);
    fields.model.replaceChildren(...models.filter((id) => id !== "*").map((id) => new Option(id, id)));
    say("run-status", "Nothing has run yet.");
    showSnippets();
  } catch (error) {
    say("run-status", describe(error), "bad");
  }
}

function choose(id) {
  const example = examples.find((each) => each.id === id);
  fields.system.value = example.system;
  fields.prompt.value = example.prompt;
  fields.schema.value = example.schema;
  fields.maxTokens.value = example.maxTokens;
  fields.temperature.value = example.temperature;
  showSnippets();
  check();
}

const milliseconds = (value) =>
  value < 1000 ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : `${(value / 1000).toFixed(2)} s`;

function showTimings(entries) {
  const groups = entries.map(([name, value]) => {
    const group = element("div");
    group.append(element("dt", name), element("dd", value));
    return group;
  });
  at("timings").replaceChildren(...groups);
}

function finish(result, start, first) {
  const { usage, timings, finish_reason, grammask } = result;
  const total = performance.now() - start;
  const tokens = usage.completion_tokens;
  const short = grammask?.closed_early ?? [];
  const cut =
    finish_reason === "length"
      ? " The token budget ended it" +
        (short.length > 0 ? `, short at ${short.join(", ")}` : "") +
        "; it is whole all the same."
      : "";
  say("run-status", `Done: ${tokens} tokens, ${result.forced_tokens} of them forced.${cut}`, "good");
  showTimings([
    ["First token", milliseconds(first - start)],
    ["In all", milliseconds(total)],
    ["Tokens per second", (tokens / (total / 1000)).toFixed(1)],
    ["Reading the prompt", milliseconds(timings.prefill)],
    ["Steps of the model", milliseconds(timings.decode)],
    ["Masks", milliseconds(timings.mask)],
    ["Mask per token", milliseconds(tokens === 0 ? 0 : timings.mask / tokens)],
    ["Prompt tokens", String(usage.prompt_tokens)],
    ["Seed", String(result.seed)],
  ]);
}

async function run() {
  if (running !== undefined) return;
  const mine = new AbortController();
  running = mine;
  at("run").disabled = true;
  at("stop").disabled = false;
  output.clear();
  showTimings([]);
  say("run-status", "Running ...");
  const start = performance.now();
  let first = start;
  let count = 0;
  try {
    for await (const { type, data } of generate(request(), fields.key.value, mine.signal)) {
      mine.signal.throwIfAborted();
      if (count++ === 0) first = performance.now();
      if (type === "token") output.add(data);
      else if (type === "text") output.addText(data.text);
      else finish(data, start, first);
    }
  } catch (error) {
    if (mine.signal.aborted) say("run-status", `Stopped after ${count} tokens.`);
    else say("run-status", describe(error), "bad");
  } finally {
    running = undefined;
    at("run").disabled = false;
    at("stop").disabled = true;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
form.addEventListener("input", (event) => {
  showSnippets();
  if (event.target !== fields.schema) return;
  clearTimeout(pause);
  pause = setTimeout(check, TYPING_PAUSE);
});
fields.example.addEventListener("change", () => choose(fields.example.value));
fields.key.addEventListener("change", () => {
  loadModels();
  check();
});
at("measure").addEventListener("change", (event) => output.colourBy(event.target.value));
at("stop").addEventListener("click", () => running?.abort());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.reportValidity()) run();
  if (event.key === "Escape") running?.abort();
});

examples = await (await fetch(new URL("examples.json", import.meta.url))).json();
fields.example.replaceChildren(...examples.map(({ id, label }) => new Option(label, id)));
await loadModels();
choose(examples[0].id);
