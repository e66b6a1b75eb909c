/** The OpenAPI document: what requests look like comes from the schemas that check them. */
import { type ZodType, z } from "zod";
import { OPERATIONS, type Operation } from "./operations.js";

const ERRORS: Readonly<Record<number, string>> = {
  400: "The request is wrong",
  401: "No valid API key",
  404: "There is no such model",
  413: "The body is too large",
  429: "Too many requests, or the queue is full",
  500: "Something went wrong in the server",
  503: "The model cannot be loaded, or the server is being stopped",
  504: "The request took too long",
};

/** The document of OpenAPI 3.1 that `/openapi.json` serves. */
export function openApiDocument(): object {
  const schemas: Record<string, object> = {};
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    const { id, method, body } = operation;
    if (body !== undefined) {
      schemas[schemaName(id)] = requestSchema(body);
    }
    for (const [i, path] of operation.paths.entries()) {
      paths[path] = { ...paths[path], [method]: describe(operation, path, i === 0 ? id : `${id}${i + 1}`) };
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Grammask",
      version: "1",
      description: "Local language models whose structured outputs are valid by construction.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{}, { bearer: [] }],
    tags: [...new Set(OPERATIONS.map(({ api }) => api))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: { ...schemas, Error: { type: "object" } },
    },
  };
}

function describe(operation: Operation, path: string, operationId: string): object {
  const { id, api, summary, body, answer, stream } = operation;
  const json = { schema: { type: "object", required: answer } };
  const errors = Object.entries(ERRORS).map(([status, description]) => [
    status,
    { description, content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } },
  ]);
  return {
    operationId,
    summary,
    tags: [api],
    parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: { $ref: `#/components/schemas/${schemaName(id)}` } } },
          },
        }),
    responses: {
      200: {
        description: "The answer",
        content: {
          "application/json": json,
          // OpenAPI 3.1 has no schema for what comes in pieces.
          ...(stream === undefined ? {} : { [stream]: {} }),
        },
      },
      ...Object.fromEntries(errors),
    },
  };
}

function schemaName(id: string): string {
  return `${id[0]!.toUpperCase()}${id.slice(1)}Request`;
}

/** What a client may send; the dialect is the document's. */
function requestSchema(body: ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  return schema;
}
