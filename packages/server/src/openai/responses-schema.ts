import type { ToolFormatName } from "@grammask/core";
import { z } from "zod";
import type { GenerationRequest } from "../engine/engine.js";
import { invalid } from "../errors.js";
import type { GivenConstraint } from "../generation/given-constraint.js";
import type { Body } from "../http/body.js";
import { withInstructions } from "../tools/instructions.js";
import { type GivenTool, planTools, type ToolPlan, type ToolRequest, withContent } from "../tools/plan.js";
import {
  defined,
  extensionField,
  labelFields,
  maxTokensField,
  optional,
  samplingFields,
  samplingRequest,
  schemaTelling,
} from "./fields.js";
import { type OpenAiMessage, toChatMessages } from "./messages.js";
import { jsonSchema, schemaConstraint } from "./structured.js";
import { grammarFormat, toolName } from "./tool-schema.js";

const part = z.object({
  type: z.enum(["input_text", "output_text", "text"], { error: "a text part is expected" }),
  text: z.string(),
});
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
  }),
]);

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
  text: optional(z.strictObject({ format: optional(textFormat), verbosity: optional(z.string()) })),
  tools: optional(z.array(tool).max(128)),
  tool_choice: optional(
    z.union([
      z.enum(["auto", "none", "required"]),
      z.strictObject({ type: z.enum(["function", "custom"]), name: z.string() }),
    ]),
  ),
  parallel_tool_calls: optional(z.boolean()),
  grammask: extensionField,
  stream: optional(z.boolean()),
  stream_options: optional(z.strictObject({ include_obfuscation: optional(z.literal(false)) })),
  store: optional(z.boolean()).describe("Responses are not stored in either case; the answer says so"),
  truncation: optional(z.literal("disabled")),
  background: optional(z.literal(false)),
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
        streamed: fields.stream,
        constraint: constrained?.constraint,
        schemaInPrompt: schemaTelling(fields.grammask, constrained?.constraint),
      }),
    },
    constraintParam: constrained?.param,
    tools,
  };
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
  const nobody = { name: undefined, refusal: undefined, tool_calls: undefined };
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
  return typeof value === "string" ? value : value.map((each) => each.text).join("");
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
  const choice = typeof tool_choice === "object" ? { name: tool_choice.name } : tool_choice;
  return { tools: given, choice, parallel: parallel_tool_calls ?? true };
}
