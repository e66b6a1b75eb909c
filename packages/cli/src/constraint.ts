import {
  compileChoice,
  compileEbnf,
  compileGbnf,
  compileJsonSchema,
  compileLark,
  compileRegex,
  compileStructuralTag,
  type Grammar,
} from "@grammask/core";
import type { GenerateRequest } from "@grammask/onnx";
import { UsageError } from "./exit.js";
import { type GrammarSyntax, syntaxOf } from "./grammar-syntaxes.js";
import { readText } from "./input.js";
import type { Io } from "./io.js";
import { GENERATION_TEXT, givenTextOption, jsonOptions, type TextOptions } from "./text-options.js";

const COMPILERS: Readonly<Record<GrammarSyntax, (source: string) => Grammar>> = {
  gbnf: compileGbnf,
  ebnf: compileEbnf,
  lark: compileLark,
  "structural-tag": compileStructuralTag,
};

/** What the command line says of the output's form: one of `schema`, `regex`, `choice` and `grammar`. */
export interface ConstraintOptions extends TextOptions {
  /** The schema's file. */
  readonly schema?: string;
  readonly regex?: string;
  readonly choice?: readonly string[];
  /** The grammar's file. */
  readonly grammar?: string;
  readonly syntax?: GrammarSyntax;
}

export interface Constraint {
  readonly grammar: Grammar;
  /** What `@grammask/onnx` needs for the same grammar. */
  readonly request: Pick<GenerateRequest, "schema" | "schemaOptions" | "regex" | "choice" | "grammar">;
}

/** Compiles what the output must match, so that all that is wrong with it comes out before a model is loaded. */
export async function readConstraint(io: Io, options: ConstraintOptions): Promise<Constraint> {
  const { schema: file, regex, choice } = options;
  if (file !== undefined) {
    const schema = await readText(io, file, "schema");
    const schemaOptions = jsonOptions(options, GENERATION_TEXT);
    return { grammar: compileJsonSchema(schema, schemaOptions), request: { schema, schemaOptions } };
  }
  if (regex === undefined && choice === undefined && options.grammar === undefined) {
    throw new UsageError("What must the output match? Give --schema, --regex, --choice or --grammar.");
  }
  const given = givenTextOption(options);
  if (given !== undefined) {
    throw new UsageError(`${given} says how JSON is written; it goes with --schema only.`);
  }
  if (options.syntax !== undefined && options.grammar === undefined) {
    throw new UsageError("--syntax needs --grammar.");
  }
  if (options.grammar !== undefined) {
    const compile = COMPILERS[options.syntax ?? syntaxOf(options.grammar)];
    const grammar = compile(await readText(io, options.grammar, "grammar"));
    return { grammar, request: { grammar } };
  }
  if (regex !== undefined) return { grammar: compileRegex(regex), request: { regex } };
  const texts = choice ?? [];
  return { grammar: compileChoice(texts), request: { choice: texts } };
}
