import { THINK } from "./format.js";
import { TOOL_FORMATS } from "./formats.js";
import { TOOL_INPUT } from "./input-call.js";
import type { ToolCall, ToolGrammar, ToolOutput } from "./types.js";

/** What an output says next, as far as it is certain. */
export type ToolDelta =
  | { readonly type: "content"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "call"; readonly index: number; readonly name: string; readonly arguments: string };

/**
 * Reads an output that may call tools as it grows: reasoning and text at once, but for what may become the beginning of a
 * call, and calls when they are whole.
 *
 * ```ts
 * const reader = new ToolReader(compileTools(tools, { format: "hermes" }));
 * for (const delta of reader.push("I will see. <tool_")) console.log(delta); // content: "I will see."
 * ```
 */
export class ToolReader {
  readonly #tools: Pick<ToolGrammar, "format" | "parse">;
  #text = "";
  #content = 0;
  #reasoning = 0;
  #calls = 0;
  #open: ToolCall | undefined;

  constructor(tools: Pick<ToolGrammar, "format" | "parse">) {
    this.#tools = tools;
  }

  /** The call in which the text ends, as far as its arguments go; see `ToolOutput.open`. */
  get open(): ToolCall | undefined {
    return this.#open;
  }

  /** @param text what follows; special tokens stand in it with their names */
  push(text: string): ToolDelta[] {
    this.#text += text;
    const output = this.#tools.parse(this.#text);
    return this.#news(output, this.#certainContent(output), this.#certainReasoning(output));
  }

  /** What was held back, at the end of the output. */
  end(): ToolDelta[] {
    const output = this.#tools.parse(this.#text);
    return this.#news(output, output.content, output.reasoning ?? "");
  }

  #news({ calls, open }: ToolOutput, content: string, reasoning: string): ToolDelta[] {
    const deltas: ToolDelta[] = [];
    if (reasoning.length > this.#reasoning) {
      deltas.push({ type: "reasoning", text: reasoning.slice(this.#reasoning) });
      this.#reasoning = reasoning.length;
    }
    if (content.length > this.#content) {
      deltas.push({ type: "content", text: content.slice(this.#content) });
      this.#content = content.length;
    }
    for (const call of calls.slice(this.#calls)) {
      deltas.push({ type: "call", index: this.#calls++, ...call });
    }
    this.#open = open;
    return deltas;
  }

  /** The text that cannot turn out to be the beginning of a call. */
  #certainContent({ content, calls, isCut, reasoning }: ToolOutput): string {
    // Text behind calls may become another one: it is told at the end.
    if (calls.length > 0) return content.slice(0, this.#content);
    if (isCut) return content;
    if (TOOL_INPUT.startsWith(this.#text)) return "";
    if (reasoning === undefined && THINK.begin.text.startsWith(this.#text)) return "";
    const beginnings = TOOL_FORMATS[this.#tools.format].beginnings;
    if (beginnings === undefined) return "";
    const { texts, isAlone } = beginnings;
    if (isAlone) return texts.some((text) => text.startsWith(content)) ? "" : content;
    // Space before a call belongs to it.
    return withoutBeginnings(content, texts).trimEnd();
  }

  #certainReasoning({ reasoning = "", content, calls }: ToolOutput): string {
    const isOpen = content === "" && calls.length === 0;
    return isOpen ? withoutBeginnings(reasoning, [THINK.end.text, "<|end|>"]).trimEnd() : reasoning;
  }
}

/** A text without an end that is the beginning of one of some strings. */
function withoutBeginnings(text: string, strings: readonly string[]): string {
  const longest = Math.max(...strings.map(({ length }) => length));
  for (let length = Math.min(text.length, longest); length > 0; length--) {
    if (strings.some((string) => string.startsWith(text.slice(-length)))) return text.slice(0, -length);
  }
  return text;
}
