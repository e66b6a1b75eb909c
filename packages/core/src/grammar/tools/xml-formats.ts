/** Formats whose arguments are XML. */
import { choice, type GrammarNode, optional, repeat, sequence, text } from "../tree.js";
import { type ParsedCalls, parametersOf, plainMarker, type ToolFormat } from "./format.js";
import { behindSpace, compactJson } from "./json-text.js";
import { markerFormat } from "./marker-format.js";
import type { Tool, ToolCall } from "./types.js";
import { XML_STYLES, type XmlStyle, xmlParameters, xmlProperties } from "./xml-parameters.js";

interface XmlSpec {
  readonly begin: string;
  readonly end: string;
  /** Before and behind the parameters of a call. */
  open(name: string): string;
  readonly close: string;
  readonly style: XmlStyle;
  /** Whether several calls stand between one `begin` and `end`. */
  readonly isShared: boolean;
}

const MANY = Number.POSITIVE_INFINITY;

function xmlFormat(spec: XmlSpec): ToolFormat {
  const { begin, end, open, close, style, isShared } = spec;
  return markerFormat({
    begin: plainMarker(begin),
    calls(tools, isMany, json) {
      const line = optional(text("\n"));
      const call = (tool: Tool): GrammarNode =>
        sequence(
          text(open(tool.name)),
          line,
          xmlParameters(parametersOf(tool.parameters), style, json),
          text(close),
        );
      const one = sequence(line, choice(...tools.map(call)), line);
      const more = isMany ? MANY : 0;
      if (isShared) return sequence(one, repeat(one, 0, more), text(end));
      const whole = sequence(one, text(end));
      return more === 0 ? whole : sequence(whole, repeat(sequence(line, text(begin), whole), 0, MANY));
    },
    parse: (source, offset, tools) => parseXml(source, offset, tools, spec),
  });
}

function parseXml(source: string, offset: number, tools: readonly Tool[], spec: XmlSpec): ParsedCalls {
  const { begin, end, open, close, isShared } = spec;
  const calls: ToolCall[] = [];
  const cut = { calls, end: source.length, isCut: true };
  const byLength = [...tools].sort((x, y) => y.name.length - x.name.length);
  for (let at = offset; ; ) {
    at = behindSpace(source, at);
    const tool = byLength.find(({ name }) => source.startsWith(open(name), at));
    if (tool === undefined) return cut;
    const read = parseParameters(source, at + open(tool.name).length, tool, spec);
    if (read === undefined || !source.startsWith(close, read.end)) return cut;
    let next = behindSpace(source, read.end + close.length);
    if (!isShared && !source.startsWith(end, next)) return cut;
    calls.push({ name: tool.name, arguments: read.json });
    if (source.startsWith(end, next)) {
      next += end.length;
      const again = behindSpace(source, next);
      if (isShared || !source.startsWith(begin, again)) return { calls, end: next, isCut: false };
      next = again + begin.length;
    }
    at = next;
  }
}

/** The parameters that stand at an offset, as an object of JSON; undefined: they are cut. */
function parseParameters(
  source: string,
  offset: number,
  tool: Tool,
  { style }: XmlSpec,
): { json: string; end: number } | undefined {
  const members: string[] = [];
  let at = behindSpace(source, offset);
  for (const { name, isString } of xmlProperties(parametersOf(tool.parameters))) {
    const begin = style.begin(name);
    if (!source.startsWith(begin, at)) continue;
    const start = at + begin.length;
    const end = source.indexOf(style.end, start);
    if (end < 0) return undefined;
    const value = source.slice(start, end);
    members.push(`${JSON.stringify(name)}:${isString ? JSON.stringify(value) : compactJson(value)}`);
    at = behindSpace(source, end + style.end.length);
  }
  return { json: `{${members.join(",")}}`, end: at };
}

/** Qwen3-Coder. */
export const QWEN3_CODER = xmlFormat({
  begin: "<tool_call>",
  end: "</tool_call>",
  open: (name) => `<function=${name}>`,
  close: "</function>",
  style: XML_STYLES.qwen_xml as XmlStyle,
  isShared: false,
});

/** GLM 4.5 and later. */
export const GLM = xmlFormat({
  begin: "<tool_call>",
  end: "</tool_call>",
  open: (name) => `${name}\n`,
  close: "",
  style: XML_STYLES.glm_xml as XmlStyle,
  isShared: false,
});

/** MiniMax M2. */
export const MINIMAX = xmlFormat({
  begin: "<minimax:tool_call>",
  end: "</minimax:tool_call>",
  open: (name) => `<invoke name="${name}">`,
  close: "</invoke>",
  style: XML_STYLES.minimax_xml as XmlStyle,
  isShared: true,
});
