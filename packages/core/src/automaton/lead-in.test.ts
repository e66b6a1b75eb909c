import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemas } from "../../../../benchmarks/shared/random-schemas.js";
import { accepts, begins } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { isExpected } from "../../test/compile-random.js";
import { judge } from "../../test/oracles.js";
import { allowedTokens, randomNumbers, randomWalk } from "../../test/walk.js";
import {
  compileJsonSchema,
  LayoutError,
  type LeadIn,
  type LeadInFormat,
  Matcher,
  OutputParts,
} from "../index.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const vocabulary = byteVocabulary([
  ...'```|json|\n{|\n[|"}|}\n|```json\n|<think>|</think>|\n\n|a\n{"'.split("|"),
  '{"a":',
]);

const any = (leadIn: LeadIn, schema: unknown = true) => compileJsonSchema(schema, { leadIn });

/** The parts of an output, told in pieces of some bytes. */
function split(grammar: ReturnType<typeof any>, text: string, size = 3) {
  const parts = new OutputParts(grammar);
  const bytes = encoder.encode(text);
  const [leadIn, value]: [number[], number[]] = [[], []];
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    const found = parts.push(piece);
    leadIn.push(...piece.subarray(0, found.leadIn));
    value.push(...piece.subarray(found.leadIn, found.leadIn + found.value));
  }
  const textOf = (part: number[]) => decoder.decode(Uint8Array.from(part));
  return { leadIn: textOf(leadIn), value: textOf(value) };
}

describe("what may come before a value", () => {
  const value = '{"a": ["```", 1]}';
  const cases: [LeadIn, string[], string[]][] = [
    [
      "fence",
      ["```json\n|1|\n```", `\`\`\`json\n|${value}|\n\`\`\``],
      ["1", "```\n1\n```", "```json\n1", "```json\n1\n```\n"],
    ],
    [
      "optional-fence",
      [`|${value}|`, "```\n|[]|\n```", "```JSON\n|1|\n```"],
      ["```json\n[]", "[]\n```", " []", "\n[]", "x\n[]"],
    ],
    [
      "think",
      [
        "|1|",
        "<think>|{\n[ ```\n</think>\n\n|[1]|".replace("|", ""),
        "<think></think>```json\n|[1]|\n```",
        `|${value}|`,
      ],
      ["<think>1", "text\n[]", "</think>1", "<think></think>\n\n\n\n\n1", "<think>a</think>b</think>1"],
    ],
    [
      { format: "think", isThinking: true },
      ["because</think>\n|1|", "</think>|[]|"],
      ["1", "[]", "<think>[]"],
    ],
    [
      "text",
      [
        "|[]|",
        'Sure! Here it is {"a":\n\n|{"a": 1}|',
        "``x`` `y`\n```json\n|1|\n```",
        "<think>\n[]\n{</think>\nSo:\n|[2]|",
        "é\n|[]|",
      ],
      [
        "1",
        "text 1",
        "text\n1",
        'text {"a": 1}',
        "[]\n[]",
        "text\n```json\n1",
        "<think>\n[]",
        "```json\n```json\n1\n```",
      ],
    ],
    [{ format: "text", isThinking: true }, ["x\n[]</think>y\n|[1]|"], ["[1]", "x\n[1]"]],
  ];

  it.each(cases)("%j", (leadIn, good, bad) => {
    const grammar = any(leadIn);
    for (const marked of good) {
      const text = marked.replaceAll("|", "");
      expect(accepts(grammar, text), text).toBe(true);
      const [before, inside] = marked.split("|");
      for (const size of [1, 4, 100])
        expect(split(grammar, text, size)).toEqual({ leadIn: before, value: inside });
    }
    for (const text of bad) expect(accepts(grammar, text), text).toBe(false);
  });

  it("is text only where the value tells itself from it", () => {
    const number = any("text", { type: "number" });
    expect(accepts(number, "It is:\n```json\n1\n```")).toBe(true);
    expect(begins(number, "It is:\n1")).toBe(true);
    expect(accepts(number, "It is:\n1")).toBe(false);
    expect(accepts(number, "1")).toBe(false);
    const array = any("text", { type: "array" });
    expect(begins(array, "It is:\n{")).toBe(false);
    expect(accepts(array, "It is:\n[]")).toBe(true);
  });

  it("does not get in the way of items that must differ", () => {
    const grammar = any("text", { type: "array", items: { enum: [1, 2] }, uniqueItems: true });
    expect(accepts(grammar, 'A "list" of [1:\n[1, 2]')).toBe(true);
    expect(accepts(grammar, 'A "list" of [1:\n[1, 1]')).toBe(false);
    const matcher = new Matcher(grammar, vocabulary);
    matcher.acceptBytes(encoder.encode("(]\n[1, "));
    expect(decoder.decode(Uint8Array.from(matcher.allowedBytes()))).toBe("2");
  });

  it("is told by matchers", () => {
    const matcher = new Matcher(any("text"), vocabulary);
    expect(matcher.isInLeadIn).toBe(true);
    matcher.acceptBytes(encoder.encode("x\n"));
    expect(matcher.isInLeadIn).toBe(true);
    matcher.acceptBytes(encoder.encode("["));
    expect(matcher.isInLeadIn).toBe(false);
    matcher.rollback(1);
    expect(matcher.isInLeadIn).toBe(true);
    expect(new Matcher(compileJsonSchema(true), vocabulary).isInLeadIn).toBe(false);
  });

  it("is forced where it is a fence", () => {
    const matcher = new Matcher(any("fence", { const: null }), vocabulary);
    expect(decoder.decode(matcher.forcedBytes())).toBe("```json\nnull\n```");
    // The fence's beginning, four letters, a newline, the fence's end.
    expect(matcher.completionTokens()).toBe(7);
  });

  // A third of the random schemas have no instances: these, which do, come first.
  const satisfiable: [object, number][] = [
    [{ type: "boolean" }, 0],
    [{ type: "integer", minimum: 3 }, 1],
    [{ enum: ["a", { a: [1] }] }, 2],
    [{ required: ["a"], properties: { a: { type: "string", maxLength: 3 } } }, 3],
  ];
  const formats: readonly LeadInFormat[] = ["fence", "optional-fence", "think", "text"];

  it.each(formats)(
    "%s has no dead ends, and masks that are what trying every token gives",
    async (format) => {
      let walks = 0;
      await fc.assert(
        fc.asyncProperty(schemas, fc.nat(), async (schema, seed) => {
          const random = randomNumbers(seed);
          try {
            const grammar = compileJsonSchema(schema, {
              leadIn: format,
              whitespace: seed % 2 ? "auto" : "spaced",
            });
            const matcher = new Matcher(grammar, vocabulary);
            for (let step = 0; step < 12 && !matcher.isEnded; step++) {
              const allowed = allowedTokens(matcher);
              const tried: number[] = [];
              for (let id = 0; id < vocabulary.size; id++) {
                if (!matcher.accept(id)) continue;
                tried.push(id);
                matcher.rollback(1);
              }
              // Behind a limit only what ends the output is accepted.
              if (matcher.limitHit !== undefined) return;
              expect(allowed).toEqual(tried);
              matcher.accept(allowed[Math.floor(random() * allowed.length)] as number);
            }
            const { bytes } = matcher.shortestCompletion();
            expect(matcher.isEnded || (matcher.acceptBytes(bytes) && matcher.isComplete)).toBe(true);
            matcher.reset();
            const text = randomWalk(matcher, random);
            walks++;
            expect((await judge(schema))(split(grammar, text).value), text).not.toBe("invalid");
          } catch (error) {
            if (!isExpected(error)) throw error;
          }
        }),
        { numRuns: 16, examples: satisfiable },
      );
      expect(walks).toBeGreaterThan(3);
    },
  );

  it.each([
    "fenced",
    { format: "none" },
    { format: "fence", isThinking: true },
    { format: "text", isThinking: 1 },
    null,
  ])("%j is a LayoutError", (leadIn) => {
    expect(() => any(leadIn as LeadIn)).toThrow(LayoutError);
  });
});
