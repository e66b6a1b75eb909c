import { readFileSync } from "node:fs";
import { compileRegex, SchemaError } from "@grammask/core";
import { expect, it, test } from "vitest";
import { constrain, InvalidOptionError, UnsupportedTokenizerError, warmUp } from "./index.js";

const file = new URL("../../onnx/test/fixtures/tiny-concat/tokenizer.json", import.meta.url);
const _tokenizerJSON = JSON.parse(readFileSync(file, "utf8")) as object;
const tokenizer = { _tokenizerJSON, eos_token_id: 2 };
const model = { config: { vocab_size: 320 }, generation_config: { eos_token_id: [2, 0] } };
const generator = { tokenizer, model };

test.each([
  ["schema", {}],
  ["json", { schema: true, json: true }],
  ["schema", { schema: 3 }],
  ["json", { json: false }],
  ["regex", { regex: /a/ }],
  ["choice", { choice: "a" }],
  ["grammar", { grammar: {} }],
  ["schemaOptions", { regex: "a", schemaOptions: {} }],
  ["onLength", { json: true, onLength: "stop" }],
  ["constraint", []],
])("a wrong %s is told", (option, constraint) => {
  const error = thrown(() => constrain(generator, constraint as never));
  expect(error).toBeInstanceOf(InvalidOptionError);
  expect(error).toMatchObject({ option, code: "invalid-option" });
});

test.each([0, 1.5, Number.NaN])("max_new_tokens of %s is refused", (max_new_tokens) => {
  expect(() => constrain(generator, { json: true }, { max_new_tokens })).toThrow(InvalidOptionError);
});

it("takes a compiled grammar, and passes errors of schemas through", () => {
  expect(constrain(generator, { grammar: compileRegex("a+") }).max_new_tokens).toBe(1024);
  expect(() => constrain(generator, { schema: { type: "nothing" } })).toThrow(SchemaError);
});

it("refuses what is no tokenizer, no model, or has no end", () => {
  const json = { json: true } as const;
  expect(() => constrain({ tokenizer: {}, model }, json)).toThrow(InvalidOptionError);
  expect(() => constrain({ tokenizer, model: {} }, json)).toThrow(InvalidOptionError);
  expect(() => constrain({ tokenizer: { _tokenizerJSON }, model: { config: {} } }, json)).toThrow(
    UnsupportedTokenizerError,
  );
  const unknown = { ...tokenizer, _tokenizerJSON: { model: { type: "Odd" } } };
  expect(() => constrain({ tokenizer: unknown, model }, json)).toThrow(UnsupportedTokenizerError);
});

it("keeps the options that are not its own", () => {
  const options = constrain(generator, { json: true }, { max_new_tokens: 50, do_sample: true, top_k: 5 });
  expect(options).toMatchObject({ max_new_tokens: 50, do_sample: true, top_k: 5 });
  expect(() => warmUp(generator)).not.toThrow();
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
