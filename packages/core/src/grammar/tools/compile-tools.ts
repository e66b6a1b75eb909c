import { compileTree } from "../context-free.js";
import { GrammarError } from "../errors.js";
import { TOOL_FORMATS } from "./formats.js";
import type { Tool, ToolGrammar, ToolOptions } from "./types.js";

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
  const root = format.output({
    tools: wanted === "none" ? [] : used,
    isCallRequired: wanted === "required" || typeof wanted === "object",
    isMany: parallel && typeof wanted !== "object",
    reasoning,
    json: options.json ?? {},
  });
  const grammar = compileTree(
    `tools (${name})`,
    { start: "output", rules: new Map([["output", root]]) },
    options,
  );
  return {
    grammar,
    format: name,
    parse: (source) => format.parse(source, tools, reasoning === "open"),
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
