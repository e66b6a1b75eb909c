import { compileTools, ToolReader } from "@grammask/core";
import { CallParts } from "./call-parts.js";
import { OpenPart } from "./open-part.js";
import type { OutputParts, Part } from "./parts.js";
import type { ToolPlan } from "./tools.js";

export function outputParts(plan: ToolPlan | undefined): OutputParts {
  return plan === undefined ? new TextParts() : new CallParts(plan.tools);
}

/** The output as it is. */
class TextParts implements OutputParts {
  readonly hasCall = false;
  readonly hasCutCall = false;
  readonly #part = new OpenPart();

  push(text: string): Generator<Part, void, void> {
    return this.#part.text("text", text);
  }

  end(): Generator<Part, void, void> {
    return this.#part.close();
  }
}

/** The reasoning in what comes before a JSON value. */
export class LeadInParts {
  readonly #reader: ToolReader;
  readonly #part = new OpenPart();

  /** @param isOpen whether the prompt has begun it */
  constructor(isOpen: boolean) {
    this.#reader = new ToolReader(compileTools([], { reasoning: isOpen ? "open" : "optional" }));
  }

  *push(text: string): Generator<Part, void, void> {
    for (const delta of this.#reader.push(text)) {
      if (delta.type === "reasoning") {
        yield* this.#part.text("reasoning", delta.text);
      }
    }
  }

  end(): Generator<Part, void, void> {
    return this.#part.close();
  }
}
