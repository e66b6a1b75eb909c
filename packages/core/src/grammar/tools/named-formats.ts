/** Formats in which the tool's name stands by itself, between markers, and the arguments are an object of JSON. */
import { choice, type GrammarNode, repeat, sequence, text } from "../tree.js";
import { argumentsNode, markerNode, type ParsedCalls, type ToolFormat, tokenMarker } from "./format.js";
import { behindJson, behindSpace, compactBeginning, compactJson } from "./json-text.js";
import { markerFormat } from "./marker-format.js";
import type { Tool, ToolCall } from "./types.js";

/** How a call is written: markers are special tokens, or their text. */
interface NamedSpec {
  /** What a run of calls begins and ends with; `end` undefined: with the last call. */
  readonly begin: string;
  readonly end?: string;
  /** What each call begins with; undefined: each has a `begin` of its own. */
  readonly open?: string;
  /** Between `open` and the name. */
  readonly beforeName?: readonly Piece[];
  /** Between the name and the arguments. */
  readonly beforeArguments: readonly Piece[];
  readonly afterArguments: readonly Piece[];
}

/** A marker, text, or a number from 0 on. */
type Piece = { readonly marker: string } | { readonly text: string } | { readonly number: true };

function nodeOf(piece: Piece): GrammarNode {
  if ("marker" in piece) return markerNode(tokenMarker(piece.marker));
  if ("text" in piece) return text(piece.text);
  return {
    kind: "regular",
    build: (arena) => arena.repeat(arena.codePoints(arena.sets.range(0x30, 0x39)), 1, 4),
  };
}

function namedFormat(spec: NamedSpec): ToolFormat {
  const { begin, end, open, beforeName = [], beforeArguments, afterArguments } = spec;
  const each = open === undefined ? markerNode(tokenMarker(begin)) : sequence();
  return markerFormat({
    begin: tokenMarker(begin),
    calls(tools, isMany, json) {
      const calls = tools.map((tool) =>
        sequence(
          ...beforeName.map(nodeOf),
          text(tool.name),
          ...beforeArguments.map(nodeOf),
          argumentsNode(tool, json),
          ...afterArguments.map(nodeOf),
        ),
      );
      const opening = open === undefined ? sequence() : markerNode(tokenMarker(open));
      const call = sequence(opening, choice(...calls));
      const line = repeat(text("\n"), 0, 1);
      const more = repeat(sequence(line, each, call), 0, isMany ? Number.POSITIVE_INFINITY : 0);
      const closing = end === undefined ? sequence() : sequence(line, markerNode(tokenMarker(end)));
      return sequence(call, isMany ? more : sequence(), closing);
    },
    parse: (source, offset, tools) => parseNamed(source, offset, tools, spec),
  });
}

function parseNamed(source: string, offset: number, tools: readonly Tool[], spec: NamedSpec): ParsedCalls {
  const { begin, end, open, beforeName = [], beforeArguments, afterArguments } = spec;
  const calls: ToolCall[] = [];
  const cut = { calls, end: source.length, isCut: true };
  // Longer names first: one may be the beginning of another.
  const names = tools.map(({ name }) => name).sort((x, y) => y.length - x.length);
  for (let at = offset; ; ) {
    at = behindSpace(source, at);
    if (open !== undefined) {
      if (!source.startsWith(open, at)) return cut;
      at += open.length;
    }
    at = behindPieces(source, at, beforeName);
    const name =
      at < 0
        ? undefined
        : names.find((one) => behindPieces(source, at, [{ text: one }, ...beforeArguments]) >= 0);
    if (name === undefined) return cut;
    const start = behindPieces(source, at, [{ text: name }, ...beforeArguments]);
    const stop = source[start] === "{" ? behindJson(source, start) : -1;
    const closed = stop < 0 ? -1 : behindPieces(source, stop, afterArguments);
    if (closed < 0) {
      const rest = compactBeginning(source.slice(start, stop < 0 ? source.length : stop));
      return rest === "" ? cut : { ...cut, open: { name, arguments: rest } };
    }
    calls.push({ name, arguments: compactJson(source.slice(start, stop)) });
    const next = behindSpace(source, closed);
    if (end !== undefined && source.startsWith(end, next))
      return { calls, end: next + end.length, isCut: false };
    const another = open ?? begin;
    if (!source.startsWith(another, next))
      return end === undefined ? { calls, end: closed, isCut: false } : cut;
    at = open === undefined ? next + begin.length : next;
  }
}

/** The offset behind pieces that stand at an offset; -1: they do not. */
function behindPieces(source: string, offset: number, pieces: readonly Piece[]): number {
  let at = offset;
  for (const piece of pieces) {
    if ("number" in piece) {
      const digits = /^[0-9]+/.exec(source.slice(at, at + 8))?.[0];
      if (digits === undefined) return -1;
      at += digits.length;
      continue;
    }
    const value = "marker" in piece ? piece.marker : piece.text;
    if (!source.startsWith(value, at)) return -1;
    at += value.length;
  }
  return at;
}

/** Mistral with tokenizers from v11 on: `[TOOL_CALLS]name[ARGS]{...}`, one behind the other. */
export const MISTRAL_V11 = namedFormat({
  begin: "[TOOL_CALLS]",
  beforeArguments: [{ marker: "[ARGS]" }],
  afterArguments: [],
});

/** DeepSeek V3 and R1. */
export const DEEPSEEK = namedFormat({
  begin: "<｜tool▁calls▁begin｜>",
  end: "<｜tool▁calls▁end｜>",
  open: "<｜tool▁call▁begin｜>",
  beforeName: [{ text: "function" }, { marker: "<｜tool▁sep｜>" }],
  beforeArguments: [{ text: "\n```json\n" }],
  afterArguments: [{ text: "\n```" }, { marker: "<｜tool▁call▁end｜>" }],
});

/** DeepSeek V3.1. */
export const DEEPSEEK_V31 = namedFormat({
  begin: "<｜tool▁calls▁begin｜>",
  end: "<｜tool▁calls▁end｜>",
  open: "<｜tool▁call▁begin｜>",
  beforeArguments: [{ marker: "<｜tool▁sep｜>" }],
  afterArguments: [{ marker: "<｜tool▁call▁end｜>" }],
});

/** Kimi K2. */
export const KIMI = namedFormat({
  begin: "<|tool_calls_section_begin|>",
  end: "<|tool_calls_section_end|>",
  open: "<|tool_call_begin|>",
  beforeName: [{ text: "functions." }],
  beforeArguments: [{ text: ":" }, { number: true }, { marker: "<|tool_call_argument_begin|>" }],
  afterArguments: [{ marker: "<|tool_call_end|>" }],
});
