import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tiny } from "../test/tiny.js";
import { InvalidRequestError } from "./errors.js";
import { checkLeadIn, type RequestLeadIn, withLeadIn } from "./lead-in.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";

const schema = {
  type: "object",
  properties: { name: { type: "string", maxLength: 6 }, age: { enum: [3, 42] } },
  required: ["name", "age"],
  additionalProperties: false,
};
const messages = [{ role: "user", content: "Who is it?" }];
const decoder = new TextDecoder();

describe("what comes before a value", () => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(tiny("tiny-rows"), { threads: 1 });
  });
  afterAll(() => model.dispose());

  const textOf = (tokens: readonly number[]) =>
    decoder.decode(Uint8Array.from(tokens.flatMap((id) => [...(model.vocabulary.tokenBytes(id) ?? [])])));

  it("is no part of the value, and not longer than it may be", async () => {
    let written = 0;
    for (const format of ["text", "think", "optional-fence"] as const) {
      for (let seed = 1; seed <= 8; seed++) {
        const leadIn = { format, maxTokens: 10 };
        const request = {
          messages,
          schema,
          leadIn,
          temperature: 1,
          seed,
          maxTokens: 80,
          report: true,
        } as const;
        let [before, text] = ["", ""];
        let result: Awaited<ReturnType<typeof model.generate>> | undefined;
        for await (const event of model.stream(request)) {
          if (event.type === "token") {
            before += event.leadIn;
            text += event.text;
          }
          if (event.type === "partial") expect(event.value).toBeTypeOf("object");
          if (event.type === "result") result = event.result;
        }
        const { leadIn: found, value, tokens, finishReason, usage, report } = result!;
        expect(finishReason).toBe("complete");
        expect(Object.keys(value as object)).toEqual(["name", "age"]);
        expect(JSON.parse(result!.text)).toEqual(value);
        expect({ before, text }).toEqual({ before: found, text: result!.text });
        const whole = textOf(tokens);
        expect([`${before}${text}`, `${before}${text}\n\`\`\``]).toContain(whole);
        expect(whole.endsWith("```")).toBe(/```[a-z]*\n$/i.test(found!));
        // A few more, where what is open has to be ended.
        expect(usage.leadInTokens).toBeLessThan(10 + "</think>".length + 4);
        expect(usage.leadInTokens > 0).toBe(found !== "");
        written += found === "" ? 0 : 1;
        const age = report!.values.find(({ pointer }) => pointer === "/age")!;
        const ageText = textOf(tokens.slice(age.firstToken, age.firstToken + age.tokens));
        expect(ageText).toContain(String((value as { age: number }).age));
      }
    }
    expect(written).toBeGreaterThan(8);
  });

  it("is a fence without asking the model", async () => {
    const { text, leadIn, tokens, usage } = await model.generate({ messages, schema, leadIn: "fence" });
    expect(leadIn).toBe("```json\n");
    expect(textOf(tokens)).toBe(`\`\`\`json\n${text}\n\`\`\``);
    expect(usage.forcedTokens).toBeGreaterThan(usage.leadInTokens);
  });

  it("is nothing by default, and the value is closed in time behind it", async () => {
    expect((await model.generate({ messages, schema })).leadIn).toBeUndefined();
    for (let seed = 1; seed <= 5; seed++) {
      const { value, finishReason, tokens } = await model.generate({
        ...{ messages, schema, leadIn: "text", temperature: 1, seed, maxTokens: 45 },
      });
      expect(finishReason).toBe("complete");
      expect(tokens.length).toBeLessThanOrEqual(45);
      expect(value).toBeTypeOf("object");
    }
  });

  it("goes on with a block that the prompt began", () => {
    expect(withLeadIn({ leadIn: "think" }, "<|assistant|>\n<think>\n")).toEqual({
      leadIn: { format: "think", isThinking: true },
    });
    expect(withLeadIn({ leadIn: "fence", schemaOptions: { order: "any" } }, "<think>")).toEqual({
      ...{ order: "any", leadIn: { format: "fence" } },
    });
    expect(withLeadIn({ leadIn: "none", schemaOptions: { order: "any" } }, "")).toEqual({ order: "any" });
  });

  it.each<[unknown, object?]>([
    ["prose"],
    [{ format: "none" }],
    [{ format: "text", maxTokens: 0 }],
    [null],
    ["text", { schema: undefined }],
    ["text", { schema: undefined, json: false }],
  ])("%j is refused", (leadIn, changes) => {
    const request = { schema, leadIn: leadIn as RequestLeadIn, ...changes };
    expect(() => checkLeadIn(request, 10)).toThrow(InvalidRequestError);
  });
});
