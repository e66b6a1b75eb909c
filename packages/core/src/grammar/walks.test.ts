import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { LexedRecogniser } from "../../test/lexed-recogniser.js";
import { randomLexedTree, randomTree } from "../../test/random-trees.js";
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

/** All texts of a, b and spaces up to a length. */
function textsUpTo(length: number): string[] {
  const texts = [""];
  for (const text of texts) if (text.length < length) texts.push(`${text}a`, `${text}b`, `${text} `);
  return texts;
}

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

  it("through grammars with a lexer end in texts that a plain recogniser finds, and texts are read as it reads them", () => {
    const vocabulary = byteVocabulary(["aa", "ab", "ba", "aba", "bbb", "a b", "b ", " a", "  ", "ba b"]);
    const texts = textsUpTo(5);
    const counts = { walks: 0, grammars: 0, accepted: 0 };
    for (const tree of fc.sample(randomLexedTree, {
      seed: 22,
      numRuns: Math.ceil((3 * WALKS) / WALKS_A_GRAMMAR),
    })) {
      if (counts.walks >= WALKS) break;
      let grammar: ReturnType<typeof compileTree>;
      const recogniser = new LexedRecogniser(tree);
      const shown = JSON.stringify([...tree.rules, tree.ignored, tree.isIgnoredAtStart]);
      try {
        grammar = compileTree("test", tree);
      } catch (error) {
        if (!(error instanceof GrammarError)) throw error;
        for (const text of texts) expect(recogniser.accepts(text), `${shown} ${text}`).toBe(false);
        continue;
      }
      counts.grammars++;
      for (let i = 0; i < WALKS_A_GRAMMAR; i++, counts.walks++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), randomNumbers(counts.walks), 6);
        if (text.length <= 20) expect(recogniser.accepts(text), `${shown} ${text}`).toBe(true);
      }
      // All texts, of a part of the grammars: they are many.
      if (counts.grammars % 4 !== 0) continue;
      for (const text of texts) {
        const isText = recogniser.accepts(text);
        expect(accepts(grammar, text), `${shown} ${text}`).toBe(isText);
        if (isText) counts.accepted++;
      }
    }
    expect(counts.walks).toBeGreaterThanOrEqual(WALKS);
    expect(counts.accepted).toBeGreaterThan(WALKS / 10);
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
