import type { ToolFormatName } from "@grammask/core";
import { z } from "zod";
import type { GenerationRequest } from "../engine/engine.js";
import { invalid } from "../errors.js";
import type { GivenConstraint } from "../generation/given-constraint.js";
import type { Body } from "../http/body.js";
import { withInstructions } from "../tools/instructions.js";
import { type GivenTool, planTools, type ToolPlan, type ToolRequest, withContent } from "../tools/plan.js";
import {
  absent,
  defined,
  extensionField,
  labelFields,
  maxTokensField,
  only,
  optional,
  repetitionField,
  samplingFields,
  samplingRequest,
  schemaTelling,
  topLogprobsField,
} from "./fields.js";
import { type OpenAiMessage, toChatMessages } from "./messages.js";
import { jsonSchema, schemaConstraint } from "./structured.js";
import { allowedMode, grammarFormat, toolName } from "./tool-schema.js";

const part = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.enum(["input_text", "text"]), text: z.string() }),
    z.strictObject({
      type: z.literal("output_text"),
      text: z.string(),
      // What an answer had beside its text; clients send it back as they got it.
      annotations: optional(z.array(z.unknown())),
      logprobs: optional(z.array(z.unknown())),
      parsed: z.unknown().optional(),
    }),
    z.strictObject({ type: z.literal("refusal"), refusal: z.string() }),
  ],
  { error: "a text part is expected" },
);
const content = z.union([z.string(), z.array(part).min(1)], {
  error: "a text or a list of text parts is expected",
});
const itemId = optional(z.string());
const status = optional(z.string());

const messageItem = z.strictObject({
  type: optional(z.literal("message")),
  role: z.enum(["user", "assistant", "system", "developer"]),
  content,
  id: itemId,
  status,
  phase: itemId,
});
const callItem = z.strictObject({
  type: z.literal("function_call"),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
  id: itemId,
  status,
  namespace: itemId,
  parsed_arguments: z.unknown().optional(),
});
const customCallItem = z.strictObject({
  type: z.literal("custom_tool_call"),
  call_id: z.string(),
  name: z.string(),
  input: z.string(),
  id: itemId,
  status,
  namespace: itemId,
});
const outputItem = z.strictObject({
  type: z.enum(["function_call_output", "custom_tool_call_output"]),
  call_id: z.string(),
  output: content,
  id: itemId,
  status,
});
const inputItem = z.union([callItem, customCallItem, outputItem, messageItem]);

const textFormat = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text") }),
  z.strictObject({ type: z.literal("json_object") }),
  z.strictObject({
    type: z.literal("json_schema"),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "letters, digits, _ and - are expected, at most 64"),
    description: optional(z.string()),
    strict: optional(z.boolean()),
    schema: jsonSchema,
  }),
]);

const tool = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("function"),
    name: toolName,
    description: optional(z.string()),
    parameters: optional(jsonSchema),
    strict: optional(z.boolean()),
    defer_loading: optional(z.literal(false)),
  }),
  z.strictObject({
    type: z.literal("custom"),
    name: toolName,
    description: optional(z.string()),
    format: optional(
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("text") }),
        z.strictObject({ type: z.literal("grammar"), ...grammarFormat.shape }),
      ]),
    ),
    defer_loading: optional(z.literal(false)),
  }),
]);

const chosen = z.strictObject({ type: z.enum(["function", "custom"]), name: z.string() });

const LOGPROBS = "message.output_text.logprobs";
/** What is to be told beside the output. There is no reasoning here that could be encrypted. */
const included = z.enum([LOGPROBS, "reasoning.encrypted_content"], {
  error: `only ${LOGPROBS} and reasoning.encrypted_content here`,
});

const { user, metadata, store: _store, ...labels } = labelFields;

/** The body of `POST /v1/responses`. */
export const responseRequest = z.strictObject({
  model: z.string(),
  input: z.union([z.string().min(1), z.array(inputItem).min(1)], {
    error: "a text or a list of messages, calls and outputs of calls is expected",
  }),
  instructions: optional(z.string()),
  temperature: samplingFields.temperature,
  top_p: samplingFields.top_p,
  seed: samplingFields.seed,
  max_output_tokens: maxTokensField,
  text: optional(z.strictObject({ format: optional(textFormat), verbosity: only("medium") })),
  include: optional(z.array(included).max(8)),
  top_logprobs: topLogprobsField,
  tools: optional(z.array(tool).max(128)),
  tool_choice: optional(
    z.union([
      z.enum(["auto", "none", "required"]),
      chosen,
      z.strictObject({
        type: z.literal("allowed_tools"),
        mode: allowedMode,
        tools: z.array(chosen).min(1).max(128),
      }),
    ]),
  ),
  parallel_tool_calls: optional(z.boolean()),
  grammask: extensionField,
  stream: optional(z.boolean()),
  stream_options: optional(z.strictObject({ include_obfuscation: optional(z.literal(false)) })),
  store: optional(z.boolean()).describe("Responses are not stored in either case; the answer says so"),
  truncation: optional(z.literal("disabled")),
  background: optional(z.literal(false)),
  reasoning: optional(
    z.strictObject({
      effort: only("none"),
      summary: absent("nothing is reasoned"),
      generate_summary: absent("nothing is reasoned"),
    }),
  ),
  previous_response_id: absent("responses are not stored; send the whole conversation as input"),
  conversation: absent("conversations are not stored; send the whole conversation as input"),
  prompt: absent("prompts are not stored; send it as instructions"),
  context_management: absent("send what fits into the context"),
  max_tool_calls: absent("there are no tools that the server carries out"),
  user,
  metadata,
  ...labels,
});

export type ResponseRequest = z.output<typeof responseRequest>;

export interface ResponsePlan {
  readonly request: GenerationRequest;
  readonly constraintParam: string | undefined;
  readonly tools: ToolPlan | undefined;
}

/** @throws ApiError for fields that contradict each other */
export function planResponse(body: Body<ResponseRequest>, toolFormat: ToolFormatName): ResponsePlan {
  const fields = body.value;
  const given = formatOf(body);
  const tools = withContent(planTools(toolsOf(body), toolFormat), given);
  const constrained = tools ?? given;
  const messages = toChatMessages(messagesOf(fields));
  return {
    request: {
      messages: tools === undefined ? messages : withInstructions(messages, tools),
      ...samplingRequest(fields),
      ...defined({
        maxTokens: fields.max_output_tokens,
        // Log probabilities of a text that stands beside calls are told from theirs as they come.
        streamed: wantsLogprobs(fields) || fields.stream,
        constraint: constrained?.constraint,
        ...logprobsOf(fields),
        schemaInPrompt: schemaTelling(fields.grammask, constrained?.constraint),
        onRepetition: repetitionField(fields.grammask, constrained?.constraint),
      }),
    },
    constraintParam: constrained?.param,
    tools,
  };
}

function logprobsOf({ include, top_logprobs: top }: ResponseRequest) {
  if (wantsLogprobs({ include })) {
    return { logprobs: true, topLogprobs: top ?? 0 };
  }
  if (top !== undefined && top > 0) {
    throw invalid(
      "top_logprobs",
      `top_logprobs: only with ${LOGPROBS} in include`,
      "unsupported_combination",
    );
  }
  return {};
}

/** Whether the log probabilities of the text are to be told. */
export function wantsLogprobs({ include }: Pick<ResponseRequest, "include">): boolean {
  return include?.includes(LOGPROBS) === true;
}

function messagesOf({ input, instructions }: ResponseRequest): OpenAiMessage[] {
  const system: OpenAiMessage[] =
    instructions === undefined ? [] : [{ role: "system", content: instructions, name: undefined }];
  if (typeof input === "string") {
    return [...system, { role: "user", content: input, name: undefined }];
  }
  const messages = [...system, ...input.map(messageOf)];
  if (!messages.some(({ role }) => role !== "system")) {
    throw invalid("input", "input: at least one message that is not an instruction is expected");
  }
  return messages;
}

function messageOf(item: z.output<typeof inputItem>): OpenAiMessage {
  const nobody = {
    name: undefined,
    refusal: undefined,
    tool_calls: undefined,
    parsed: undefined,
    annotations: undefined,
    audio: undefined,
    function_call: undefined,
  };
  switch (item.type) {
    case "function_call": {
      const { call_id: id, name, arguments: text } = item;
      const call = { id, type: "function" as const, function: { name, arguments: text } };
      return { ...nobody, role: "assistant", content: "", tool_calls: [call] };
    }
    case "custom_tool_call": {
      const { call_id: id, name, input } = item;
      return {
        ...nobody,
        role: "assistant",
        content: "",
        tool_calls: [{ id, type: "custom", custom: { name, input } }],
      };
    }
    case "function_call_output":
    case "custom_tool_call_output":
      return { role: "tool", content: textOf(item.output), tool_call_id: item.call_id };
    default:
      return item.role === "assistant"
        ? { ...nobody, role: "assistant", content: textOf(item.content) }
        : { role: item.role, content: textOf(item.content), name: undefined };
  }
}

function textOf(value: z.output<typeof content>): string {
  return typeof value === "string"
    ? value
    : value.map((each) => (each.type === "refusal" ? each.refusal : each.text)).join("");
}

function formatOf(body: Body<ResponseRequest>): GivenConstraint | undefined {
  const format = body.value.text?.format;
  if (format === undefined || format.type === "text") {
    return undefined;
  }
  return format.type === "json_object"
    ? { constraint: { kind: "json-object" }, param: "text.format" }
    : schemaConstraint(body, ["text", "format", "schema"]);
}

function toolsOf(body: Body<ResponseRequest>): ToolRequest {
  const { tools = [], tool_choice, parallel_tool_calls } = body.value;
  const given = tools.map((each, i): GivenTool => {
    const { name, description } = each;
    const param = `tools[${i}]`;
    if (each.type === "function") {
      const parameters = body.textAt(["tools", i, "parameters"]);
      return { kind: "function", name, description, parameters, param };
    }
    const grammar = each.format?.type === "grammar" ? each.format : undefined;
    return { kind: "custom", name, description, grammar, param };
  });
  return { tools: given, ...choiceOf(tool_choice), parallel: parallel_tool_calls ?? true };
}

function choiceOf(choice: ResponseRequest["tool_choice"]): Pick<ToolRequest, "choice" | "allowed"> {
  if (typeof choice !== "object") {
    return { choice };
  }
  return choice.type === "allowed_tools"
    ? { choice: choice.mode, allowed: choice.tools.map(({ name }) => name) }
    : { choice: { name: choice.name } };
}
