import type { ToolCall } from "@grammask/core";
import type { GenerationResult } from "../engine/engine.js";
import type { GivenTool, ToolPlan } from "./plan.js";
import { type ToolDelta, ToolReader } from "./reader.js";

/** Reads an output as it grows; without tools all of it is content. */
export class OutputReader {
  readonly #tools: ToolReader | undefined;
  /** The tool whose input the whole output is, and that input. */
  readonly #direct: GivenTool | undefined;
  #input = "";
  /** How many calls there were. */
  calls = 0;

  constructor(plan: ToolPlan | undefined) {
    this.#direct = plan?.direct;
    this.#tools = plan === undefined || this.#direct !== undefined ? undefined : new ToolReader(plan);
  }

  push(text: string): ToolDelta[] {
    if (this.#direct !== undefined) {
      this.#input += text;
      return [];
    }
    return this.#tools === undefined ? [{ type: "content", text }] : this.#count(this.#tools.push(text));
  }

  end(): ToolDelta[] {
    if (this.#direct !== undefined) {
      const { name } = this.#direct;
      return this.#count([
        { type: "call", index: 0, name, arguments: JSON.stringify({ input: this.#input }) },
      ]);
    }
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
