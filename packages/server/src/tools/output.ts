import type { ToolCall } from "@grammask/core";
import type { GenerationResult } from "../engine/engine.js";
import type { GivenTool, ToolPlan } from "./plan.js";
import { type ToolDelta, ToolReader } from "./reader.js";

/** Reads an output as it grows; without tools all of it is content. */
export class OutputReader {
  readonly #tools: ToolReader | undefined;
  /** How many calls there were. */
  calls = 0;

  constructor(plan: ToolPlan | undefined) {
    this.#tools =
      plan === undefined
        ? undefined
        : new ToolReader(
            plan.format,
            plan.tools.map(({ name }) => name),
          );
  }

  push(text: string): ToolDelta[] {
    return this.#tools === undefined ? [{ type: "content", text }] : this.#count(this.#tools.push(text));
  }

  end(): ToolDelta[] {
    return this.#count(this.#tools?.end() ?? []);
  }

  #count(deltas: ToolDelta[]): ToolDelta[] {
    this.calls += deltas.filter(({ type }) => type === "call").length;
    return deltas;
  }
}

/** What an output says. */
export function outputOf(
  { text }: GenerationResult,
  plan: ToolPlan | undefined,
): { readonly content: string; readonly calls: readonly ToolCall[] } {
  const reader = new OutputReader(plan);
  const deltas = [...reader.push(text), ...reader.end()];
  const content = deltas.map((delta) => (delta.type === "content" ? delta.text : "")).join("");
  return { content, calls: deltas.filter((delta) => delta.type === "call") };
}

/** Of a tool that was called. */
export function kindOf(name: string, plan: ToolPlan | undefined): GivenTool["kind"] {
  return plan?.tools.find((tool) => tool.name === name)?.kind ?? "function";
}

/** The input of a custom tool, which is the only one of its arguments. */
export function inputOf(call: ToolCall): string {
  const { input } = JSON.parse(call.arguments) as { readonly input: string };
  return input;
}
