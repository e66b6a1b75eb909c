import { LayoutError } from "../automaton/layout-error.js";
import { withGuidance } from "../grammar/guidance.js";
import { limitsOf } from "../grammar/json-schema.js";
import type { JsonSchemaOptions } from "../grammar/json-schema-options.js";
import { readSchema, SchemaDocuments } from "../grammar/schema-documents.js";
import { readFormulas } from "../grammar/schema-reading.js";
import { languageLimit } from "../json-schema/errors.js";
import { placeOf } from "../json-schema/position.js";
import type { KeywordPlace } from "../json-schema/report.js";
import { SchemaSet } from "../json-schema/schema-set.js";
import { Unenforceable } from "../json-schema/warnings.js";
import { LanguageLimitError, within } from "../language/index.js";
import { writeBnf } from "./bnf.js";
import { ExportError, type ExportLoss } from "./errors.js";
import type { Expression, Rules } from "./expression.js";
import { writeLark } from "./lark.js";
import { writeRegex } from "./regex.js";
import { SchemaRules } from "./schema-rules.js";
import type { WidenedAtom } from "./widening.js";

/** Which schema is meant, as for `compileJsonSchema`, and how the exported grammar writes JSON. */
export interface ExportOptions extends Pick<JsonSchemaOptions, "schemas" | "formats" | "limits"> {
  /** No spaces, or one allowed behind each `,` and `:`. Default: "spaced". */
  readonly whitespace?: "compact" | "spaced";
  /** Numbers without exponents where the schema allows it ("plain", the default), or in any spelling. */
  readonly numbers?: "any" | "plain";
  /** Leave out what the target cannot say, and what no grammar enforces, and list it, instead of an error. Default: false. */
  readonly lossy?: boolean;
}

export interface ExportResult {
  readonly text: string;
  /** What was left out: values that break it are let through. Empty but for `lossy`. */
  readonly losses: readonly ExportLoss[];
}

/**
 * A JSON Schema as a grammar of llama.cpp (GBNF).
 *
 * The grammar has the values of the schema in one spelling: properties in the schema's order, then others; strings as
 * `JSON.stringify` writes them. Names of other properties may repeat.
 *
 * @param schema a value or JSON text
 * @throws ExportError where the target cannot say all of it; what `compileJsonSchema` throws; SchemaLimitError where the
 *   grammar gets too large
 */
export function exportGbnf(schema: unknown, options: ExportOptions = {}): ExportResult {
  return exportSchema("GBNF", schema, options, writeBnf);
}

/** A JSON Schema as a grammar of XGrammar (EBNF); otherwise like `exportGbnf`. */
export function exportXgrammar(schema: unknown, options: ExportOptions = {}): ExportResult {
  return exportSchema("XGrammar", schema, options, writeBnf);
}

/** A JSON Schema as a grammar in llguidance's dialect of Lark; otherwise like `exportGbnf`. */
export function exportLark(schema: unknown, options: ExportOptions = {}): ExportResult {
  return exportSchema("Lark", schema, options, writeLark);
}

/**
 * A JSON Schema as a regular expression that matches whole outputs; ECMA-262 with the flag u and Rust's `regex` read it
 * alike. Values that nest without a bound are more than that can say: an ExportError, also with `lossy`. Otherwise like
 * `exportGbnf`.
 */
export function exportRegex(schema: unknown, options: ExportOptions = {}): ExportResult {
  return exportSchema("regex", schema, options, (rules) => {
    const open = new Set<string>();
    const written = new Map<string, string>();
    const write = (name: string): string => {
      if (open.has(name)) throw new Recursion();
      const known = written.get(name);
      if (known !== undefined) return known;
      open.add(name);
      const regex = writeRegex(rules.get(name) as Expression, write);
      open.delete(name);
      written.set(name, regex);
      return regex;
    };
    return write("root");
  });
}

/** A rule that is part of itself was to be written as a regular expression. */
class Recursion extends Error {}

const REASONS: Readonly<
  Record<WidenedAtom, { readonly reason: string; readonly keywords: readonly string[] }>
> = {
  unique: { reason: "items may be equal", keywords: ["uniqueItems"] },
  count: {
    reason: "a property whose name repeats counts twice",
    keywords: ["minProperties", "maxProperties"],
  },
};

function exportSchema(
  target: string,
  schema: unknown,
  given: ExportOptions,
  write: (rules: Rules) => string,
): ExportResult {
  const { whitespace = "spaced", numbers = "plain", lossy = false } = given;
  if (whitespace !== "compact" && whitespace !== "spaced") {
    throw new LayoutError(`whitespace: ${String(whitespace)} is not "compact" or "spaced"`);
  }
  if (numbers !== "any" && numbers !== "plain") {
    throw new LayoutError(`numbers: ${String(numbers)} is not "any" or "plain"`);
  }
  const limits = limitsOf(given);
  const json = readSchema(schema, limits);
  const unenforceable = new Unenforceable(lossy);
  const { source } = new SchemaDocuments(given.schemas ?? {}, limits);
  const documents = new SchemaSet(json, limits, source, (error) => unenforceable.passOver(error));
  const losses: ExportLoss[] = [];
  const widened = (atom: WidenedAtom, path: string): void => {
    const { reason, keywords } = REASONS[atom];
    losses.push({ reason, path, places: placesOf(documents, (keyword) => keywords.includes(keyword)) });
  };
  const build = (): string => {
    const reading = readFormulas(documents, withGuidance(json, given), limits, unenforceable);
    const options = { spaced: whitespace === "spaced", plainNumbers: numbers === "plain" };
    const rules = new SchemaRules(reading, options, widened).build();
    for (const { reason, keyword, ...place } of unenforceable.warnings) {
      losses.push({ reason, path: "*", places: keyword === undefined ? [] : [{ ...place, keyword }] });
    }
    return write(rules);
  };
  try {
    const text = within("compileMilliseconds", limits.compileMilliseconds, build);
    if (losses.length > 0 && !lossy) throw new ExportError(target, losses);
    return { text, losses };
  } catch (error) {
    if (error instanceof LanguageLimitError) throw languageLimit(error, { pointer: "" });
    if (!(error instanceof Recursion)) throw error;
    const reason = "values nest without a bound, which no regular expression can say, nor widen";
    const places = placesOf(documents, (keyword) => /^\$(dynamic|recursive)?ref$/i.test(keyword));
    throw new ExportError(target, [...losses, { reason, path: "", places }]);
  }
}

function placesOf(documents: SchemaSet, isMeant: (keyword: string) => boolean): KeywordPlace[] {
  const places: KeywordPlace[] = [];
  for (const position of documents.positions()) {
    for (const member of position.members) {
      const keyword = member.keyword.name;
      if (!isMeant(keyword)) continue;
      const { pointer, document } = placeOf(position);
      places.push({ pointer, keyword, ...(document === undefined ? {} : { document }) });
    }
  }
  return places;
}
