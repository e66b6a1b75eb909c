import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { randomTree } from "../../test/random-trees.js";
import { recognises } from "../../test/tree-recogniser.js";
import { randomNumbers, randomWalk } from "../../test/walk.js";
import { compileTools, GrammarError, Matcher, type ToolFormatName } from "../index.js";
import { compileTree } from "./context-free.js";

/** How many outputs are drawn of each kind; more with `GRAMMASK_GRAMMAR_WALKS=50000`. */
const WALKS = Number(process.env.GRAMMASK_GRAMMAR_WALKS ?? 300);
const WALKS_A_GRAMMAR = 10;

const FORMATS: readonly ToolFormatName[] = [
  "plain",
  "hermes",
  "qwen3-coder",
  "glm",
  "minimax",
  "llama3",
  "mistral",
  "mistral-v11",
  "deepseek",
  "deepseek-v3.1",
  "kimi",
  "harmony",
];

describe("random walks", () => {
  it("through random grammars end in texts that a plain recogniser finds", () => {
    const vocabulary = byteVocabulary(["aa", "ab", "ba", "aba", "bbb"]);
    let walks = 0;
    // More grammars than needed: some have no text.
    for (const tree of fc.sample(randomTree, {
      seed: 21,
      numRuns: Math.ceil((2 * WALKS) / WALKS_A_GRAMMAR),
    })) {
      if (walks >= WALKS) break;
      let grammar: ReturnType<typeof compileTree>;
      try {
        grammar = compileTree("test", tree);
      } catch (error) {
        if (error instanceof GrammarError) continue;
        throw error;
      }
      for (let i = 0; i < WALKS_A_GRAMMAR; i++, walks++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), randomNumbers(walks), 8);
        if (text.length <= 30)
          expect(recognises(tree, text), `${JSON.stringify([...tree.rules])} ${text}`).toBe(true);
      }
    }
    expect(walks).toBeGreaterThanOrEqual(WALKS);
  }, 3_600_000);

  it("through tool calls end in calls whose arguments a validator accepts", () => {
    const parameters = {
      type: "object",
      properties: {
        text: { type: "string", maxLength: 6 },
        kind: { enum: ["a", "b"] },
        list: { type: "array", items: { type: "integer", minimum: 0 }, maxItems: 3 },
      },
      required: ["text"],
      additionalProperties: false,
    };
    const validate = new Ajv2020().compile(parameters);
    const vocabulary = byteVocabulary(["<tool_call>", "</tool_call>", '{"', '"}', "</", "\n<", "<|", "|>"]);
    const tools = [
      { name: "f", parameters },
      { name: "f2", parameters },
    ];
    let calls = 0;
    for (const [k, format] of FORMATS.entries()) {
      // Numbers that the validator, which computes with doubles, can tell.
      const json = { numbers: "plain" } as const;
      const { grammar, parse } = compileTools(tools, {
        json,
        format,
        choice: "required",
        reasoning: "optional",
      });
      for (let i = 0; i < Math.ceil(WALKS / FORMATS.length); i++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), randomNumbers(1000 * k + i), 60);
        const output = parse(text);
        expect(output.isCut, text).toBe(false);
        expect(output.calls.length, text).toBeGreaterThan(0);
        for (const call of output.calls) {
          calls++;
          expect(validate(JSON.parse(call.arguments)), `${text} ${call.arguments}`).toBe(true);
        }
      }
    }
    expect(calls).toBeGreaterThanOrEqual(WALKS);
  }, 3_600_000);
});
