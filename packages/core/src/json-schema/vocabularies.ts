/** Vocabularies: the groups of keywords that a metaschema switches on (JSON Schema core 2020-12, section 8.1). */
import { type JsonNode, JsonObject } from "../json/index.js";
import { Dialect, dialectName, dialectOf } from "./dialect.js";
import { InvalidSchemaError, MissingDocumentError, type Place, UnsupportedSchemaError } from "./errors.js";
import { withoutFragment } from "./uri.js";

/** Sets of vocabularies are their sums. */
export const enum Vocabulary {
  Core = 1,
  Applicator = 2,
  Unevaluated = 4,
  Validation = 8,
  /** `format` is a keyword; whether it asserts is for the caller to say. */
  Format = 16,
  /** `format` asserts, whatever the caller says. */
  FormatAssertion = 32,
  Content = 64,
  MetaData = 128,
}

/** How a schema is to be read. */
export interface SchemaRules {
  readonly dialect: Dialect;
  /** Sum of the vocabularies whose keywords it has. */
  readonly vocabularies: number;
}

const FORMAT = Vocabulary.Format;
const ASSERTION = Vocabulary.Format | Vocabulary.FormatAssertion;

/** What a vocabulary's URI brings, where it is declared optional and where it is declared required. */
type Declared = readonly [optional: number, required: number];

const both = (vocabularies: number): Declared => [vocabularies, vocabularies];

const BY_URI: ReadonlyMap<string, Declared> = new Map<string, Declared>([
  ["2019-09/vocab/core", both(Vocabulary.Core)],
  ["2019-09/vocab/applicator", both(Vocabulary.Applicator | Vocabulary.Unevaluated)],
  ["2019-09/vocab/validation", both(Vocabulary.Validation)],
  ["2019-09/vocab/format", [FORMAT, ASSERTION]],
  ["2019-09/vocab/content", both(Vocabulary.Content)],
  ["2019-09/vocab/meta-data", both(Vocabulary.MetaData)],
  ["2020-12/vocab/core", both(Vocabulary.Core)],
  ["2020-12/vocab/applicator", both(Vocabulary.Applicator)],
  ["2020-12/vocab/unevaluated", both(Vocabulary.Unevaluated)],
  ["2020-12/vocab/validation", both(Vocabulary.Validation)],
  ["2020-12/vocab/format-annotation", both(FORMAT)],
  ["2020-12/vocab/format-assertion", both(ASSERTION)],
  ["2020-12/vocab/content", both(Vocabulary.Content)],
  ["2020-12/vocab/meta-data", both(Vocabulary.MetaData)],
]);

/** Finds documents by absolute URI without fragment. */
type Source = (uri: string) => JsonNode | undefined;

const BASE = "https://json-schema.org/draft/";

/** All but `FormatAssertion`. */
const STANDARD = 255 & ~Vocabulary.FormatAssertion;

/** The rules of a dialect's own metaschema. */
export function standardRules(dialect: Dialect): SchemaRules {
  return { dialect, vocabularies: STANDARD };
}

/**
 * The rules that a `$schema` names: those of a dialect, or those of a metaschema among the caller's documents.
 *
 * @param metaschema the value of `$schema`
 * @param at the schema that has it
 * @throws InvalidSchemaError where it is not a string; UnsupportedSchemaError where it names a metaschema that is not
 *   known, or one that requires a vocabulary that is not
 */
export function rulesOf(metaschema: JsonNode, at: Place, source: Source): SchemaRules {
  const dialect = typeof metaschema === "string" ? dialectOf(metaschema) : undefined;
  if (dialect !== undefined) return standardRules(dialect);
  const details = { ...at, keyword: "$schema" };
  if (typeof metaschema !== "string") throw new InvalidSchemaError({ ...details, reason: "must be a URI" });
  const document = metaschemaAt(metaschema, details, source);
  const based = baseDialect(document, details, source);
  if (based === undefined) {
    const reason = `the metaschema ${metaschema} does not say, by its own $schema or $vocabulary, which dialect it is for`;
    throw new UnsupportedSchemaError({ ...details, reason });
  }
  const vocabulary = document?.get("$vocabulary");
  if (based < Dialect.Draft201909 || !(vocabulary instanceof JsonObject)) return standardRules(based);
  // Core is always there, declared or not.
  let vocabularies: number = Vocabulary.Core;
  for (const [uri, required] of vocabulary) {
    const declared = known(uri, based);
    if (declared !== undefined) vocabularies |= declared[required === true ? 1 : 0];
    else if (required === true) {
      const reason = `the metaschema ${metaschema} requires the vocabulary ${uri}, which is not known in ${dialectName(based)}`;
      throw new UnsupportedSchemaError({ ...details, reason });
    }
  }
  return { dialect: based, vocabularies };
}

/** The dialect that a metaschema extends: that of its core vocabulary, or that of its own metaschema. */
function baseDialect(metaschema: JsonObject | undefined, at: Place, source: Source): Dialect | undefined {
  const seen = new Set<string>();
  for (let next = metaschema; next !== undefined; ) {
    const vocabulary = next.get("$vocabulary");
    if (vocabulary instanceof JsonObject) {
      for (const dialect of [Dialect.Draft202012, Dialect.Draft201909]) {
        if (vocabulary.has(`${BASE}${dialectName(dialect)}/vocab/core`)) return dialect;
      }
    }
    const above = next.get("$schema");
    if (typeof above !== "string" || seen.has(above)) return undefined;
    seen.add(above);
    const dialect = dialectOf(above);
    if (dialect !== undefined) return dialect;
    next = metaschemaAt(above, at, source);
  }
  return undefined;
}

/** Undefined: the document says nothing. @throws MissingDocumentError */
function metaschemaAt(uri: string, at: Place, source: Source): JsonObject | undefined {
  const document = source(withoutFragment(uri));
  if (document instanceof JsonObject) return document;
  if (document !== undefined) return undefined;
  const reason = `the metaschema ${uri} is not known; use draft-04, -06, -07, 2019-09 or 2020-12, or pass it in the option schemas`;
  throw new MissingDocumentError({ ...at, uri: withoutFragment(uri), reason });
}

function known(uri: string, dialect: Dialect): Declared | undefined {
  const name = uri.startsWith(BASE) ? uri.slice(BASE.length) : "";
  return name.startsWith(`${dialectName(dialect)}/`) ? BY_URI.get(name) : undefined;
}
