/** Calls of tools that are given a text and no arguments. */
import type { Tool, ToolOutput } from "./types.js";

/** What such a call begins with, whatever the format. */
export const TOOL_INPUT = '<tool_input name="';

/** What stands before the text. */
export function inputHeader({ name }: Tool): string {
  return `${TOOL_INPUT}${name}">\n`;
}

/** The call that an output is, or of which it is the beginning; undefined: it is none, or too short to tell. */
export function parseInput(source: string, tools: readonly Tool[]): ToolOutput | undefined {
  if (!source.startsWith(TOOL_INPUT) || tools.every(({ input }) => input === undefined)) return undefined;
  for (const tool of tools) {
    if (tool.input === undefined) continue;
    const header = inputHeader(tool);
    if (source.startsWith(header)) {
      const call = { name: tool.name, arguments: JSON.stringify({ input: source.slice(header.length) }) };
      return { content: "", reasoning: undefined, calls: [call], isCut: false };
    }
  }
  return { content: "", reasoning: undefined, calls: [], isCut: true };
}
