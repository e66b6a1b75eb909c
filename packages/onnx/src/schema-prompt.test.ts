import { describeSchema, InvalidSchemaError } from "@grammask/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tiny } from "../test/tiny.js";
import { InvalidRequestError } from "./errors.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";
import type { GenerateRequest } from "./request.js";
import { checkSchemaInPrompt, type SchemaInPrompt, SchemaPrompts } from "./schema-prompt.js";

const schema = {
  type: "object",
  properties: { name: { type: "string", description: "of the person", maxLength: 4 } },
  required: ["name"],
  additionalProperties: false,
};
const type = "type Answer = {\n  name: string; // of the person; at most 4 characters\n};";
const user = (content: string) => ({ role: "user", content });
const system = (content: string) => ({ role: "system", content });

function tell(messages: GenerateRequest["messages"], schemaInPrompt: SchemaInPrompt) {
  return new SchemaPrompts(8192).tell({ messages: messages!, schema, schemaInPrompt });
}

describe("the schema in the prompt", () => {
  const text = `Answer with JSON of this TypeScript type:\n${type}`;

  it("stands at the end of the last user message", () => {
    const { messages, told } = tell(
      [system("s"), user("a"), { role: "assistant", content: "b" }, user("c")],
      "auto",
    );
    expect(messages?.map(({ content }) => content)).toEqual(["s", "a", "b", `c\n\n${text}`]);
    expect(told).toEqual({ form: "typescript", text: type, leftOut: [] });
  });

  it("or at the end of the system message, which there is then", () => {
    const inSystem = { form: "typescript", place: "system" } as const;
    expect(tell([system("s"), user("a")], inSystem).messages).toEqual([system(`s\n\n${text}`), user("a")]);
    expect(tell([user("a")], inSystem).messages).toEqual([system(text), user("a")]);
    expect(tell([{ role: "tool", content: "a" }], "auto").messages?.[0]).toEqual(system(text));
  });

  it("is an example or the schema itself where that is asked for", () => {
    expect(tell([user("a")], "example").messages).toEqual([
      user(
        'a\n\nAnswer with JSON of this form:\n{\n  "name": <string> // of the person; at most 4 characters\n}',
      ),
    ]);
    expect(tell([user("a")], "json-schema").messages).toEqual([
      user(`a\n\nAnswer with JSON that matches this JSON Schema:\n${JSON.stringify(schema)}`),
    ]);
  });

  it("says nothing by default, without a schema, or where it does not fit", () => {
    const prompts = new SchemaPrompts(8192);
    const messages = [user("a")];
    expect(prompts.tell({ messages, schema })).toEqual({ messages, told: undefined });
    expect(prompts.tell({ messages, schemaInPrompt: "auto" })).toEqual({
      messages,
      told: undefined,
    });
    expect(prompts.tell({ schema, schemaInPrompt: "auto" }).told).toBeUndefined();
    const told = { form: "typescript", text: "", leftOut: [{ pointer: "", keyword: "" }] };
    expect(tell(messages, { form: "auto", maxCharacters: 10 })).toEqual({ messages, told });
    expect(new SchemaPrompts(10).tell({ messages, schema, schemaInPrompt: "auto" })).toEqual({
      messages,
      told,
    });
  });

  it("takes a schema's text, and documents that it refers to", () => {
    const prompts = new SchemaPrompts(8192);
    const request = { messages: [user("a")], schemaInPrompt: "typescript" } as const;
    const asText = prompts.tell({ ...request, schema: JSON.stringify(schema) });
    expect(asText).toEqual(prompts.tell({ ...request, schema }));
    const other = {
      schema: { $ref: "https://example.com/a" },
      schemaOptions: { schemas: { "https://example.com/a": schema } },
    };
    expect(prompts.tell({ ...request, ...other }).told?.text).toBe(
      describeSchema(schema, { form: "typescript" }).text,
    );
    expect(() => prompts.tell({ ...request, schema: "{" })).toThrow(InvalidSchemaError);
  });

  it.each<[SchemaInPrompt, Partial<GenerateRequest>?]>([
    ["xml" as "auto"],
    [{ form: "none" as "auto" }],
    [{} as { form: "auto" }],
    [null as unknown as "auto"],
    [{ form: "auto", place: "assistant" as "user" }],
    [{ form: "auto", maxCharacters: 0 }],
    ["typescript", { schema: undefined }],
    [{ form: "example" }, { schema: undefined, json: true }],
    ["json-schema", { messages: undefined, prompt: "a" }],
  ])("%j is refused", (schemaInPrompt, changes) => {
    const request = { messages: [user("a")], schema, schemaInPrompt, ...changes } as GenerateRequest;
    expect(() => checkSchemaInPrompt(request)).toThrow(InvalidRequestError);
  });
});

describe("a model", () => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(tiny("tiny-rows"), { threads: 1 });
  });
  afterAll(() => model.dispose());

  it("reads what the prompt says of the schema, and says what that was", async () => {
    const messages = [user("Who?")];
    const plain = await model.generate({ messages, schema });
    const told = await model.generate({ messages, schema, schemaInPrompt: "typescript" });
    const by = await model.generate({
      messages: [user(`Who?\n\nAnswer with JSON of this TypeScript type:\n${type}`)],
      schema,
    });
    expect(plain.schemaInPrompt).toBeUndefined();
    expect(told.schemaInPrompt?.text).toBe(type);
    expect(told.usage.promptTokens).toBe(by.usage.promptTokens);
    const rendered = model.renderPrompt({ messages, schema, schemaInPrompt: "typescript" });
    expect(model.encode(rendered)).toHaveLength(told.usage.promptTokens);
    expect(() => model.renderPrompt({ prompt: "a" })).toThrow(InvalidRequestError);
    expect(told.tokens).toEqual(by.tokens);
    expect(told.usage.promptTokens).toBeGreaterThan(plain.usage.promptTokens);
    await expect(model.generate({ prompt: "a", schema, schemaInPrompt: "example" })).rejects.toThrow(
      InvalidRequestError,
    );
  });
});
