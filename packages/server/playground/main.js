import { element, OutputView } from "./output.js";
import { checkSchema, generate, listModels, RequestError } from "./requests.js";
import { curlOf, typescriptOf } from "./snippets.js";

/** @import { CompileSummary, Example, Measure, PageRequest, PageResult } from "./types.js" */

/** How long nobody types before the schema is checked, in milliseconds. */
const TYPING_PAUSE = 300;

/**
 * The element of the page with this id.
 *
 * @template {HTMLElement} T
 * @param {string} id @param {new () => T} type
 */
function at(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${id}.`);
  return found;
}

const form = at("form", HTMLFormElement);
const fields = {
  model: at("model", HTMLSelectElement),
  example: at("example", HTMLSelectElement),
  key: at("key", HTMLInputElement),
  system: at("system", HTMLTextAreaElement),
  prompt: at("prompt", HTMLTextAreaElement),
  schema: at("schema", HTMLTextAreaElement),
  maxTokens: at("max-tokens", HTMLInputElement),
  temperature: at("temperature", HTMLInputElement),
  seed: at("seed", HTMLInputElement),
};
const measure = at("measure", HTMLSelectElement);
const buttons = { run: at("run", HTMLButtonElement), stop: at("stop", HTMLButtonElement) };
const output = new OutputView(at("tokens", HTMLElement), at("detail", HTMLElement));
/** @type {AbortController | undefined} */
let running;
/** @type {AbortController | undefined} */
let checking;
let pause = 0;

/** @param {string} where @param {string} text */
function say(where, text, kind = "") {
  const status = at(where, HTMLElement);
  status.textContent = text;
  status.className = `status ${kind}`;
}

/** @returns {PageRequest} */
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
  at("curl", HTMLElement).textContent = curlOf(request(), base, hasKey);
  at("typescript", HTMLElement).textContent = typescriptOf(request(), base, hasKey);
}

/** @param {unknown} error */
function describe(error) {
  if (!(error instanceof RequestError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 401) at("key-label", HTMLElement).hidden = false;
  if (error.schema === undefined) return error.message;
  const { pointer, keyword, reason } = error.schema;
  return `At ${pointer === "" ? "the root" : pointer}${keyword ? `, keyword ${keyword}` : ""}: ${reason}`;
}

/** @param {CompileSummary} summary */
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

/** @param {Example | undefined} example */
function choose(example) {
  if (example === undefined) return;
  fields.system.value = example.system;
  fields.prompt.value = example.prompt;
  fields.schema.value = example.schema;
  fields.maxTokens.value = String(example.maxTokens);
  fields.temperature.value = String(example.temperature);
  showSnippets();
  check();
}

/** @param {number} value */
const milliseconds = (value) =>
  value < 1000 ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : `${(value / 1000).toFixed(2)} s`;

/** @param {readonly (readonly [string, string])[]} entries */
function showTimings(entries) {
  const groups = entries.map(([name, value]) => {
    const group = element("div");
    group.append(element("dt", name), element("dd", value));
    return group;
  });
  at("timings", HTMLElement).replaceChildren(...groups);
}

/** @param {PageResult} result @param {number} start @param {number} first */
function finish(result, start, first) {
  const { usage, timings, grammask } = result;
  const total = performance.now() - start;
  const tokens = usage.completion_tokens;
  const short = grammask?.closed_early;
  const places = short === undefined || short.length === 0 ? "" : `, short at ${short.join(", ")}`;
  const cut = short === undefined ? "" : ` The token budget ended it${places}; it is whole all the same.`;
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
  buttons.run.disabled = true;
  buttons.stop.disabled = false;
  output.clear();
  showTimings([]);
  say("run-status", "Running ...");
  const start = performance.now();
  let first = start;
  let count = 0;
  try {
    for await (const event of generate(request(), fields.key.value, mine.signal)) {
      mine.signal.throwIfAborted();
      if (count++ === 0) first = performance.now();
      if (event.type === "token") output.add(event.data);
      else if (event.type === "text") output.addText(event.data.text);
      else finish(event.data, start, first);
    }
  } catch (error) {
    if (mine.signal.aborted) say("run-status", `Stopped after ${count} tokens.`);
    else say("run-status", describe(error), "bad");
  } finally {
    running = undefined;
    buttons.run.disabled = false;
    buttons.stop.disabled = true;
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
fields.key.addEventListener("change", () => {
  loadModels();
  check();
});
measure.addEventListener("change", () => output.colourBy(/** @type {Measure} */ (measure.value)));
buttons.stop.addEventListener("click", () => running?.abort());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.reportValidity()) run();
  if (event.key === "Escape") running?.abort();
});

/** @type {Example[]} */
const examples = await (await fetch(new URL("examples.json", import.meta.url))).json();
fields.example.addEventListener("change", () => {
  choose(examples.find(({ id }) => id === fields.example.value));
});
fields.example.replaceChildren(...examples.map(({ id, label }) => new Option(label, id)));
await loadModels();
choose(examples[0]);
