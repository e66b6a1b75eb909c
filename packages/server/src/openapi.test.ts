import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { ZodType } from "zod";
import { openApiDocument } from "./openapi.js";
import { OPERATIONS } from "./operations.js";

interface Document {
  readonly paths: Record<string, Record<string, { readonly operationId: string }>>;
  readonly components: { readonly schemas: Record<string, object> };
}

const document = openApiDocument() as Document;
/** Bodies, right and wrong, for which the document and the server must say the same. */
const BODIES: Record<string, readonly object[]> = {
  createChatCompletion: [
    { model: "m", messages: [{ role: "user", content: "x" }] },
    {
      model: "m",
      messages: [{ role: "user", content: [{ type: "text", text: "x" }] }],
      n: 2,
      temperature: null,
    },
    { model: "m", messages: [] },
    { model: "m", messages: [{ role: "king", content: "x" }] },
    { model: "m", messages: [{ role: "user", content: "x" }], stop: [""] },
    { model: "m", messages: [{ role: "user", content: "x" }], n: 99 },
    { model: "m", messages: [{ role: "user", content: "x" }], unknown: 1 },
    { model: "m", messages: [{ role: "user", content: "x" }], response_format: { type: "json_object" } },
    { model: "m", messages: [{ role: "user", content: "x" }], response_format: { type: "json_schema" } },
    { messages: [{ role: "user", content: "x" }] },
  ],
  createCompletion: [
    { model: "m", prompt: [1, 2] },
    { model: "m", prompt: "" },
    { model: "m", prompt: ["a", 1] },
  ],
  createResponse: [
    { model: "m", input: "x" },
    { model: "m", input: [{ role: "user", content: "x" }] },
    { model: "m" },
  ],
  run: [{ prompt: "x", response_format: { type: "json_schema", json_schema: {} } }, { prompt: 1 }],
  ollamaGenerate: [
    { model: "m", prompt: "x", format: "json" },
    { model: "m", prompt: "x", format: "xml" },
  ],
};

describe("the OpenAPI document", () => {
  it("is one", async () => {
    const result = await new Validator().validate(structuredClone(document) as never);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  it("has every path once, and each operation an id of its own", () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((each) => each.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(OPERATIONS.reduce((sum, { paths }) => sum + paths.length, 0));
  });

  it("takes the bodies that the server takes, and no others", () => {
    const ajv = new Ajv2020({ strict: false });
    for (const [id, bodies] of Object.entries(BODIES)) {
      const schema = document.components.schemas[`${id[0]!.toUpperCase()}${id.slice(1)}Request`]!;
      const validate = ajv.compile(schema);
      const checked: ZodType = OPERATIONS.find((operation) => operation.id === id)!.body!;
      const said = bodies.map((body) => validate(body));
      expect(said).toEqual(bodies.map((body) => checked.safeParse(body).success));
      expect(new Set(said).size).toBe(2);
    }
  });
});
