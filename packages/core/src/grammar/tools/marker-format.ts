import { textNotBeginningWith, textUntil, textWithout } from "../free-text.js";
import type { JsonSchemaOptions } from "../json-schema-options.js";
import { choice, type GrammarNode, optional, repeat, sequence, text, token } from "../tree.js";
import {
  type Marker,
  markerNode,
  type OutputRequest,
  type ParsedCalls,
  THINK,
  type ToolFormat,
} from "./format.js";
import { behindSpace } from "./json-text.js";
import type { Tool, ToolOutput } from "./types.js";

/** A format in which a marker begins the calls, and other text, if there is any, stands before it. */
export interface MarkerSpec {
  /** What a run of calls begins with. */
  readonly begin: Marker;
  /** Whether calls stand at the start of an output only, without other text before them. */
  readonly isAlone?: boolean;
  /** What may stand before `begin` where it is alone. */
  readonly lead?: Marker;
  /** All calls, behind `begin`: one, or if `isMany` any number from one on. */
  calls(tools: readonly Tool[], isMany: boolean, json: JsonSchemaOptions): GrammarNode;
  /** Reads calls from behind `begin` on. */
  parse(text: string, offset: number, tools: readonly Tool[]): ParsedCalls;
}

/** The format; reasoning stands between `<think>` and `</think>`. */
export function markerFormat(spec: MarkerSpec): ToolFormat {
  const { begin, lead, isAlone = false } = spec;
  return {
    ...(spec.isAlone === true ? {} : { begin: spec.begin.text }),
    output: (request) => withReasoning(request.reasoning, output(spec, request)),
    beginnings: { texts: [begin.text, (lead?.text ?? "") + begin.text], isAlone },
    parse: (source, tools, isOpen) => parseOutput(source, spec, tools, isOpen),
  };
}

function output(spec: MarkerSpec, request: OutputRequest): GrammarNode {
  const { tools, isCallRequired, isMany, json, reserved = [] } = request;
  const { begin, isAlone = false, lead } = spec;
  const strings = [begin.text, ...(lead === undefined ? [] : [lead.text]), ...reserved];
  const free = isAlone ? textNotBeginningWith(strings) : textWithout(strings);
  if (tools.length === 0) return free;
  const calls = spec.calls(tools, isMany, json);
  const alone = sequence(
    lead === undefined ? sequence() : optional(markerNode(lead)),
    markerNode(begin),
    calls,
  );
  if (isCallRequired) return alone;
  return choice(free, isAlone ? alone : sequence(until(begin, reserved), calls));
}

/** Text up to a marker, without some strings, and the marker. */
function until({ text: value, isToken }: Marker, reserved: readonly string[] = []): GrammarNode {
  const asText = textUntil([value], [value, ...reserved]);
  return isToken ? choice(asText, sequence(textWithout([value, ...reserved]), token(value))) : asText;
}

function withReasoning(kind: OutputRequest["reasoning"], body: GrammarNode): GrammarNode {
  if (kind === "none") return body;
  const rest = sequence(until(THINK.end), repeat(text("\n"), 0, 2));
  if (kind === "open") return sequence(rest, body);
  const whole = sequence(markerNode(THINK.begin), rest);
  return sequence(kind === "required" ? whole : optional(whole), body);
}

function parseOutput(source: string, spec: MarkerSpec, tools: readonly Tool[], isOpen: boolean): ToolOutput {
  const { begin, isAlone, lead } = spec;
  let reasoning: string | undefined;
  let offset = 0;
  if (isOpen || source.startsWith(THINK.begin.text)) {
    const from = isOpen ? 0 : THINK.begin.text.length;
    const end = source.indexOf(THINK.end.text, from);
    reasoning = source.slice(from, end < 0 ? source.length : end).trim();
    if (end < 0) return { content: "", reasoning, calls: [], isCut: true };
    offset = end + THINK.end.text.length;
    while (source[offset] === "\n") offset++;
  }
  let start = isAlone === true ? offset : source.indexOf(begin.text, offset);
  if (isAlone === true && lead !== undefined && source.startsWith(lead.text, start))
    start += lead.text.length;
  if (start < 0 || !source.startsWith(begin.text, start)) {
    return { content: source.slice(offset), reasoning, calls: [], isCut: false };
  }
  const { calls, end, isCut, open } = spec.parse(source, start + begin.text.length, tools);
  const before = isAlone === true ? "" : source.slice(offset, start).trimEnd();
  return { content: before + source.slice(behindSpace(source, end)), reasoning, calls, isCut, open };
}
