import type { Context } from "hono";
import type { GenerationResult, TokenLogprob } from "../engine/engine.js";
import type { ErrorDetails } from "../errors.js";
import type { GenerationService, StartedJob } from "../generation/service.js";
import { readBody } from "../http/body.js";
import type { AppEnv } from "../http/env.js";
import { dataEvent, eventStream } from "../http/sse.js";
import { inputOf, kindOf, OutputReader } from "../tools/output.js";
import { type ToolPlan, toolFormat } from "../tools/plan.js";
import type { ToolDelta } from "../tools/reader.js";
import { newId } from "./ids.js";
import { logprobEntries } from "./logprobs.js";
import {
  callItem,
  messageItem,
  newResponse,
  type OutputItem,
  type ResponseHead,
  responseObject,
  textPart,
} from "./response-object.js";
import { planResponse, responseRequest } from "./responses-schema.js";
import { finishReasonOf } from "./usage.js";

/** `POST /v1/responses`. Nothing is stored: each request has the whole conversation. */
export async function responses(c: Context<AppEnv>, service: GenerationService): Promise<Response> {
  const body = await readBody(c, responseRequest, { isWhole: true });
  const { model, stream } = body.value;
  const { request, constraintParam, tools } = planResponse(body, await toolFormat(body.value, service));
  const job = { model, client: c.get("client"), requests: [request], constraintParam };
  const started = await service.start(job, c.req.raw.signal);
  const events = new ResponseEvents(newResponse(started.model, body.value), tools);
  if (stream === true) {
    return eventStream(c, {
      contentType: "text/event-stream",
      events: written(events.of(started)),
      failure: (details) => write(events.failure(details)),
    });
  }
  let last: ResponseEvent | undefined;
  for await (const event of events.of(started)) {
    last = event;
  }
  return c.json(last!.response as object);
}

/** The last one has the whole response. */
type ResponseEvent = { readonly type: string; readonly sequence_number: number; readonly response?: object };

async function* written(
  events: AsyncGenerator<ResponseEvent, void, void>,
): AsyncGenerator<string, void, void> {
  for await (const event of events) {
    yield write(event);
  }
}

function write(event: ResponseEvent): string {
  return dataEvent(event, event.type);
}

/** The events of a response: it, its items and their parts are opened, grow, and are closed. */
class ResponseEvents {
  readonly #head: ResponseHead;
  readonly #tools: ToolPlan | undefined;
  readonly #output: OutputItem[] = [];
  #sequence = 0;
  /** The message that is open, its text, and what is known of the tokens of it. */
  #message: { readonly id: string; text: string; readonly logprobs: TokenLogprob[] } | undefined;
  /** Of tokens of which it is not known yet whether they are text or a call. */
  #untold: TokenLogprob[] = [];

  constructor(head: ResponseHead, tools: ToolPlan | undefined) {
    this.#head = head;
    this.#tools = tools;
  }

  async *of({ events }: StartedJob): AsyncGenerator<ResponseEvent, void, void> {
    const response = () => responseObject(this.#head, this.#output);
    yield this.#event("response.created", { response: response() });
    yield this.#event("response.in_progress", { response: response() });
    const reader = new OutputReader(this.#tools);
    for await (const event of events) {
      this.#untold.push(...((event.type === "text" ? event.logprobs : undefined) ?? []));
      const deltas = event.type === "text" ? reader.push(event.text) : reader.end();
      for (const delta of deltas) {
        if (delta.type === "call") {
          this.#untold = [];
          yield* this.#call(delta);
        } else if (delta.text !== "") {
          yield* this.#text(delta.text);
        }
      }
      if (event.type === "result") {
        yield* this.#end(event.result);
      }
    }
  }

  /** The event that tells of a failure in the middle. */
  failure({ code, message }: ErrorDetails): ResponseEvent {
    return this.#event("response.failed", {
      response: { ...responseObject(this.#head, this.#output), status: "failed", error: { code, message } },
    });
  }

  *#text(text: string): Generator<ResponseEvent, void, void> {
    if (this.#message === undefined) {
      this.#message = { id: newId("msg_"), text: "", logprobs: [] };
      yield this.#added(messageItem(this.#message.id, undefined, "in_progress"));
      yield this.#event("response.content_part.added", { ...this.#place(), part: textPart("") });
    }
    const logprobs = this.#untold;
    this.#untold = [];
    this.#message.text += text;
    this.#message.logprobs.push(...logprobs);
    yield this.#event("response.output_text.delta", {
      ...this.#place(),
      delta: text,
      logprobs: logprobEntries(logprobs),
    });
  }

  *#closeMessage(status: "completed" | "incomplete"): Generator<ResponseEvent, void, void> {
    if (this.#message === undefined) {
      return;
    }
    const { id, text, logprobs } = this.#message;
    const part = textPart(text, logprobs);
    yield this.#event("response.output_text.done", { ...this.#place(), text, logprobs: part.logprobs });
    yield this.#event("response.content_part.done", { ...this.#place(), part });
    this.#message = undefined;
    yield this.#done(messageItem(id, part, status));
  }

  *#call(call: Extract<ToolDelta, { readonly type: "call" }>): Generator<ResponseEvent, void, void> {
    yield* this.#closeMessage("completed");
    const id = newId("fc_");
    yield this.#added(callItem(id, call, this.#tools, "in_progress"));
    const place = { item_id: id, output_index: this.#output.length };
    if (kindOf(call.name, this.#tools) === "custom") {
      const input = inputOf(call);
      yield this.#event("response.custom_tool_call_input.delta", { ...place, delta: input });
      yield this.#event("response.custom_tool_call_input.done", { ...place, input });
    } else {
      const { name, arguments: text } = call;
      yield this.#event("response.function_call_arguments.delta", { ...place, delta: text });
      yield this.#event("response.function_call_arguments.done", { ...place, name, arguments: text });
    }
    yield this.#done(callItem(id, call, this.#tools, "completed"));
  }

  *#end(result: GenerationResult): Generator<ResponseEvent, void, void> {
    const isCut = finishReasonOf(result) === "length";
    if (this.#message === undefined && this.#output.length === 0) {
      yield* this.#text("");
    }
    yield* this.#closeMessage(isCut ? "incomplete" : "completed");
    const response = responseObject(this.#head, this.#output, result);
    yield this.#event(isCut ? "response.incomplete" : "response.completed", { response });
  }

  #place() {
    return { item_id: this.#message!.id, output_index: this.#output.length, content_index: 0 };
  }

  #added(item: OutputItem): ResponseEvent {
    return this.#event("response.output_item.added", { output_index: this.#output.length, item });
  }

  #done(item: OutputItem): ResponseEvent {
    this.#output.push(item);
    return this.#event("response.output_item.done", { output_index: this.#output.length - 1, item });
  }

  #event(type: string, data: object): ResponseEvent {
    return { type, sequence_number: this.#sequence++, ...data };
  }
}
