/** A schema read into formulas: what its automaton and its exports are made of. */
import { unsatisfiable } from "../json-schema/conflict.js";
import { Derivatives } from "../json-schema/derivative.js";
import { SchemaLimitError } from "../json-schema/errors.js";
import { formatLanguage, isKnownFormat } from "../json-schema/formats/index.js";
import { type Formula, FormulaStore, JsonType, Kind } from "../json-schema/formula.js";
import type { SchemaLimits } from "../json-schema/limits.js";
import type { Position } from "../json-schema/position.js";
import { Satisfiability } from "../json-schema/satisfiability.js";
import { SchemaFormulas } from "../json-schema/schema-formulas.js";
import type { SchemaSet } from "../json-schema/schema-set.js";
import { type SchemaRules, Vocabulary } from "../json-schema/vocabularies.js";
import type { Unenforceable } from "../json-schema/warnings.js";
import type { Language } from "../language/index.js";
import type { JsonSchemaOptions } from "./json-schema-options.js";
import { type Lexemes, lexemesWithin } from "./lexemes.js";

export interface SchemaReading {
  readonly lexemes: Lexemes;
  readonly store: FormulaStore;
  readonly schemas: SchemaFormulas;
  readonly derivatives: Derivatives;
  readonly satisfiability: Satisfiability;
  /** The schema itself; some value satisfies it. */
  readonly root: Formula;
}

/** @throws UnsatisfiableSchemaError, SchemaLimitError, UnsupportedSchemaError, InvalidSchemaError */
export function readFormulas(
  documents: SchemaSet,
  options: JsonSchemaOptions,
  limits: SchemaLimits,
  unenforceable: Unenforceable,
): SchemaReading {
  const { maxPatternLength, maxLexemeNodes } = limits;
  const lexemes = lexemesWithin({ maxPatternLength, maxLexemeNodes });
  const { arena } = lexemes;
  const store = new FormulaStore(arena, { maxNodes: limits.maxFormulaNodes });
  const strings = (formula: Formula): Language =>
    derivatives.stringLanguage(derivatives.specialise(formula, JsonType.String));
  const format = {
    asserts: (name: string, { resource }: Position) =>
      assertsFormats(resource, options) && isKnownFormat(name, resource.dialect),
    language: (name: string, { resource }: Position) =>
      assertsFormats(resource, options) ? formatLanguage(arena, name, resource.dialect) : undefined,
  };
  const schemas = new SchemaFormulas(documents, store, strings, format, unenforceable, limits);
  schemas.checkAll();
  const derivatives = new Derivatives(store, schemas.expand, lexemes.numbers);
  const satisfiability = new Satisfiability(store, derivatives, limits, schemas);
  const root = schemas.reference(documents.root);
  // What cannot be expanded is an error now, also where a look at it is enough to tell that some value matches.
  derivatives.expandInPlace(root);
  derivatives.checkLists(root);
  if (!satisfiability.value(root)) {
    if (derivatives.leavesOut) {
      const { maxTextLength: value } = arena.nodes.limits;
      const reason = `every value that matches needs a string of more than ${value} characters; allow shorter ones`;
      throw new SchemaLimitError({ pointer: "", limit: "maxTextLength", value, reason });
    }
    if (satisfiability.leavesOutLarge) {
      const { maxSatSteps: value } = limits;
      const reason = `every value that matches needs an object of more than ${value} properties; ask for fewer, or raise limits.maxSatSteps`;
      throw new SchemaLimitError({ pointer: "", limit: "maxSatSteps", value, reason });
    }
    if (satisfiability.leavesOut) {
      const { maxAlternatives: value } = limits;
      const reason = `every value that matches needs more than ${satisfiability.maxCompared} arrays or objects that must all differ in one array, three quarters of limits.maxAlternatives = ${value}; allow fewer, or raise it`;
      throw new SchemaLimitError({ pointer: "", limit: "maxAlternatives", value, reason });
    }
    throw unsatisfiable(documents.root, schemas, satisfiability);
  }
  return { lexemes, store, schemas, derivatives, satisfiability, root };
}

/** A metaschema that requires formats to be asserted goes before the option. */
export function assertsFormats({ vocabularies }: SchemaRules, { formats }: JsonSchemaOptions): boolean {
  return formats !== "annotate" || (vocabularies & Vocabulary.FormatAssertion) !== 0;
}

/** The property names that the schemas in some formulas mention; schemas in the order of the document. The set is new. */
export function namesInOrder(
  formulas: readonly Formula[],
  { store, schemas }: Pick<SchemaReading, "store" | "schemas">,
): Set<string> {
  const names = new Set<string>();
  const [only] = formulas;
  // Most goals are a schema.
  if (only !== undefined && formulas.length === 1 && store.kind(only) === Kind.Schema) {
    schemas.addPropertyNames(store.first(only), names, new Set());
    return names;
  }
  const ids = new Set<number>();
  const seen = new Set<number>();
  for (const formula of formulas) {
    store.forEachAtom(
      formula,
      (literal) => {
        if (store.kind(literal) === Kind.Schema) ids.add(store.first(literal));
      },
      seen,
    );
  }
  const order = (id: number) => schemas.documentOrder(id);
  for (const id of [...ids].sort((a, b) => order(a) - order(b) || a - b))
    schemas.addPropertyNames(id, names, new Set());
  return names;
}
