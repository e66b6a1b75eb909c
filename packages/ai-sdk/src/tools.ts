import {
  type LanguageModelV3CallOptions,
  type LanguageModelV3FunctionTool,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";

type Schema = object | boolean;

/**
 * What an output with tools looks like: one JSON object, either a call, `{"name": ..., "arguments": ...}`, or, where no
 * call is demanded, an answer, `{"answer": ...}`. It is the same for every model, and has no free part that could go astray.
 */
export interface ToolPlan {
  readonly schema: Schema;
  /** Schemas that `schema` refers to, by their URIs. */
  readonly schemas: Readonly<Record<string, unknown>>;
  /** What the model is told. */
  readonly instructions: string;
}

type Options = Pick<LanguageModelV3CallOptions, "tools" | "toolChoice" | "responseFormat">;

/**
 * The plan of a call's tools; undefined where it has none, or is to use none.
 *
 * @throws UnsupportedFunctionalityError where a tool is demanded that is not there
 */
export function planTools({ tools = [], toolChoice, responseFormat }: Options): ToolPlan | undefined {
  const functions = tools.filter((tool) => tool.type === "function");
  const choice = toolChoice?.type ?? "auto";
  if (choice === "none" || (functions.length === 0 && choice === "auto")) {
    return undefined;
  }
  const offered =
    toolChoice?.type === "tool" ? functions.filter(({ name }) => name === toolChoice.toolName) : functions;
  if (offered.length === 0) {
    const functionality = `toolChoice "${choice}" without such a tool`;
    throw new UnsupportedFunctionalityError({ functionality });
  }
  const schemas: Record<string, unknown> = {};
  const refer = (schema: unknown): Schema => {
    // A document of its own: its references, identifiers and dialect stay what they are.
    const uri = `urn:grammask:ai-sdk:${Object.keys(schemas).length}`;
    schemas[uri] = schema;
    return { $ref: uri };
  };
  const calls = offered.map(({ name, inputSchema }) =>
    closedObject({ name: { const: name }, arguments: refer(inputSchema) }),
  );
  const answers = choice === "auto" ? [closedObject({ answer: answerSchema(responseFormat, refer) })] : [];
  return { schema: { anyOf: [...calls, ...answers] }, schemas, instructions: instruct(offered, choice) };
}

/** A call as the model writes it. */
export function callText(name: string, input: unknown): string {
  return JSON.stringify({ name, arguments: input });
}

function answerSchema(format: Options["responseFormat"], refer: (schema: unknown) => Schema): Schema {
  if (format?.type !== "json") {
    return { type: "string" };
  }
  return format.schema === undefined ? true : refer(format.schema);
}

function closedObject(properties: Record<string, Schema>): Schema {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

function instruct(
  tools: readonly LanguageModelV3FunctionTool[],
  choice: "auto" | "required" | "tool",
): string {
  const lines = tools.map(({ name, description, inputSchema, inputExamples }) =>
    JSON.stringify({
      name,
      description,
      parameters: inputSchema,
      examples: inputExamples?.map(({ input }) => input),
    }),
  );
  const answer = choice === "auto" ? ' To answer without a function, write {"answer": ...}.' : "";
  return `You can call ${choice === "auto" ? "these functions" : "one of these functions"}:\n${lines.join("\n")}\nTo call one, write {"name": <its name>, "arguments": <an object that matches its parameters>}.${answer}`;
}
