import {
  compileChoice,
  compileGbnf,
  compileJsonObject,
  compileJsonSchema,
  compileLark,
  compileRegex,
  compileStructuralTag,
  compileTools,
  type Grammar,
  generationOptions,
  type JsonSchemaOptions,
  jsonInTextOptions,
  LastUsed,
  type Tool,
  type ToolOptions,
} from "@grammask/core";
import {
  type Constraint,
  type ConstraintLimits,
  type GrammarSyntax,
  type JsonConstraint,
  schemaOptions,
  type ToolSource,
} from "./constraint.js";

/**
 * Compiles a constraint.
 *
 * @throws the errors of `@grammask/core` for schemas, patterns and grammars
 */
export function compileConstraint(constraint: Constraint, limits: ConstraintLimits): Grammar {
  switch (constraint.kind) {
    case "schema":
      return compileJsonSchema(constraint.schema, generationOptions(schemaOptions(constraint, limits)));
    case "json-object":
      return compileJsonObject(generationOptions(schemaOptions(constraint, limits)));
    case "regex":
      return compileRegex(constraint.pattern);
    case "choice":
      return compileChoice(constraint.choices);
    case "grammar":
      return compileGrammar(constraint.syntax, constraint.source, limits);
    case "tools": {
      const { tools, format, choice, parallel, content } = constraint;
      const options: ToolOptions = {
        ...{ format, choice, parallel, limits, json: jsonOptions(limits) },
        ...(content === undefined ? {} : { content: contentOf(content, limits) }),
      };
      return compileTools(tools.map(toolOf), options).grammar;
    }
  }
}

function toolOf({ name, parameters, lark }: ToolSource): Tool {
  return lark === undefined ? { name, parameters } : { name, input: { lark } };
}

function contentOf(constraint: JsonConstraint, limits: ConstraintLimits) {
  const schema = constraint.kind === "schema" ? constraint.schema : { type: "object" };
  return { schema, options: { ...jsonOptions(limits), ...schemaOptions(constraint, limits) } };
}

function compileGrammar(syntax: GrammarSyntax, source: string, limits: ConstraintLimits): Grammar {
  switch (syntax) {
    case "gbnf":
      return compileGbnf(source, { limits });
    case "lark":
      return compileLark(source, { limits });
    case "structural-tag":
      return compileStructuralTag(source, { limits, json: jsonOptions(limits) });
  }
}

/** How JSON within other text is written. */
function jsonOptions(limits: ConstraintLimits): JsonSchemaOptions {
  return jsonInTextOptions(schemaOptions({}, limits));
}

/** Grammars that were compiled last, by what they were compiled from. */
export class GrammarStore {
  readonly #limits: ConstraintLimits;
  readonly #compile: typeof compileConstraint;
  readonly #grammars: LastUsed<Grammar>;

  constructor(limits: ConstraintLimits, capacity = 32, compile = compileConstraint) {
    this.#limits = limits;
    this.#grammars = new LastUsed(capacity);
    this.#compile = compile;
  }

  /** @throws as `compileConstraint` */
  get(constraint: Constraint): Grammar {
    return this.#grammars.get(JSON.stringify(constraint), () => this.#compile(constraint, this.#limits));
  }
}
