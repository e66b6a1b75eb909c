import { Type } from "@sinclair/typebox";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import T from "typebox";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { tiny } from "../../test/tiny.js";
import { InvalidRequestError, SchemaValidationError } from "../errors.js";
import { loadModel } from "../load.js";
import type { Model } from "../model.js";
import type { PartialValue } from "../result.js";
import { withValidation } from "./standard-schema.js";

const ASK = { messages: [{ role: "user", content: "Who is it?" }], temperature: 1, seed: 3 } as const;
/** Libraries count UTF-16 code units, JSON Schema characters: for these it is the same. */
const PLAIN = /^[a-z]*$/;
const name = z.string().max(4).regex(PLAIN);

let model: Model;
beforeAll(async () => {
  model = await loadModel(tiny("tiny-rows"), { threads: 1 });
});
afterAll(() => model.dispose());

describe("typed results", () => {
  it("come from zod, with its transformations", async () => {
    const schema = z.object({
      name,
      role: z.enum(["user", "system"]),
      day: z.iso.date().transform((text) => new Date(text)),
      nested: z.object({ n: z.literal([1, 2]) }),
    });
    const result = await model.generate({ ...ASK, schema });
    if (result.finishReason !== "complete") throw new Error("not complete");
    expectTypeOf(result.value).toEqualTypeOf<{
      name: string;
      role: "user" | "system";
      day: Date;
      nested: { n: 1 | 2 };
    }>();
    expect(result.value.day).toBeInstanceOf(Date);
    // What zod would strip is not offered to the model.
    expect(Object.keys(JSON.parse(result.text))).toEqual(["name", "role", "day", "nested"]);
    expect(Object.keys(JSON.parse(result.text).nested)).toEqual(["n"]);
    expect(result.rejected).toEqual([]);
  });

  it("may be missing where the output is not complete", async () => {
    const cut = { onLength: "cut", maxTokens: 2 } as const;
    const result = await model.generate({ ...ASK, ...cut, schema: z.object({ name }).refine(() => false) });
    expectTypeOf(result.value).toEqualTypeOf<{ name: string } | undefined>();
    expect(result).toMatchObject({ finishReason: "length", value: undefined });
  });

  it("come from valibot, checks without JSON Schema included", async () => {
    const schema = v.object({
      name: v.pipe(
        v.string(),
        v.maxLength(4),
        v.regex(PLAIN),
        v.check((text) => text !== "?", "a name"),
      ),
      size: v.pipe(v.picklist(["1", "2"]), v.transform(Number)),
    });
    const { value, text } = await model.generate({ ...ASK, schema: toStandardJsonSchema(schema) });
    expectTypeOf(value).toEqualTypeOf<{ name: string; size: number } | undefined>();
    expect(value).toEqual({ ...JSON.parse(text), size: Number(JSON.parse(text).size) });
    // Without its converter, valibot has no JSON Schema.
    await expect(model.generate({ ...ASK, schema })).rejects.toThrow(/toStandardJsonSchema/);
    const date = toStandardJsonSchema(v.object({ day: v.date() }));
    await expect(model.generate({ ...ASK, schema: date })).rejects.toThrow(InvalidRequestError);
  });

  it("come from ArkType", async () => {
    const schema = type({ name: "/^[a-z]{0,4}$/", role: "'user' | 'system'", "size?": "1 | 2" });
    const { value } = await model.generate({ ...ASK, schema });
    expectTypeOf(value).toEqualTypeOf<{ name: string; role: "user" | "system"; size?: 1 | 2 } | undefined>();
    expect(schema(value)).toEqual(value);
  });

  it("come from TypeBox, and refinements and codecs are not passed over", async () => {
    const schema = T.Object({ name: T.String({ maxLength: 4 }), role: T.Literal("user") });
    const { value } = await model.generate({ ...ASK, schema });
    expectTypeOf(value).toExtend<T.Static<typeof schema> | undefined>();
    expect(value).toMatchObject({ name: expect.any(String), role: "user" });
    const old = Type.Object({ role: Type.Literal("user") });
    expectTypeOf((await model.generate({ ...ASK, schema: old })).value).toEqualTypeOf<
      { role: "user" } | undefined
    >();
    const refined = T.Object({ size: T.Refine(T.Integer(), (size) => size > 3) });
    const codec = T.Object({ size: T.Codec(T.String()).Decode(Number).Encode(String) });
    const transform = Type.Object({ size: Type.Transform(Type.String()).Decode(Number).Encode(String) });
    for (const hidden of [refined, codec, transform]) {
      await expect(model.generate({ ...ASK, schema: hidden })).rejects.toThrow(/withValidation/);
    }
    const digits = T.Object({
      size: T.Codec(T.Literal("12"))
        .Decode(Number)
        .Encode(() => "12" as const),
    });
    const decoded = withValidation(digits, ({ size }) => ({ value: { size: Number(size) } }));
    expect((await model.generate({ ...ASK, schema: decoded })).value).toEqual({ size: 12 });
  });

  it("come from JSON Schema literals", async () => {
    const { value } = await model.generate({
      ...ASK,
      schema: {
        type: "object",
        properties: { name: { type: "string", maxLength: 4 }, size: { enum: [1, 2] } },
        required: ["name"],
        additionalProperties: false,
      },
    });
    expectTypeOf(value).toEqualTypeOf<{ name: string; size?: 1 | 2 } | undefined>();
    expect(value).toMatchObject({ name: expect.any(String) });
    const schema = withValidation<{ a: 1 }>({ const: { a: 1 } });
    expectTypeOf((await model.generate({ ...ASK, schema })).value).toEqualTypeOf<{ a: 1 } | undefined>();
    const untyped: object = { const: 3 };
    expectTypeOf((await model.generate({ ...ASK, schema: untyped })).value).toEqualTypeOf<unknown>();
    expectTypeOf((await model.generate({ ...ASK, maxTokens: 2 })).value).toEqualTypeOf<unknown>();
  });

  it("come in batches and samples", async () => {
    const [a, b] = await model.generateBatch([
      { ...ASK, schema: z.object({ a: z.literal(1) }) },
      { ...ASK, schema: { const: "b" } },
    ]);
    expectTypeOf(a.value).toEqualTypeOf<{ a: 1 } | undefined>();
    expectTypeOf(b.value).toEqualTypeOf<"b" | undefined>();
    expect([a.value, b.value]).toEqual([{ a: 1 }, "b"]);
    const samples = await model.generateSamples({ ...ASK, schema: type("1 | 2") }, 2);
    expectTypeOf(samples[0]!.value).toEqualTypeOf<1 | 2 | undefined>();
    expect(samples).toHaveLength(2);
  });

  it("come as streams, partly and as written until they are whole", async () => {
    const schema = z.object({
      name: z.literal("Ada Lovelace"),
      size: z.enum(["12"]).transform(Number),
      tags: z.array(z.object({ id: z.literal(1) })).length(1),
    });
    const seen: unknown[] = [];
    for await (const event of model.stream({ ...ASK, schema, forcedTokens: false })) {
      if (event.type === "partial") {
        expectTypeOf(event.value.name).toEqualTypeOf<string | undefined>();
        expectTypeOf(event.value.size).toEqualTypeOf<string | undefined>();
        expectTypeOf(event.value.tags?.[0]?.id).toEqualTypeOf<1 | undefined>();
        seen.push(event.value.size);
      } else if (event.type === "result") {
        expectTypeOf(event.result.value).toEqualTypeOf<
          { name: "Ada Lovelace"; size: number; tags: { id: 1 }[] } | undefined
        >();
        expect(event.result.value).toEqual({ name: "Ada Lovelace", size: 12, tags: [{ id: 1 }] });
      }
    }
    expect(seen).toContain("12");
    expectTypeOf<PartialValue<{ a: "x" | null; b: [number] }>>().toEqualTypeOf<{
      readonly a?: string | null;
      readonly b?: readonly number[];
    }>();
  });
});

describe("checks after the grammar", () => {
  const never = z.object({ kind: z.literal("x") }).refine(() => false, { message: "no", path: ["kind"] });

  it("fail with the text and the issues", async () => {
    const failed: unknown = await model.generate({ ...ASK, schema: never }).catch((error: unknown) => error);
    if (!(failed instanceof SchemaValidationError)) throw failed;
    expect(failed.code).toBe("validation-failed");
    expect(JSON.parse(failed.text)).toEqual({ kind: "x" });
    expect(failed.issues).toEqual([{ message: "no", path: ["kind"] }]);
    expect(failed.message).toContain("kind: no");
    expect(failed.rejected).toEqual([]);
  });

  it("are tried again within bounds, with the issues in the conversation", async () => {
    const prompts: string[] = [];
    const chat = model.renderChat.bind(model);
    model.renderChat = (messages) => {
      prompts.push(messages.map(({ content }) => content).join("|"));
      return chat(messages);
    };
    let calls = 0;
    const schema = withValidation({ const: "x" }, async (value) =>
      ++calls < 3 ? { issues: [{ message: `wrong ${calls}`, path: [{ key: "a" }, 0] }] } : { value: [value] },
    );
    const events: string[] = [];
    for await (const event of model.stream({ ...ASK, schema, retries: 5 })) {
      if (event.type !== "token") events.push(event.type);
      if (event.type === "retry") expect(event).toMatchObject({ attempt: calls + 1, text: '"x"' });
      if (event.type === "result") {
        expectTypeOf(event.result.value).toEqualTypeOf<"x"[] | undefined>();
        expect(event.result.value).toEqual(["x"]);
        expect(event.result.rejected.map(({ issues }) => issues[0]!.message)).toEqual(["wrong 1", "wrong 2"]);
      }
    }
    expect(events.filter((each) => each !== "partial")).toEqual([
      ...["value", "retry", "value", "retry"],
      ...["value", "result"],
    ]);
    expect(prompts[0]).toBe("Who is it?");
    expect(prompts[1]).toMatch(/^Who is it\?\|"x"\|.*a\.0: wrong 1/);
    expect(prompts[2]).toMatch(/^Who is it\?\|"x"\|.*a\.0: wrong 2/);
    model.renderChat = chat;
    const failed = await model
      .generate({ ...ASK, schema: never, retries: 2 })
      .catch((error: unknown) => error);
    expect((failed as SchemaValidationError).rejected).toHaveLength(2);
  });

  it("refuse a value that they throw at, and keep its text", async () => {
    const thrown = new Error("broken");
    const schema = withValidation({ const: 1 }, () => {
      throw thrown;
    });
    await expect(model.generate({ ...ASK, schema })).rejects.toMatchObject({ text: "1", cause: thrown });
  });

  it("refuse retries that cannot differ, and counts that are none", async () => {
    const schema = z.literal("x");
    await expect(model.generate({ prompt: "x", schema, retries: 1 })).rejects.toThrow(/temperature/);
    for (const retries of [-1, 0.5, 101]) {
      await expect(model.generate({ ...ASK, schema, retries })).rejects.toThrow(InvalidRequestError);
    }
    expect((await model.generate({ prompt: "x", schema, retries: 1, temperature: 1 })).value).toBe("x");
  });

  it("name a library's schema without JSON Schema", async () => {
    const schema: StandardSchemaV1<string> = {
      "~standard": { version: 1, vendor: "other", validate: (value) => ({ value: String(value) }) },
    };
    await expect(model.generate({ ...ASK, schema })).rejects.toThrow(/other has no JSON Schema/);
  });
});
