import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** A request for a structured output, and what tells whether the answer is right. */
export interface MixedRequest {
  readonly name: string;
  /** Undefined: a short one. */
  readonly system?: string;
  readonly prompt: string;
  readonly schema: object;
  readonly isValid: ValidateFunction;
}

const text = { type: "string", maxLength: 40 };
const closed = (properties: Record<string, object>) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** Of different sizes and kinds. `client` is a constant of each output: an answer to somebody else is told by it. */
const SCHEMAS: Readonly<
  Record<string, { readonly prompt: string; readonly properties: Record<string, object> }>
> = {
  person: {
    prompt: "Extract as JSON: Maria Schmidt, 34, lives in Hamburg and works as a nurse.",
    properties: { name: text, age: { type: "integer", minimum: 0, maximum: 130 }, city: text, job: text },
  },
  ticket: {
    prompt: "Classify this support ticket: the app crashes when I upload a photo, please help quickly!",
    properties: {
      category: { enum: ["bug", "billing", "question", "praise"] },
      priority: { type: "integer", minimum: 1, maximum: 5 },
      summary: text,
    },
  },
  order: {
    prompt: "Write the order as JSON: two large pizzas with mushrooms and one small salad, paid by card.",
    properties: {
      items: {
        type: "array",
        minItems: 1,
        maxItems: 3,
        items: closed({
          name: text,
          size: { enum: ["small", "large"] },
          count: { type: "integer", minimum: 1, maximum: 9 },
        }),
      },
      payment: { oneOf: [{ const: "card" }, { const: "cash" }] },
    },
  },
  event: {
    prompt: "Extract the event: the team meets on 12 May 2026 at half past nine in room B12.",
    properties: {
      date: { type: "string", format: "date" },
      time: { type: "string", pattern: "^[0-2][0-9]:[0-5][0-9]$" },
      room: { type: "string", pattern: "^[A-Z][0-9]{1,3}$" },
    },
  },
};

const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** One request of each kind for a client. */
export function requestsFor(client: number): MixedRequest[] {
  return Object.entries(SCHEMAS).map(([name, { prompt, properties }]) => {
    const schema = closed({ client: { const: client }, ...properties });
    return { name, prompt, schema, isValid: ajv.compile(schema) };
  });
}
