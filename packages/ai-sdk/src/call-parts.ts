import { type ToolDelta, type ToolGrammar, ToolReader } from "@grammask/core";
import { OpenPart } from "./open-part.js";
import type { OutputParts, Part } from "./parts.js";

/** The parts of an output with reasoning, text and calls; see `CallPlan`. */
export class CallParts implements OutputParts {
  readonly #reader: ToolReader;
  readonly #part = new OpenPart();
  /** Of the open call: characters of its input that have been given. */
  #given = 0;
  #isOpen = false;
  #calls = 0;

  constructor(tools: ToolGrammar) {
    this.#reader = new ToolReader(tools);
  }

  get hasCall(): boolean {
    return this.#calls > 0;
  }

  get hasCutCall(): boolean {
    return this.#isOpen;
  }

  *push(text: string): Generator<Part, void, void> {
    yield* this.#read(this.#reader.push(text));
    const { open } = this.#reader;
    if (open !== undefined) {
      this.#isOpen = true;
      yield* this.#part.input(open.name, open.arguments.slice(this.#given));
      this.#given = Math.max(this.#given, open.arguments.length);
    }
  }

  *end(): Generator<Part, void, void> {
    yield* this.#read(this.#reader.end());
    yield* this.#part.close();
  }

  *#read(deltas: readonly ToolDelta[]): Generator<Part, void, void> {
    for (const delta of deltas) {
      if (delta.type === "call") {
        const { name, arguments: input } = delta;
        yield* this.#part.input(name, input.slice(this.#given));
        yield* this.#part.call(name, input);
        this.#calls++;
        this.#given = 0;
        this.#isOpen = false;
      } else {
        yield* this.#part.text(delta.type === "content" ? "text" : "reasoning", delta.text);
      }
    }
  }
}
