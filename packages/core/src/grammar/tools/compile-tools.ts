import { compileTree } from "../context-free.js";
import { GrammarError } from "../errors.js";
import { textNotBeginningWith, textUntil, textWithout } from "../free-text.js";
import { choice, type GrammarNode, optional, repeat, sequence, text, token } from "../tree.js";
import { type Marker, markerNode, type ToolFormat } from "./format.js";
import { TOOL_FORMATS } from "./formats.js";
import { behindSpace } from "./json-text.js";
import type { Tool, ToolGrammar, ToolOptions, ToolOutput } from "./types.js";

/**
 * Compiles tools to the grammar of outputs that may call them, in the way that a model has learned: free text, in which
 * nothing can look like a call without being one, and calls whose arguments match the tools' schemas.
 *
 * ```ts
 * const { grammar, parse } = compileTools([{ name: "weather", parameters: schema }], { format: "hermes" });
 * const matcher = new Matcher(grammar, vocabulary);
 * // ... generate ...
 * const { content, calls } = parse(new TextDecoder().decode(matcher.bytes));
 * ```
 *
 * @throws GrammarError where a tool's name is unfit or there twice, or the choice names none of them
 * @throws SchemaError and its kinds for the tools' schemas
 */
export function compileTools(tools: readonly Tool[], options: ToolOptions = {}): ToolGrammar {
  const { format: name = "plain", choice: wanted = "auto", parallel = true, reasoning = "none" } = options;
  const format = TOOL_FORMATS[name];
  if (format === undefined) {
    throw new GrammarError(
      `There is no format "${name}" of tool calls; take ${Object.keys(TOOL_FORMATS).join(", ")}.`,
    );
  }
  checkTools(tools);
  const used = typeof wanted === "object" ? tools.filter((tool) => tool.name === wanted.name) : tools;
  if (typeof wanted === "object" && used.length === 0)
    throw new GrammarError(`There is no tool "${wanted.name}" to choose.`);
  if (wanted === "required" && tools.length === 0)
    throw new GrammarError("A call is required, but there are no tools.");
  const body = output(format, used, wanted, parallel, options);
  const root = withReasoning(format, reasoning, body);
  const grammar = compileTree(
    `tools (${name})`,
    { start: "output", rules: new Map([["output", root]]) },
    options,
  );
  return {
    grammar,
    format: name,
    parse: (source) => parseOutput(source, format, tools, reasoning === "open"),
  };
}

function checkTools(tools: readonly Tool[]): void {
  const names = new Set<string>();
  for (const { name } of tools) {
    if (typeof name !== "string" || !/^[A-Za-z0-9_.-]{1,256}$/.test(name)) {
      throw new GrammarError(
        `The tool's name ${JSON.stringify(name)} is not of letters, digits, "_", "-" and ".".`,
      );
    }
    if (names.has(name)) throw new GrammarError(`There are two tools called "${name}".`);
    names.add(name);
  }
}

function output(
  format: ToolFormat,
  tools: readonly Tool[],
  wanted: ToolOptions["choice"],
  parallel: boolean,
  options: ToolOptions,
): GrammarNode {
  const { begin, isAlone } = format;
  const free = isAlone ? textNotBeginningWith([begin.text]) : textWithout([begin.text]);
  if (wanted === "none" || tools.length === 0) return free;
  const calls = format.calls(tools, parallel && typeof wanted !== "object", options.json ?? {});
  if (wanted !== "auto") return sequence(markerNode(begin), calls);
  return choice(free, sequence(isAlone ? markerNode(begin) : until(begin), calls));
}

/** Text up to a marker, and the marker. */
function until({ text: value, isToken }: Marker): GrammarNode {
  const asText = textUntil([value]);
  return isToken ? choice(asText, sequence(textWithout([value]), token(value))) : asText;
}

function withReasoning(format: ToolFormat, kind: ToolOptions["reasoning"], body: GrammarNode): GrammarNode {
  const { reasoning } = format;
  if (kind === undefined || kind === "none") return body;
  if (reasoning === undefined) throw new GrammarError("This format has no reasoning.");
  const rest = sequence(until(reasoning.end), repeat(text("\n"), 0, 2));
  if (kind === "open") return sequence(rest, body);
  const whole = sequence(markerNode(reasoning.begin), rest);
  return sequence(kind === "required" ? whole : optional(whole), body);
}

function parseOutput(
  source: string,
  format: ToolFormat,
  tools: readonly Tool[],
  isOpen: boolean,
): ToolOutput {
  const { begin, reasoning: think } = format;
  let reasoning: string | undefined;
  let offset = 0;
  if (think !== undefined && (isOpen || source.startsWith(think.begin.text))) {
    const from = isOpen ? 0 : think.begin.text.length;
    const end = source.indexOf(think.end.text, from);
    reasoning = source.slice(from, end < 0 ? source.length : end).trim();
    if (end < 0) return { content: "", reasoning, calls: [], isCut: true };
    offset = end + think.end.text.length;
    while (source[offset] === "\n") offset++;
  }
  const start = format.isAlone
    ? source.startsWith(begin.text, offset)
      ? offset
      : -1
    : source.indexOf(begin.text, offset);
  if (start < 0) return { content: source.slice(offset), reasoning, calls: [], isCut: false };
  const { calls, end, isCut } = format.parse(source, start + begin.text.length, tools);
  const behind = source.slice(behindSpace(source, end));
  return { content: source.slice(offset, start).trimEnd() + behind, reasoning, calls, isCut };
}
