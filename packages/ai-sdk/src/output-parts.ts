import type { LanguageModelV3StreamPart } from "@ai-sdk/provider";
import type { PreparedCall } from "./call-options.js";
import { beginningOfString, ToolOutputReader } from "./tool-output.js";

type Part = LanguageModelV3StreamPart;

/** Makes the parts of the SDK's stream out of an output that grows: text as it is, or a call or answer where there are tools. */
export class OutputParts {
  readonly #reader: ToolOutputReader | undefined;
  readonly #answersInText: boolean;
  /** Of the text or call that is open. */
  #id: string | undefined;
  #isCall = false;
  #hasCall = false;
  /** Characters of the answer or of the arguments that have been given. */
  #given = 0;

  constructor({ tools, answersInText }: Pick<PreparedCall, "tools" | "answersInText">) {
    this.#reader = tools === undefined ? undefined : new ToolOutputReader();
    this.#answersInText = answersInText;
  }

  /** Whether there is a whole call. */
  get hasCall(): boolean {
    return this.#hasCall;
  }

  /** Whether there is a call of which the end is missing. */
  get hasCutCall(): boolean {
    return this.#isCall && !this.#hasCall;
  }

  *push(text: string): Generator<Part, void, void> {
    if (this.#reader === undefined) {
      yield* this.#text(text);
    } else {
      this.#reader.push(text);
      yield* this.#read(this.#reader, false);
    }
  }

  /** @param isComplete false where the output was cut: then there is no whole call, and an answer is what there is of it */
  *end(isComplete: boolean): Generator<Part, void, void> {
    if (this.#reader !== undefined) {
      yield* this.#read(this.#reader, isComplete);
    }
    if (this.#id !== undefined && !this.#hasCall) {
      yield { type: this.#isCall ? "tool-input-end" : "text-end", id: this.#id };
    }
  }

  *#text(delta: string): Generator<Part, void, void> {
    if (delta === "") {
      return;
    }
    if (this.#id === undefined) {
      this.#id = crypto.randomUUID();
      yield { type: "text-start", id: this.#id };
    }
    yield { type: "text-delta", id: this.#id, delta };
  }

  *#read(reader: ToolOutputReader, isComplete: boolean): Generator<Part, void, void> {
    const output = reader.read(isComplete);
    if (output === undefined) {
      return;
    }
    if (output.type === "answer") {
      const text = this.#answersInText ? beginningOfString(output.json) : output.json;
      yield* this.#text(text.slice(this.#given));
      this.#given = text.length;
      return;
    }
    const { name: toolName, json: input } = output;
    if (this.#id === undefined) {
      this.#id = crypto.randomUUID();
      this.#isCall = true;
      yield { type: "tool-input-start", id: this.#id, toolName };
    }
    const id = this.#id;
    if (input.length > this.#given) {
      yield { type: "tool-input-delta", id, delta: input.slice(this.#given) };
      this.#given = input.length;
    }
    if (isComplete) {
      this.#hasCall = true;
      yield { type: "tool-input-end", id };
      yield { type: "tool-call", toolCallId: id, toolName, input };
    }
  }
}
