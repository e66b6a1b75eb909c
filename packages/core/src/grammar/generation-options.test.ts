import { expect, it } from "vitest";
import { generationOptions } from "./generation-options.js";
import { compileJsonSchema } from "./json-schema.js";

it("leaves whitespace to the model, unless something else says what stands between tokens", () => {
  const plain = { escapes: "minimal", numbers: "plain", extraProperties: "needed" } as const;
  expect(generationOptions()).toEqual({ whitespace: "auto", ...plain });
  expect(generationOptions({ order: "any", numbers: "any" })).toEqual({
    whitespace: "auto",
    escapes: "minimal",
    numbers: "any",
    extraProperties: "needed",
    order: "any",
  });
  for (const layout of [
    { whitespace: "compact" },
    { whitespacePattern: " ?" },
    { separators: { item: ", " } },
    { separators: { item: ", " }, whitespace: "pretty" },
  ] as const) {
    expect(generationOptions(layout)).toEqual({ ...layout, ...plain });
    // No two of them say the same thing.
    compileJsonSchema({ type: "object" }, generationOptions(layout));
  }
});
