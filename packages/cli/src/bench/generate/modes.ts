import type { JsonSchemaOptions } from "@grammask/core";
import type { GenerateRequest, SchemaInPrompt } from "@grammask/onnx";
import { OWN, type System } from "./systems.js";

const WHITESPACE = [
  "spaced",
  "compact",
  "pretty",
  "auto",
] as const satisfies readonly JsonSchemaOptions["whitespace"][];
const TOLD = ["none", "typescript", "example", "json-schema"] as const satisfies readonly SchemaInPrompt[];
const LEAD_INS = ["none", "fence", "optional-fence"] as const satisfies readonly GenerateRequest["leadIn"][];

/**
 * Ways in which this project can be asked: how the prompt tells of the schema, the whitespace of the output, and what may
 * stand before it; and with the defaults of these, whether values that repeat themselves are ended.
 *
 * @param only parts of the names of those that are wanted; undefined: all
 */
export function modes(only?: readonly string[]): System[] {
  const all: System[] = TOLD.flatMap((schemaInPrompt) =>
    WHITESPACE.flatMap((whitespace) =>
      LEAD_INS.map((leadIn) => {
        const prompt = schemaInPrompt === "none" ? "not told" : schemaInPrompt;
        const factors = { prompt, whitespace, "lead-in": leadIn === "none" ? "no lead-in" : leadIn };
        return {
          ...OWN,
          name: Object.values(factors).join(", "),
          options: { schemaInPrompt, schemaOptions: { whitespace }, leadIn },
          factors,
        };
      }),
    ),
  );
  const ended = {
    schemaInPrompt: "none",
    schemaOptions: { whitespace: "auto" },
    onRepetition: "close",
  } as const;
  all.push({ ...OWN, name: "not told, auto, no lead-in, repetitions ended", options: ended });
  return only === undefined ? all : all.filter(({ name }) => only.some((part) => name.includes(part)));
}
