import { textUntil, textWithout } from "../free-text.js";
import { choice, type GrammarNode, optional, sequence, text, token } from "../tree.js";
import { argumentsNode, markerNode, type OutputRequest, type ToolFormat, tokenMarker } from "./format.js";
import { behindJson, compactBeginning, compactJson } from "./json-text.js";
import type { Tool, ToolCall, ToolOutput } from "./types.js";

const [START, CHANNEL, CONSTRAIN, MESSAGE, END, CALL, RETURN] = [
  "<|start|>",
  "<|channel|>",
  "<|constrain|>",
  "<|message|>",
  "<|end|>",
  "<|call|>",
  "<|return|>",
] as const;

const mark = (name: string): GrammarNode => markerNode(tokenMarker(name));
/** Free text of a message: none of the tokens that mean something, as text. */
const FREE = textWithout([START, CHANNEL, MESSAGE, END, CALL, RETURN]);
const ENDED: GrammarNode = choice(
  textUntil([END], [START, CHANNEL, MESSAGE, END, CALL, RETURN]),
  sequence(FREE, token(END)),
);

/**
 * gpt-oss (harmony), behind `<|start|>assistant`: thinking in the channel `analysis`, then an answer in `final`, or one call
 * in `commentary`, with text in `commentary` before it or not. `<|call|>` and `<|return|>` end the output; where they are not
 * ends of sequence of the vocabulary, they are part of it.
 */
export const HARMONY: ToolFormat = { output, jsonContent, parse };

const channel = (name: string): GrammarNode => sequence(mark(CHANNEL), text(name), mark(MESSAGE));

function jsonContent(value: GrammarNode): GrammarNode {
  return sequence(channel("final"), value, optional(token(RETURN)));
}

function output({ tools, isCallRequired, reasoning, json }: OutputRequest): GrammarNode {
  const next = sequence(mark(START), text("assistant"));
  const calls = tools.map((tool) =>
    sequence(
      mark(CHANNEL),
      text(`commentary to=functions.${tool.name} `),
      mark(CONSTRAIN),
      text("json"),
      mark(MESSAGE),
      argumentsNode(tool, json),
      optional(token(CALL)),
    ),
  );
  const final = sequence(channel("final"), FREE, optional(token(RETURN)));
  const answer = isCallRequired ? choice(...calls) : choice(final, ...calls);
  const rest =
    tools.length === 0
      ? final
      : sequence(
          isCallRequired ? sequence() : optional(sequence(channel("commentary"), ENDED, next)),
          answer,
        );
  if (reasoning === "none") return rest;
  if (reasoning === "open") return sequence(ENDED, next, rest);
  const analysis = sequence(channel("analysis"), ENDED, next);
  return sequence(reasoning === "required" ? analysis : optional(analysis), rest);
}

function parse(source: string, tools: readonly Tool[], isOpen: boolean, hasJsonContent = false): ToolOutput {
  let reasoning: string | undefined;
  const content: string[] = [];
  const calls: ToolCall[] = [];
  let isCut = false;
  let open: ToolCall | undefined;
  const texts = isOpen ? `${CHANNEL}analysis${MESSAGE}${source}` : source;
  for (let at = texts.indexOf(CHANNEL); at >= 0; at = texts.indexOf(CHANNEL, at)) {
    const message = texts.indexOf(MESSAGE, at);
    if (message < 0) return { content: content.join("\n"), reasoning, calls, isCut: true };
    const header = texts.slice(at + CHANNEL.length, message);
    const start = message + MESSAGE.length;
    const name = /^commentary to=functions\.([A-Za-z0-9_.-]+) /.exec(header)?.[1];
    if (name !== undefined) {
      const end = texts[start] === "{" ? behindJson(texts, start) : -1;
      isCut = end < 0 || !tools.some((tool) => tool.name === name);
      if (isCut) {
        if (texts[start] === "{") open = { name, arguments: compactBeginning(texts.slice(start)) };
        break;
      }
      calls.push({ name, arguments: compactJson(texts.slice(start, end)) });
      at = end;
      continue;
    }
    if (hasJsonContent && header === "final") {
      // In the strings of the value the names of marks are text.
      const end = behindJson(texts, start);
      return { content: texts.slice(start, end < 0 ? texts.length : end), reasoning, calls, isCut: false };
    }
    const rest = texts.slice(start);
    const length = rest.search(/<\|(?:end|return|call|start)\|>/);
    const body = length < 0 ? rest : rest.slice(0, length);
    if (header === "analysis") {
      reasoning = body;
      isCut = length < 0;
    } else content.push(body);
    at = start + body.length;
  }
  return { content: content.join("\n"), reasoning, calls, isCut, open };
}
