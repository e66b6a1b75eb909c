import { compileTools, TOOL_INPUT, type ToolFormatName, type ToolOutput } from "@grammask/core";
import { isLark, type ToolPlan } from "./plan.js";

/** What an output says, as far as it is certain. */
export type ToolDelta =
  | { readonly type: "content"; readonly text: string }
  | { readonly type: "call"; readonly index: number; readonly name: string; readonly arguments: string };

/** What calls begin with; in other formats, text is told when the output has ended. */
const BEGINNINGS: Partial<Record<ToolFormatName, { readonly text: string; readonly isAlone: boolean }>> = {
  plain: { text: '{"name": ', isAlone: true },
  hermes: { text: "<tool_call>", isAlone: false },
};

/** Reads an output that may call tools as it grows: text at once, calls when they are whole. */
export class ToolReader {
  readonly #format: ToolFormatName;
  readonly #hasInputs: boolean;
  readonly #hasJsonContent: boolean;
  readonly #parse: (text: string) => ToolOutput;
  #text = "";
  #told = 0;
  #calls = 0;

  constructor({
    format,
    tools,
    hasJsonContent = false,
  }: Pick<ToolPlan, "format" | "tools" | "hasJsonContent">) {
    this.#format = format;
    this.#hasInputs = tools.some(isLark);
    this.#hasJsonContent = hasJsonContent;
    // To read calls, their schemas are not needed.
    const { parse } = compileTools(
      tools.map((tool) => (isLark(tool) ? { name: tool.name, input: "" } : { name: tool.name })),
      { format, ...(hasJsonContent ? { content: { schema: true } } : {}) },
    );
    this.#parse = parse;
  }

  push(text: string): ToolDelta[] {
    this.#text += text;
    if (this.#hasInputs && isBeginning(TOOL_INPUT, this.#text)) {
      return [];
    }
    const output = this.#parse(this.#text);
    return this.#news(output, this.#certainContent(output));
  }

  /** What was held back. */
  end(): ToolDelta[] {
    const output = this.#parse(this.#text);
    return this.#news(output, output.content);
  }

  #news({ calls }: ToolOutput, content: string): ToolDelta[] {
    const deltas: ToolDelta[] = [];
    if (content.length > this.#told) {
      deltas.push({ type: "content", text: content.slice(this.#told) });
      this.#told = content.length;
    }
    for (const call of calls.slice(this.#calls)) {
      deltas.push({ type: "call", index: this.#calls++, ...call });
    }
    return deltas;
  }

  /** The content that cannot turn out to be the beginning of a call. */
  #certainContent({ content, calls, isCut }: ToolOutput): string {
    const beginning = BEGINNINGS[this.#format];
    if (calls.length > 0) {
      return beginning === undefined ? content : withoutBeginning(content, beginning.text);
    }
    if (isCut || this.#hasJsonContent) {
      return content;
    }
    const text = this.#text;
    if (beginning === undefined) {
      return "";
    }
    if (beginning.isAlone) {
      return beginning.text.startsWith(text) ? "" : text;
    }
    // Space before a call belongs to it.
    return withoutBeginning(text, beginning.text).trimEnd();
  }
}

/** A text without the end that may become a beginning of something else. */
function withoutBeginning(text: string, beginning: string): string {
  for (let length = Math.min(text.length, beginning.length); length > 0; length--) {
    if (beginning.startsWith(text.slice(-length))) {
      return text.slice(0, -length);
    }
  }
  return text;
}

/** Whether a text goes on from a beginning, or may still become one that does. */
function isBeginning(beginning: string, text: string): boolean {
  return text.startsWith(beginning) || beginning.startsWith(text);
}
