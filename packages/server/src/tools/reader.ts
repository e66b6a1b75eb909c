import { type ToolDelta as CoreDelta, ToolReader as CoreReader, compileTools } from "@grammask/core";
import { isLark, type ToolPlan } from "./plan.js";

/** What an output says, as far as it is certain; the interfaces have no place for reasoning. */
export type ToolDelta = Exclude<CoreDelta, { readonly type: "reasoning" }>;

/** Reads an output that may call tools as it grows: text at once, calls when they are whole. */
export class ToolReader {
  readonly #reader: CoreReader;

  constructor({
    format,
    tools,
    hasJsonContent = false,
  }: Pick<ToolPlan, "format" | "tools" | "hasJsonContent">) {
    // To read calls, their schemas are not needed.
    const grammar = compileTools(
      tools.map((tool) => (isLark(tool) ? { name: tool.name, input: "" } : { name: tool.name })),
      { format, ...(hasJsonContent ? { content: { schema: true } } : {}) },
    );
    this.#reader = new CoreReader(grammar);
  }

  push(text: string): ToolDelta[] {
    return withoutReasoning(this.#reader.push(text));
  }

  /** What was held back. */
  end(): ToolDelta[] {
    return withoutReasoning(this.#reader.end());
  }
}

function withoutReasoning(deltas: readonly CoreDelta[]): ToolDelta[] {
  return deltas.filter((delta) => delta.type !== "reasoning");
}
