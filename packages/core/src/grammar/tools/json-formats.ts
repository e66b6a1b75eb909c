/** Formats whose calls are JSON objects with a name and arguments. */
import { optional, repeat, sequence, text } from "../tree.js";
import { eachTool, type ParsedCalls, plainMarker, type ToolFormat, tokenMarker } from "./format.js";
import { behindJson, behindSpace, callOf, compactBeginning } from "./json-text.js";
import { markerFormat } from "./marker-format.js";
import type { Tool, ToolCall } from "./types.js";

const nameOf = ({ name }: Tool) => JSON.stringify(name);
const MANY = Number.POSITIVE_INFINITY;

/**
 * Reads JSON objects one after the other: `separator` between two, `closing` behind each (or none). `prefix` is what the
 * marker has taken of the first.
 */
function readObjects(
  source: string,
  offset: number,
  argumentsKey: string,
  { prefix = "", closing = "", separator = "" } = {},
): ParsedCalls {
  const calls: ToolCall[] = [];
  const cut = { calls, end: source.length, isCut: true };
  for (let at = offset - prefix.length; ; ) {
    const start = behindSpace(source, at);
    const end = source[start] === "{" ? behindJson(source, start) : -1;
    if (end < 0) return { ...cut, open: openCall(source.slice(start), argumentsKey) };
    const call = callOf(source.slice(start, end), argumentsKey);
    if (call === undefined) return cut;
    const closed = closing === "" ? end : behindSpace(source, end);
    if (!source.startsWith(closing, closed)) return cut;
    calls.push(call);
    at = closed + closing.length;
    const next = behindSpace(source, at);
    if (separator === "" ? source[next] !== "{" : !source.startsWith(separator, next)) {
      return { calls, end: next === source.length ? next : at, isCut: false };
    }
    at = next + separator.length;
  }
}

/** The call that an object says whose text is cut; undefined where its arguments have not begun. */
function openCall(json: string, argumentsKey: string): ToolCall | undefined {
  const [head = "", name = ""] =
    /^\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"[a-z]+"\s*:\s*(?=\{)/.exec(json) ?? [];
  if (!head.includes(`"${argumentsKey}"`)) return undefined;
  const rest = json.slice(head.length);
  // Behind the arguments the object of the call ends.
  const end = behindJson(rest, 0);
  return {
    name: JSON.parse(name) as string,
    arguments: compactBeginning(end < 0 ? rest : rest.slice(0, end)),
  };
}

/**
 * The plain format, for models that have not learned another: an output is text, or calls alone, each an object
 * `{"name": ..., "arguments": {...}}` on a line of its own.
 */
export const PLAIN: ToolFormat = markerFormat({
  begin: plainMarker('{"name": '),
  isAlone: true,
  calls(tools, isMany, json) {
    const call = eachTool(tools, json, (tool) => `${nameOf(tool)}, "arguments": `, "}");
    return isMany ? sequence(call, repeat(sequence(text('\n{"name": '), call), 0, MANY)) : call;
  },
  parse: (source, offset) => readObjects(source, offset, "arguments", { prefix: '{"name": ' }),
});

/** Hermes 2 Pro, Qwen 2.5 and 3: `<tool_call>`, a line with an object, `</tool_call>`; before them text. */
export const HERMES: ToolFormat = markerFormat({
  begin: plainMarker("<tool_call>"),
  calls(tools, isMany, json) {
    const line = optional(text("\n"));
    const object = eachTool(tools, json, (tool) => `{"name": ${nameOf(tool)}, "arguments": `, "}");
    const call = sequence(line, object, line, text("</tool_call>"));
    return isMany ? sequence(call, repeat(sequence(line, text("<tool_call>"), call), 0, MANY)) : call;
  },
  parse: (source, offset) =>
    readObjects(source, offset, "arguments", { closing: "</tool_call>", separator: "<tool_call>" }),
});

/**
 * Llama 3.1 to 3.3: an output is text, or calls alone, objects `{"name": ..., "parameters": {...}}` between which `; ` stands,
 * behind `<|python_tag|>` or not.
 */
export const LLAMA3: ToolFormat = markerFormat({
  begin: plainMarker('{"name": '),
  isAlone: true,
  lead: tokenMarker("<|python_tag|>"),
  calls(tools, isMany, json) {
    const call = eachTool(tools, json, (tool) => `${nameOf(tool)}, "parameters": `, "}");
    return isMany ? sequence(call, repeat(sequence(text('; {"name": '), call), 0, MANY)) : call;
  },
  parse: (source, offset) =>
    readObjects(source, offset, "parameters", { prefix: '{"name": ', separator: ";" }),
});

/** Mistral with tokenizers v3 to v7: `[TOOL_CALLS]` and a list of objects. */
export const MISTRAL: ToolFormat = markerFormat({
  begin: tokenMarker("[TOOL_CALLS]"),
  calls(tools, isMany, json) {
    const call = eachTool(tools, json, (tool) => `{"name": ${nameOf(tool)}, "arguments": `, "}");
    const list = isMany ? sequence(call, repeat(sequence(text(", "), call), 0, MANY)) : call;
    return sequence(optional(text(" ")), text("["), list, text("]"));
  },
  parse(source, offset) {
    const start = behindSpace(source, offset);
    if (source[start] !== "[") return { calls: [], end: source.length, isCut: true };
    const read = readObjects(source, start + 1, "arguments", { separator: "," });
    const behind = behindSpace(source, read.end);
    const closed = source[behind] === "]";
    return { ...read, end: closed ? behind + 1 : source.length, isCut: read.isCut || !closed };
  },
});
