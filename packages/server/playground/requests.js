// What the page asks its server for.

/** @import { CompileSummary, PageEvent, PageRequest, SchemaProblem } from "./types.js" */

/** An answer that is an error, in OpenAI's shape. */
export class RequestError extends Error {
  /** @param {number} status @param {{ message: string, code?: string, schema?: SchemaProblem }} error */
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.schema = error.schema;
  }
}

/** @param {string} path @param {{ key: string, body?: object, signal?: AbortSignal }} options */
async function ask(path, { key, body, signal }) {
  const headers = new Headers();
  if (key !== "") headers.set("authorization", `Bearer ${key}`);
  if (body !== undefined) headers.set("content-type", "application/json");
  const answer = await fetch(new URL(path, document.baseURI), {
    method: body === undefined ? "GET" : "POST",
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ?? null,
  });
  if (answer.ok) return answer;
  const { error } = await answer.json().catch(() => ({}));
  throw new RequestError(answer.status, error ?? { message: `The server answered ${answer.status}.` });
}

/** @param {string} key @returns {Promise<string[]>} */
export async function listModels(key) {
  /** @type {{ data: { id: string }[] }} */
  const { data } = await (await ask("v1/models", { key })).json();
  return data.map(({ id }) => id);
}

/**
 * What the compiler says of a schema.
 *
 * @param {string} schema @param {string} key @param {AbortSignal} signal
 * @returns {Promise<CompileSummary>}
 * @throws RequestError where it cannot be used
 */
export async function checkSchema(schema, key, signal) {
  return (await ask("playground/check", { key, body: { schema }, signal })).json();
}

/**
 * The events of an output.
 *
 * @param {PageRequest} body @param {string} key @param {AbortSignal} signal
 * @returns {AsyncGenerator<PageEvent, void, void>}
 * @throws RequestError
 */
export async function* generate(body, key, signal) {
  const answer = await ask("playground/generate", { key, body, signal });
  if (answer.body === null) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffered += value;
    const events = buffered.split("\n\n");
    buffered = events.pop() ?? "";
    for (const event of events) {
      const [, type, data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
      const parsed = JSON.parse(data);
      if (type === "error") throw new RequestError(200, parsed.error);
      yield/** @type {PageEvent} */ ({ type, data: parsed });
    }
  }
}
