import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningServer } from "../src/index.js";
import { post, runTiny, TINY } from "./running.js";

type Names<T> = T extends unknown ? keyof T & string : never;
/** Of a parameter: true where it does what it says, or says what is done in any case; else a value, which must be refused. */
type Known<T> = Record<Names<T>, unknown>;

/** All parameters that the client's types have: one that a later client adds does not type-check here. */
const CHAT: Known<OpenAI.ChatCompletionCreateParams> = {
  messages: true,
  model: true,
  audio: { format: "mp3", voice: "alloy" },
  frequency_penalty: true,
  function_call: "auto",
  functions: [{ name: "f" }],
  logit_bias: true,
  logprobs: true,
  max_completion_tokens: true,
  max_tokens: true,
  metadata: true,
  modalities: ["text", "audio"],
  n: true,
  parallel_tool_calls: true,
  prediction: { type: "content", content: "x" },
  presence_penalty: true,
  prompt_cache_key: true,
  prompt_cache_retention: true,
  reasoning_effort: "high",
  response_format: true,
  safety_identifier: true,
  seed: true,
  service_tier: "priority",
  stop: true,
  store: true,
  stream: true,
  stream_options: true,
  temperature: true,
  tool_choice: true,
  tools: true,
  top_logprobs: true,
  top_p: true,
  user: true,
  verbosity: "low",
  web_search_options: {},
};
const COMPLETIONS: Known<OpenAI.CompletionCreateParams> = {
  model: true,
  prompt: true,
  best_of: 3,
  echo: true,
  frequency_penalty: true,
  logit_bias: true,
  logprobs: true,
  max_tokens: true,
  n: true,
  presence_penalty: true,
  seed: true,
  stop: true,
  stream: true,
  stream_options: true,
  suffix: "x",
  temperature: true,
  top_p: true,
  user: true,
};
const RESPONSES: Known<
  // The last two are in the API, and not in the types of this client.
  OpenAI.Responses.ResponseCreateParams & { max_tool_calls?: number; top_logprobs?: number }
> = {
  background: true,
  context_management: [{ type: "compaction" }],
  conversation: "conv_1",
  include: ["web_search_call.results"],
  input: true,
  instructions: true,
  max_output_tokens: true,
  max_tool_calls: 2,
  metadata: true,
  model: true,
  parallel_tool_calls: true,
  previous_response_id: "resp_1",
  prompt: { id: "pmpt_1" },
  prompt_cache_key: true,
  prompt_cache_retention: true,
  reasoning: { effort: "high" },
  safety_identifier: true,
  service_tier: "flex",
  store: true,
  stream: true,
  stream_options: true,
  temperature: true,
  text: { verbosity: "low" },
  tool_choice: true,
  tools: true,
  top_logprobs: true,
  top_p: true,
  truncation: "auto",
  user: true,
};
/** For these, true is a value to be refused. */
const REFUSED = ["background", "echo", "store"];

const APIS = [
  ["/v1/chat/completions", { messages: [{ role: "user", content: "x" }] }, CHAT],
  ["/v1/completions", { prompt: "x" }, COMPLETIONS],
  ["/v1/responses", { input: "x" }, RESPONSES],
] as const;

let server: RunningServer;
beforeAll(async () => {
  // No request here comes to a model.
  server = await runTiny({ models: [{ source: TINY, id: "tiny", preload: false }] });
});
afterAll(() => server.close());

const errorOf = async (path: string, body: object) => {
  const answer = await post(server.url + path, body);
  const { error } = (await answer.json()) as { error: { param: string; message: string; code: string } };
  return { status: answer.status, ...error };
};

describe.each(APIS)("%s", (path, body, parameters) => {
  const isResponses = path === "/v1/responses";
  const refused = Object.entries(parameters).filter(
    ([name, value]) => value !== true || (REFUSED.includes(name) && !(isResponses && name === "store")),
  );

  it("refuses what it does not do by its name", async () => {
    for (const [name, value] of refused) {
      const error = await errorOf(path, { model: "tiny", ...body, [name]: value });
      expect(error).toMatchObject({ status: 400, param: expect.stringMatching(new RegExp(`^${name}\\b`)) });
      expect(error.message).not.toContain("Unrecognized");
    }
  });

  it("takes all of them as null, as clients send what they leave out", async () => {
    const own = ["model", ...Object.keys(body)];
    const nulls = Object.keys(parameters).filter((name) => !own.includes(name));
    const fields = { ...body, ...Object.fromEntries(nulls.map((name) => [name, null])) };
    // All is well but for the model.
    expect(await errorOf(path, { model: "none", ...fields })).toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });
});
