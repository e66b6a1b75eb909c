// A request of the page as others would send it.

/** @import { PageRequest } from "./types.js" */

/**
 * The body of `POST /v1/chat/completions` that gives the same output; the schema's text stays as it was written.
 *
 * @param {PageRequest} request
 * @param {string} indent
 */
function bodyText(request, indent) {
  const { model, messages, schema, max_tokens, temperature, seed } = request;
  const fields = [
    ["model", JSON.stringify(model)],
    ["messages", JSON.stringify(messages)],
    ["max_tokens", max_tokens],
    ["temperature", temperature],
    ...(seed === undefined ? [] : [["seed", seed]]),
    [
      "response_format",
      `{ "type": "json_schema", "json_schema": { "name": "answer", "strict": true, "schema": ${schema.trim()} } }`,
    ],
  ];
  const lines = fields.map(([name, value]) => `${indent}  "${name}": ${value}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

/** @param {PageRequest} request @param {string} base the server's address, with a slash at its end @param {boolean} hasKey */
export function curlOf(request, base, hasKey) {
  const quoted = bodyText(request, "").replaceAll("'", "'\\''");
  const key = hasKey ? '  -H "authorization: Bearer $GRAMMASK_API_KEY" \\\n' : "";
  return `curl ${base}v1/chat/completions \\\n${key}  -H "content-type: application/json" -d '${quoted}'`;
}

/** @param {PageRequest} request @param {string} base @param {boolean} hasKey */
export function typescriptOf(request, base, hasKey) {
  const key = hasKey ? "process.env.GRAMMASK_API_KEY" : '"none"';
  return `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${JSON.stringify(`${base}v1`)}, apiKey: ${key} });
const completion = await client.chat.completions.create(${bodyText(request, "")});
console.log(JSON.parse(completion.choices[0].message.content ?? ""));`;
}
