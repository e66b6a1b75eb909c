import { compileChoice, compileRegex, Matcher, Vocabulary } from "@grammask/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { applyMask } from "./apply-mask.js";
import { likeliest } from "./likeliest.js";

const tokens = Array.from({ length: 1500 }, (_, id) => Uint8Array.of(97 + (id % 26), 97 + ((id / 26) % 26)));
const vocabulary = Vocabulary.fromBytes([...tokens, null], { eosTokenIds: [1500] });
const masks = [
  new Matcher(compileRegex("[a-z]*"), vocabulary).mask(),
  new Matcher(compileChoice(["ab", "cd", "ef"]), vocabulary).mask(),
];
const logit = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NEGATIVE_INFINITY));
const logits = fc
  .array(logit, { minLength: 1501, maxLength: 1501 })
  .map((values) => Float32Array.from(values));

it("the likeliest are those of a sort", () => {
  expect(masks[0]!.ids).toBeUndefined();
  fc.assert(
    fc.property(
      logits,
      fc.constantFrom(...masks),
      fc.integer({ min: 1, max: 300 }),
      (values, mask, count) => {
        const sorted = [...values.keys()]
          .filter((id) => mask.has(id) && values[id]! > Number.NEGATIVE_INFINITY)
          .sort((a, b) => values[b]! - values[a]! || a - b);
        expect([...likeliest(values, mask, count)]).toEqual(sorted.slice(0, count));
      },
    ),
  );
});

it("what is not allowed has no chance, and what is keeps its own unless it had none", () => {
  fc.assert(
    fc.property(logits, fc.constantFrom(...masks), (values, mask) => {
      const hopeless = values.every((value, id) => !mask.has(id) || value === Number.NEGATIVE_INFINITY);
      const expected = values.map((value, id) =>
        !mask.has(id) ? Number.NEGATIVE_INFINITY : hopeless ? 0 : value,
      );
      applyMask(values, mask);
      expect(values).toEqual(expected);
    }),
  );
});
