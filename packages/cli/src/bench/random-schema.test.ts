import { compileJsonSchema } from "@grammask/core";
import { expect, test } from "vitest";
import { randomNumbers } from "./random.js";
import { randomSchema } from "./random-schema.js";

test("random schemas compile, and are the same for the same seed", () => {
  const schemas = Array.from({ length: 300 }, (_, seed) => randomSchema(randomNumbers(seed)));
  for (const schema of schemas) compileJsonSchema(schema);
  expect(new Set(schemas.map((schema) => JSON.stringify(schema))).size).toBeGreaterThan(290);
  expect(randomSchema(randomNumbers(7))).toEqual(schemas[7]);
});
