import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tiny } from "../test/tiny.js";
import { BudgetTooSmallError } from "./errors.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";

const object = (properties: Record<string, object>, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const tree = { $ref: "#/$defs/node" };
const SCHEMAS: object[] = [
  object({ name: { type: "string" }, age: { type: "integer" } }),
  object({
    name: { type: "string", minLength: 3 },
    tags: { type: "array", items: { type: "string" }, minItems: 1 },
  }),
  object({ a: { type: "string" }, b: { type: "string" }, c: { type: "number" } }, ["b"]),
  { type: "array", items: { type: "string", maxLength: 20 } },
  { type: "array", items: { type: "integer", minimum: 100 }, minItems: 2 },
  { type: "array", items: object({ x: { type: "number" }, y: { type: "number" } }), minItems: 1 },
  { type: "string" },
  { type: "string", pattern: "^[a-z]{4,}-[0-9]+$" },
  { type: "integer" },
  { type: "number", minimum: 0.5, maximum: 0.75 },
  { enum: ["red", "a much longer choice than the other one", 12] },
  { type: ["string", "null"] },
  {},
  { type: "object", additionalProperties: { type: "integer" }, minProperties: 1 },
  {
    ...tree,
    $defs: { node: object({ value: { type: "string" }, children: { type: "array", items: tree } }) },
  },
  {
    anyOf: [
      object({ kind: { const: "a" }, text: { type: "string" } }),
      object({ kind: { const: "b" }, list: { type: "array", minItems: 1 } }),
    ],
  },
  object({ when: { type: "string", format: "date" }, ok: { type: "boolean" } }),
  object({
    person: object({ name: { type: "string" }, city: { type: "string" } }),
    scores: { type: "array", items: { type: "number" }, minItems: 3 },
  }),
  { type: "array", items: { enum: ["x", "y", "z"] }, uniqueItems: true, minItems: 2 },
  object({ text: { type: "string", minLength: 10, maxLength: 30 } }),
];

describe("closing at the budget", () => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(tiny("tiny-rows"), { threads: 1 });
  });
  afterAll(() => model.dispose());

  it.each(SCHEMAS.map((schema) => [JSON.stringify(schema).slice(0, 60), schema] as const))(
    "%s: complete and valid with every budget from the least on, and refused below it",
    async (_, schema) => {
      const ajv = new Ajv2020({ strict: false, formats: { date: /^\d{4}-\d\d-\d\d$/ } });
      const validate = ajv.compile(schema);
      const request = { prompt: "the user", schema, schemaOptions: { whitespace: "spaced" } } as const;
      const error = await model.generate({ ...request, maxTokens: 1 }).catch((thrown: unknown) => thrown);
      const least = error instanceof BudgetTooSmallError ? error.neededTokens : 1;
      expect(error instanceof BudgetTooSmallError ? error.maxTokens : 1).toBe(1);
      if (least > 2) {
        await expect(model.generate({ ...request, maxTokens: least - 1 })).rejects.toThrow(
          BudgetTooSmallError,
        );
      }
      const budgets = [0, 1, 2, 3, 5, 8, 13, 30].map((more) => least + more);
      const styles = [
        { temperature: 0 },
        { temperature: 1, seed: 1 },
        { temperature: 1, seed: 2, forcedTokens: false, drafts: false },
      ];
      for (const maxTokens of budgets) {
        for (const style of styles) {
          const result = await model.generate({ ...request, ...style, maxTokens });
          expect(result.finishReason).toBe("complete");
          expect(result.tokens.length).toBeLessThanOrEqual(maxTokens);
          expect(result.value).toEqual(JSON.parse(result.text));
          expect(validate(result.value), `${result.text} ${ajv.errorsText(validate.errors)}`).toBe(true);
        }
      }
    },
  );

  it("says where, and changes nothing while the budget is far", async () => {
    const schema = object({
      list: { type: "array", items: { type: "string", maxLength: 6 }, maxItems: 4 },
      end: { type: "string", maxLength: 5 },
    });
    let closed = 0;
    for (let seed = 0; seed < 12; seed++) {
      const request = { prompt: "the user", schema, temperature: 1, seed };
      const [cut, whole] = [
        await model.generate({ ...request, maxTokens: 30, onLength: "cut" }),
        await model.generate({ ...request, maxTokens: 30 }),
      ];
      expect(whole.finishReason).toBe("complete");
      if (whole.closedEarly === undefined) {
        expect(whole.tokens).toEqual(cut.tokens);
      } else {
        closed++;
        const { token, values, filled } = whole.closedEarly;
        expect(whole.tokens.slice(0, token)).toEqual(cut.tokens.slice(0, token));
        expect(whole.tokens[token]).not.toBe(cut.tokens[token]);
        expect(values).toContain("/end");
        const bytes = whole.tokens.slice(0, token).flatMap((id) => [...model.vocabulary.tokenBytes(id)!]);
        const before = new TextDecoder().decode(Uint8Array.from(bytes));
        // Its first byte may come with the closing token.
        expect(filled.includes("/end")).toBe(!/"end": ?"/.test(before));
      }
    }
    expect(closed).toBeGreaterThan(3);
    const far = await model.generate({ prompt: "x", schema: { enum: ["the name", "the age"] } });
    expect(far.closedEarly).toBeUndefined();
  });

  it("draws the same with drafts and without them", async () => {
    const schema = { type: "array", items: { enum: ["the user", "the name", "the age"] } };
    for (let seed = 0; seed < 10; seed++) {
      const request = {
        prompt: "the user the name the user the name",
        schema,
        temperature: 0.7,
        seed,
        maxTokens: 20,
      };
      const [drafted, plain] = [
        await model.generate(request),
        await model.generate({ ...request, drafts: false }),
      ];
      expect(drafted.tokens).toEqual(plain.tokens);
      expect(drafted.closedEarly).toEqual(plain.closedEarly);
    }
  });
});
