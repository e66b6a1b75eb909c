import type { Part } from "./parts.js";

/** The part of the SDK's stream that is open: one at a time, each with a beginning and an end. */
export class OpenPart {
  #open: { readonly id: string; readonly kind: "text" | "reasoning" | "tool-input" } | undefined;

  /** More text or reasoning. */
  *text(kind: "text" | "reasoning", delta: string): Generator<Part, void, void> {
    if (delta === "") {
      return;
    }
    if (this.#open?.kind !== kind) {
      yield* this.close();
      this.#open = { id: crypto.randomUUID(), kind };
      yield { type: `${kind}-start`, id: this.#open.id };
    }
    yield { type: `${kind}-delta`, id: this.#open.id, delta };
  }

  /** More of the input of a tool, which begins here unless it is open. */
  *input(toolName: string, delta: string): Generator<Part, void, void> {
    if (this.#open?.kind !== "tool-input") {
      yield* this.close();
      this.#open = { id: crypto.randomUUID(), kind: "tool-input" };
      yield { type: "tool-input-start", id: this.#open.id, toolName };
    }
    if (delta !== "") {
      yield { type: "tool-input-delta", id: this.#open.id, delta };
    }
  }

  /** The end of the input that is open: the call is whole. */
  *call(toolName: string, input: string): Generator<Part, void, void> {
    const toolCallId = this.#open?.id ?? crypto.randomUUID();
    yield* this.close();
    yield { type: "tool-call", toolCallId, toolName, input };
  }

  *close(): Generator<Part, void, void> {
    if (this.#open !== undefined) {
      yield { type: `${this.#open.kind}-end`, id: this.#open.id };
      this.#open = undefined;
    }
  }
}
