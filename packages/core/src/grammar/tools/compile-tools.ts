import { partBuilder } from "../compose.js";
import { compileTree } from "../context-free.js";
import { GrammarError } from "../errors.js";
import { choice, type GrammarNode, sequence, text } from "../tree.js";
import type { OutputRequest, ToolFormat } from "./format.js";
import { besideJson, TOOL_FORMATS } from "./formats.js";
import { inputHeader, parseInput, TOOL_INPUT } from "./input-call.js";
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
  const request: OutputRequest = {
    tools: wanted === "none" ? [] : used.filter(({ input }) => input === undefined),
    isCallRequired: wanted === "required" || typeof wanted === "object",
    isMany: parallel && typeof wanted !== "object",
    reasoning,
    json: options.json ?? {},
  };
  checkSpecial(tools, options, name, format);
  const rules = new Map<string, GrammarNode>();
  const node = partBuilder(rules, options);
  const inputs = (wanted === "none" ? [] : used).filter(({ input }) => input !== undefined);
  rules.set(
    "output",
    choice(
      ...plainOutputs(format, request, options, inputs.length > 0),
      ...inputs.map((tool) => sequence(text(inputHeader(tool)), node(tool.input!))),
    ),
  );
  const grammar = compileTree(`tools (${name})`, { start: "output", rules }, options);
  return { grammar, format: name, parse: parser(format, tools, options) };
}

/** Outputs that call no tool with a text as its input. */
function plainOutputs(
  format: ToolFormat,
  request: OutputRequest,
  { content, json = {} }: ToolOptions,
  hasInputs: boolean,
): GrammarNode[] {
  const reserved = hasInputs ? [TOOL_INPUT] : [];
  if (content !== undefined) {
    const value: GrammarNode = { kind: "json", schema: content.schema, options: content.options ?? json };
    const answer = format.jsonContent?.(value) ?? value;
    const hasCalls = request.tools.length > 0;
    return hasCalls ? [answer, format.output({ ...request, isCallRequired: true })] : [answer];
  }
  const isNothing = request.isCallRequired && request.tools.length === 0;
  return isNothing ? [] : [format.output({ ...request, reserved })];
}

/** The way back from an output. */
function parser(
  format: ToolFormat,
  tools: readonly Tool[],
  { content, reasoning }: ToolOptions,
): (source: string) => ToolOutput {
  return (source) => {
    const input = parseInput(source, tools);
    if (input !== undefined) return input;
    const { begin } = format;
    if (content === undefined || begin === undefined || source.startsWith(begin)) {
      return format.parse(source, tools, reasoning === "open", content !== undefined);
    }
    // A JSON value; what is in its strings is no call.
    const isCut = begin.startsWith(source);
    return { content: isCut ? "" : source, reasoning: undefined, calls: [], isCut };
  };
}

/** @throws GrammarError where `content` or `input` do not go with the rest */
function checkSpecial(
  tools: readonly Tool[],
  { content, choice: wanted = "auto", reasoning = "none" }: ToolOptions,
  name: string,
  format: ToolFormat,
): void {
  const hasInputs = tools.some(({ input }) => input !== undefined);
  if (content === undefined && !hasInputs) return;
  const what = content === undefined ? "A tool's input" : "The content";
  if (reasoning !== "none") throw new GrammarError(`${what} cannot have a grammar where there is reasoning.`);
  if (content !== undefined && wanted !== "auto")
    throw new GrammarError('The content can have a schema where the choice is "auto" only.');
  if (hasInputs ? name === "harmony" : !besideJson(format))
    throw new GrammarError(`${what} cannot have a grammar in the format "${name}"; take another.`);
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
