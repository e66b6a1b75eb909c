import {
  describeSchema,
  type JsonSchemaOptions,
  LastUsed,
  type LeftOut,
  type SchemaTextForm,
} from "@grammask/core";
import type { ChatMessage } from "./chat-template.js";
import { InvalidRequestError } from "./errors.js";

/**
 * How the prompt tells the model what is asked for. "typescript": as a type, with descriptions and bounds as comments;
 * "example": as the form of a value, with `<string>` in the place of a string; "json-schema": the schema itself. "auto":
 * as a type wherever there is a schema and a conversation. "none": not at all.
 */
export type SchemaInPrompt = "auto" | "none" | SchemaTextForm | SchemaInPromptOptions;

export interface SchemaInPromptOptions {
  readonly form: "auto" | SchemaTextForm;
  /**
   * Where it stands: at the end of the last message with the role "user" (default; where there is none, as with "system"),
   * or at the end of the first one with the role "system", which is put in front where there is none.
   */
  readonly place?: "user" | "system";
  /** The most characters, at least 1. What does not fit is told in less detail. Default: 6,000, or the model's context. */
  readonly maxCharacters?: number;
}

/** What a request says about it. */
export interface TellingRequest {
  readonly messages?: readonly ChatMessage[];
  readonly schema?: unknown;
  readonly schemaInPrompt?: SchemaInPrompt;
  readonly schemaOptions?: JsonSchemaOptions;
}

/** What the prompt said of the schema. */
export interface SchemaInPromptResult {
  readonly form: SchemaTextForm;
  /** The text; empty where none fitted. */
  readonly text: string;
  /** What the schema says and the text does not. The output matches it all the same. */
  readonly leftOut: readonly LeftOut[];
}

/** A conversation that tells what is asked for. */
export interface TellingMessages {
  /** Undefined: there is no conversation. */
  readonly messages: readonly ChatMessage[] | undefined;
  /** Undefined: nothing is told. */
  readonly told: SchemaInPromptResult | undefined;
}

const FORMS: readonly unknown[] = ["auto", "none", "typescript", "example", "json-schema"];
const MOST_CHARACTERS = 6000;

const LEADS: Readonly<Record<SchemaTextForm, string>> = {
  typescript: "Answer with JSON of this TypeScript type:",
  example: "Answer with JSON of this form:",
  "json-schema": "Answer with JSON that matches this JSON Schema:",
};

/** @throws InvalidRequestError where the value is wrong, or asks for what cannot be told */
export function checkSchemaInPrompt(request: TellingRequest): void {
  const { schemaInPrompt } = request;
  if (schemaInPrompt === undefined) {
    return;
  }
  const given: unknown = schemaInPrompt;
  const isObject = typeof given === "object" && given !== null;
  const {
    form,
    place = "user",
    maxCharacters = 1,
  } = (isObject ? given : { form: given }) as Partial<SchemaInPromptOptions>;
  if (!FORMS.includes(form) || (isObject && (form as unknown) === "none")) {
    throw new InvalidRequestError(
      "schemaInPrompt",
      `${JSON.stringify(form)} is not "auto", "typescript", "example", "json-schema"${isObject ? "" : ' or "none"'}`,
    );
  }
  if (place !== "user" && place !== "system") {
    throw new InvalidRequestError("schemaInPrompt.place", `${String(place)} is not "user" or "system"`);
  }
  if (!Number.isInteger(maxCharacters) || maxCharacters < 1) {
    throw new InvalidRequestError(
      "schemaInPrompt.maxCharacters",
      `${maxCharacters} is not a positive integer`,
    );
  }
  const asks = form !== "auto" && (form as unknown) !== "none";
  if (asks && (request.schema === undefined || request.messages === undefined)) {
    throw new InvalidRequestError(
      "schemaInPrompt",
      request.schema === undefined
        ? `there is no schema that could be told as ${form}`
        : `a prompt is taken as it is; give messages for the schema to be told as ${form}`,
    );
  }
}

/** Descriptions kept; each is a few kilobytes at most. */
const CAPACITY = 64;

/** Puts what is asked for into conversations, and keeps the texts that were made last. */
export class SchemaPrompts {
  readonly #known = new LastUsed<SchemaInPromptResult>(CAPACITY);
  readonly #contextLength: number;

  /** @param contextLength in tokens: a text of as many characters takes about a quarter of it */
  constructor(contextLength: number) {
    this.#contextLength = contextLength;
  }

  /** @throws what `describeSchema` throws */
  tell({ messages, schema, schemaInPrompt = "none", schemaOptions }: TellingRequest): TellingMessages {
    if (schemaInPrompt === "none" || schema === undefined || messages === undefined) {
      return { messages, told: undefined };
    }
    const options: SchemaInPromptOptions =
      typeof schemaInPrompt === "string" ? { form: schemaInPrompt } : schemaInPrompt;
    const { form, place = "user", maxCharacters = Math.min(MOST_CHARACTERS, this.#contextLength) } = options;
    const asked = form === "auto" ? "typescript" : form;
    const told = this.#text(schema, asked, maxCharacters, schemaOptions?.schemas);
    if (told.text === "") {
      return { messages, told };
    }
    return { messages: put(messages, place, `${LEADS[asked]}\n${told.text}`), told };
  }

  #text(
    schema: unknown,
    form: SchemaTextForm,
    maxCharacters: number,
    schemas: Readonly<Record<string, unknown>> | undefined,
  ): SchemaInPromptResult {
    const describe = () => ({
      form,
      ...describeSchema(schema, { form, maxCharacters, ...(schemas === undefined ? {} : { schemas }) }),
    });
    const text = typeof schema === "string" ? schema : textOf(schema);
    if (text === undefined || schemas !== undefined) {
      return describe();
    }
    const key = `${form} ${maxCharacters} ${text}`;
    return this.#known.get(key, describe);
  }
}

function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function put(messages: readonly ChatMessage[], place: "user" | "system", text: string): ChatMessage[] {
  const isUser = place === "user" && messages.some(({ role }) => role === "user");
  const at = isUser
    ? messages.findLastIndex(({ role }) => role === "user")
    : messages.findIndex(({ role }) => role === "system");
  if (at < 0) {
    return [{ role: "system", content: text }, ...messages];
  }
  return messages.map((message, i) =>
    i === at ? { ...message, content: `${message.content}\n\n${text}` } : message,
  );
}
