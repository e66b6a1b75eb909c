/** Calls of tools as texts, for prompts. */
import { completionBytes } from "../automaton/completion.js";
import { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import { ItemCompletions } from "../automaton/context-free/item-completions.js";
import { jsonInTextOptions } from "../grammar/generation-options.js";
import { compileTools } from "../grammar/tools/compile-tools.js";
import type { Tool, ToolFormatName } from "../grammar/tools/types.js";
import { Vocabulary } from "../vocabulary/index.js";

let bytes: Vocabulary | undefined;

/** Of single bytes: the texts are the same whatever a model's tokens are. */
function byteVocabulary(): Vocabulary {
  const tokens: (Uint8Array | null)[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  bytes ??= Vocabulary.fromBytes([...tokens, null], { eosTokenIds: [256] });
  return bytes;
}

/**
 * A call of a tool as a model writes it, such as for a conversation in which it stands: the shortest output of the format
 * with just these arguments.
 *
 * @param args an object of JSON values
 * @throws GrammarError where the name is unfit or the format does not exist
 */
export function writeToolCall(
  name: string,
  args: Readonly<Record<string, unknown>>,
  format: ToolFormatName = "plain",
): string {
  const parameters = {
    type: "object",
    // Formats that are XML write strings as they are.
    properties: Object.fromEntries(
      Object.entries(args).map(([key, value]) => {
        return [key, typeof value === "string" ? { type: "string", const: value } : { const: value }];
      }),
    ),
    required: Object.keys(args),
    additionalProperties: false,
  };
  return exampleToolCall({ name, parameters }, format);
}

/** A call of a tool with arguments that are as short as they can be: what calls look like. @throws as `compileTools` */
export function exampleToolCall(tool: Tool, format: ToolFormatName = "plain"): string {
  const json = jsonInTextOptions({ whitespace: "spaced" });
  const { grammar } = compileTools([tool], { format, choice: { name: tool.name }, json });
  const vocabulary = byteVocabulary();
  const automaton = grammar.automatonFor?.(vocabulary) ?? grammar.automaton;
  if (!(automaton instanceof ItemAutomaton)) throw new TypeError("Not a context-free grammar");
  const completion = new ItemCompletions(automaton, vocabulary).of(automaton.start);
  return new TextDecoder().decode(completionBytes(completion));
}
