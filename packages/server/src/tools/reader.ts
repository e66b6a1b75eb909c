import { compileTools, type ToolFormatName, type ToolOutput } from "@grammask/core";

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
  readonly #parse: (text: string) => ToolOutput;
  #text = "";
  #told = 0;
  #calls = 0;

  /** @param names of the tools */
  constructor(format: ToolFormatName, names: readonly string[]) {
    this.#format = format;
    // To read calls, their schemas are not needed.
    const { parse } = compileTools(
      names.map((name) => ({ name })),
      { format },
    );
    this.#parse = parse;
  }

  push(text: string): ToolDelta[] {
    this.#text += text;
    const output = this.#parse(this.#text);
    return this.#news(output, output.calls.length > 0 || output.isCut ? output.content : this.#certain());
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

  /** The text that cannot turn out to be the beginning of a call. */
  #certain(): string {
    const text = this.#text;
    const beginning = BEGINNINGS[this.#format];
    if (beginning === undefined) {
      return "";
    }
    if (beginning.isAlone) {
      return beginning.text.startsWith(text) ? "" : text;
    }
    for (let length = Math.min(text.length, beginning.text.length); length > 0; length--) {
      if (beginning.text.startsWith(text.slice(-length))) {
        // Space before a call belongs to it.
        return text.slice(0, -length).trimEnd();
      }
    }
    return text.trimEnd();
  }
}
