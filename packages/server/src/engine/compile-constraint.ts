import {
  compileChoice,
  compileGbnf,
  compileJsonObject,
  compileJsonSchema,
  compileRegex,
  compileTools,
  type Grammar,
} from "@grammask/core";
import { type Constraint, type ConstraintLimits, schemaOptions } from "./constraint.js";

/**
 * Compiles a constraint.
 *
 * @throws the errors of `@grammask/core` for schemas, patterns and grammars
 */
export function compileConstraint(constraint: Constraint, limits: ConstraintLimits): Grammar {
  switch (constraint.kind) {
    case "schema":
      return compileJsonSchema(constraint.schema, schemaOptions(constraint, limits));
    case "json-object":
      return compileJsonObject(schemaOptions(constraint, limits));
    case "regex":
      return compileRegex(constraint.pattern);
    case "choice":
      return compileChoice(constraint.choices);
    case "grammar":
      return compileGbnf(constraint.source, { limits });
    case "tools": {
      const { tools, format, choice, parallel } = constraint;
      const json = { ...schemaOptions({}, limits), escapes: "minimal", numbers: "plain" } as const;
      return compileTools(tools, { format, choice, parallel, limits, json }).grammar;
    }
  }
}

/** Grammars that were compiled last, by what they were compiled from. */
export class GrammarStore {
  readonly #limits: ConstraintLimits;
  readonly #capacity: number;
  /** In the order of use, the latest last. */
  readonly #grammars = new Map<string, Grammar>();

  constructor(limits: ConstraintLimits, capacity = 32) {
    this.#limits = limits;
    this.#capacity = capacity;
  }

  /** @throws as `compileConstraint` */
  get(constraint: Constraint): Grammar {
    const key = JSON.stringify(constraint);
    const grammar = this.#grammars.get(key) ?? compileConstraint(constraint, this.#limits);
    this.#grammars.delete(key);
    this.#grammars.set(key, grammar);
    if (this.#grammars.size > this.#capacity) {
      this.#grammars.delete(this.#grammars.keys().next().value!);
    }
    return grammar;
  }
}
