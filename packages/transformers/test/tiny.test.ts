import { loadModel } from "@grammask/onnx";
import {
  LogitsProcessor,
  LogitsProcessorList,
  type Tensor,
  type TextGenerationPipeline,
} from "@huggingface/transformers";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import { BudgetTooSmallError, constrain, InvalidOptionError } from "../src/index.js";
import { fixture, tinyPipeline } from "./models.js";

const schema = {
  type: "object",
  properties: {
    name: { type: "string" },
    age: { type: "integer" },
    tags: { type: "array", items: { enum: ["a", "b b", "c"] }, maxItems: 3 },
  },
  required: ["name", "age"],
  additionalProperties: false,
};
const isValid = new Ajv2020().compile(schema);
const PROMPTS = ["the name", "the user asks the assistant for the age of the person in the text, and", "a"];
/** Ids that end a text of the tiny model. */
const EOS = [2n, 0n];

let generator: TextGenerationPipeline;
beforeAll(async () => {
  generator = await tinyPipeline();
});

type Options = Partial<Parameters<TextGenerationPipeline["model"]["generate"]>[0]>;

/** The new tokens of each row. */
async function generate(prompts: string[], options: Options): Promise<bigint[][]> {
  generator.tokenizer.padding_side = "left";
  const inputs = generator.tokenizer(prompts, { padding: true, add_special_tokens: false });
  const output = (await generator.model.generate({ ...inputs, ...options })) as Tensor;
  const promptLength = inputs.input_ids.dims.at(-1);
  return (output.tolist() as bigint[][]).map((row) => row.slice(promptLength));
}

function textOf(ids: readonly bigint[]): string {
  return generator.tokenizer.decode(ids.map(Number), { skip_special_tokens: true });
}

describe("budgets", () => {
  const needed = (() => {
    let found: number | undefined;
    return () => {
      if (found === undefined) {
        try {
          constrain(generator, { schema }, { max_new_tokens: 1 });
        } catch (error) {
          found = (error as BudgetTooSmallError).needed;
        }
      }
      return found!;
    };
  })();

  it("refuses one below the shortest output, and fills that one", async () => {
    const tooSmall = needed() - 1;
    expect(() => constrain(generator, { schema }, { max_new_tokens: tooSmall })).toThrow(BudgetTooSmallError);
    const [ids] = await generate(["a"], constrain(generator, { schema }, { max_new_tokens: needed() }));
    expect(isValid(JSON.parse(textOf(ids!)))).toBe(true);
  });

  it("closes all rows of a batch in time, drawn or greedy", async () => {
    for (let extra = 0; extra <= 30; extra += 3) {
      for (const do_sample of [false, true]) {
        const max_new_tokens = needed() + extra;
        const options = constrain(generator, { schema }, { max_new_tokens, do_sample, temperature: 1.5 });
        for (const ids of await generate(PROMPTS, options)) {
          expect(ids.length).toBeLessThanOrEqual(max_new_tokens);
          const text = textOf(ids);
          expect(isValid(JSON.parse(text)), text).toBe(true);
        }
      }
    }
  });

  it("can be overrun where the output may be cut", async () => {
    const form = { regex: "(ab){40,}", onLength: "cut" } as const;
    const [ids] = await generate(["a"], constrain(generator, form, { max_new_tokens: 5 }));
    expect("ab".repeat(40).startsWith(textOf(ids!))).toBe(true);
    expect(() => constrain(generator, { regex: "(ab){40,}" }, { max_new_tokens: 5 })).toThrow(
      BudgetTooSmallError,
    );
  });
});

describe("batches", () => {
  it("have a constraint for each row; rows that have ended get the end of the sequence only", async () => {
    const forms = [{ choice: ["no"] }, { regex: "[0-9]{30}" }, { json: "object" }] as const;
    const rows = await generate(PROMPTS, constrain(generator, forms, { max_new_tokens: 60 }));
    const texts = rows.map(textOf);
    expect(texts[0]).toBe("no");
    expect(texts[1]).toMatch(/^[0-9]{30}$/);
    expect(JSON.parse(texts[2]!)).toBeTypeOf("object");
    for (const ids of rows) {
      const end = ids.findIndex((id) => EOS.includes(id));
      if (end >= 0) expect(ids.slice(end).every((id) => EOS.includes(id))).toBe(true);
    }
    expect(rows[0]!.length).toBeGreaterThan(textOf(rows[0]!).length);
  });

  it("need as many constraints as rows, or one", async () => {
    const options = constrain(generator, [{ json: true }, { json: true }]);
    await expect(generate(PROMPTS, options)).rejects.toThrow(InvalidOptionError);
  });
});

it("one set of options serves generations one after the other and at once", async () => {
  const options = constrain(generator, { schema }, { max_new_tokens: 40 });
  const first = await generate([PROMPTS[0]!], options);
  const [again, other] = await Promise.all([generate([PROMPTS[0]!], options), generate(PROMPTS, options)]);
  expect(again).toEqual(first);
  expect(other.map((ids) => isValid(JSON.parse(textOf(ids))))).toEqual([true, true, true]);
});

it("draws the tokens that @grammask/onnx draws without a budget in sight", async () => {
  const bounded = {
    type: "object",
    properties: { a: { type: "string", maxLength: 8 }, b: { enum: ["yes", "no"] }, c: { type: "boolean" } },
    required: ["a", "b", "c"],
    additionalProperties: false,
  };
  await using model = await loadModel(fixture("tiny-concat"), { dtype: "fp32" });
  for (const prompt of PROMPTS) {
    const { tokens } = await model.generate({ prompt, schema: bounded, forcedTokens: false, drafts: false });
    const [ids] = await generate(
      [prompt],
      constrain(generator, { schema: bounded }, { max_new_tokens: 200 }),
    );
    expect(ids!.map(Number)).toEqual(tokens);
  }
});

it("stops without a last step where nothing but the end may follow", async () => {
  let steps = 0;
  class Counter extends LogitsProcessor {
    override _call(_ids: bigint[][], logits: Tensor): Tensor {
      steps++;
      return logits;
    }
  }
  const logits_processor = new LogitsProcessorList();
  logits_processor.push(new Counter());
  const options = constrain(generator, { choice: ["yes it is", "no"] }, { logits_processor });
  const [ids] = await generate(["a"], options);
  expect(ids!.some((id) => EOS.includes(id))).toBe(false);
  expect(steps).toBe(ids!.length);
});

it("has the last word where other processors rule out all that is allowed", async () => {
  // min_new_tokens forbids the end of the sequence.
  const options = constrain(generator, [{ choice: ["a"] }, { regex: "[0-9]{12}" }], { min_new_tokens: 12 });
  const texts = (await generate(["a", "b"], options)).map(textOf);
  expect(texts[0]).toBe("a");
  expect(texts[1]).toMatch(/^[0-9]{12}$/);
});

it("works with the pipeline, in chats too", async () => {
  const options = constrain(generator, { schema }, { max_new_tokens: 40, return_full_text: false });
  const [output] = await generator("the name", options);
  expect(isValid(JSON.parse(output!.generated_text as string))).toBe(true);
  const [chat] = await generator([{ role: "user", content: "the name" }], options);
  expect(isValid(JSON.parse(chat!.generated_text.at(-1)!.content as string))).toBe(true);
});
