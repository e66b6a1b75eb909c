/** What the compiler made of a schema, read off its documents when somebody asks. */
import { isJsonArray, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import { Dialect, dialectName } from "./dialect.js";
import type { Place } from "./errors.js";
import { isApproximated, isKnownFormat } from "./formats/index.js";
import { type Keyword, keywordIn } from "./keywords.js";
import type { SchemaLimits } from "./limits.js";
import { type Position, placeOf } from "./position.js";
import type { SchemaSet } from "./schema-set.js";
import type { SchemaWarning } from "./warnings.js";

/** A keyword, and the schema that has it. */
export interface KeywordPlace extends Place {
  readonly keyword: string;
}

/** A limit of the caller, and how much of it a grammar has used. */
export interface LimitUse {
  readonly limit: keyof SchemaLimits;
  readonly used: number;
  readonly maximum: number;
}

/** What the compiler made of a grammar's source: plain data. */
export interface CompileReport {
  /** The dialect that the schema was read in, such as "2020-12"; "regex" or "choice" for other grammars. */
  readonly dialect: string;
  /** Whether that is because the schema names none. */
  readonly isDialectAssumed: boolean;
  /** The keywords that are enforced, and how often each stands in the documents, in the order in which they first do. */
  readonly enforced: Readonly<Record<string, number>>;
  /** Keywords that say nothing about validity, or that the dialect does not know; formats that none defines. */
  readonly annotations: readonly KeywordPlace[];
  /** Keywords that 2020-12 dropped and that keep their old meaning, because the schema names no dialect. */
  readonly olderKeywords: readonly KeywordPlace[];
  /** Patterns that are invalid with the flag u, so read as ECMA-262's Annex B does; the keyword is `regex` for that of a regex grammar. */
  readonly annexB: readonly (KeywordPlace & { readonly pattern: string })[];
  /** Formats that are not regular: a subset of the valid texts is accepted. */
  readonly approximatedFormats: readonly (KeywordPlace & { readonly format: string })[];
  /** Under `lenient`: the keywords that are passed over because they cannot be enforced. */
  readonly warnings: readonly SchemaWarning[];
  /** Of a context-free grammar: rules that no output has a part of. */
  readonly uselessRules: readonly UselessRule[];
  readonly limits: readonly LimitUse[];
}

/** A rule that no text matches (`endless`: each alternative needs one that never ends), or that the start does not lead to. */
export interface UselessRule {
  readonly rule: string;
  readonly reason: "endless" | "unused";
}

/** The report of a grammar that is no JSON Schema. */
export function plainReport(dialect: string): CompileReport {
  const none = {
    annotations: [],
    olderKeywords: [],
    annexB: [],
    approximatedFormats: [],
    warnings: [],
    uselessRules: [],
    limits: [],
  };
  return { dialect, isDialectAssumed: false, enforced: {}, ...none };
}

export interface ReportContext {
  readonly limits: SchemaLimits;
  readonly warnings: readonly SchemaWarning[];
  /** Nodes made so far. */
  readonly formulaNodes: number;
  assertsFormats(position: Position): boolean;
  /** Whether a pattern is valid with the flag u. */
  isUnicode(pattern: string): boolean;
}

/** The report of a schema; linear in its documents. */
export function schemaReport(documents: SchemaSet, context: ReportContext): CompileReport {
  const { dialect } = documents;
  const counts = new Map<string, number>();
  const annotations: KeywordPlace[] = [];
  const olderKeywords: KeywordPlace[] = [];
  const annexB: (KeywordPlace & { pattern: string })[] = [];
  const approximatedFormats: (KeywordPlace & { format: string })[] = [];
  for (const position of documents.positions()) {
    const { json, resource } = position;
    if (typeof json === "boolean") continue;
    for (const [name, value] of json) {
      const place = { ...plainPlace(position), keyword: name };
      const keyword = keywordIn(resource, name);
      if (keyword?.role === "definitions") continue;
      if (keyword === undefined || keyword.role === "annotation" || !position.has(name)) {
        if (!IDENTIFIERS.has(name)) annotations.push(place);
        continue;
      }
      if (name === "format") {
        const format = value as string;
        if (!context.assertsFormats(position) || !isKnownFormat(format, resource.dialect)) {
          annotations.push(place);
          continue;
        }
        if (isApproximated(format, resource.dialect)) approximatedFormats.push({ ...place, format });
      }
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (resource.dialect === Dialect.Unnamed && isOlder(name, value, keyword)) olderKeywords.push(place);
      const patterns =
        name === "pattern"
          ? [value as string]
          : name === "patternProperties"
            ? (value as JsonObject).keys()
            : [];
      for (const pattern of patterns) {
        if (!context.isUnicode(pattern)) annexB.push({ ...place, pattern });
      }
    }
  }
  return {
    dialect: dialectName(dialect),
    isDialectAssumed: dialect === Dialect.Unnamed,
    enforced: Object.fromEntries(counts),
    annotations,
    olderKeywords,
    annexB,
    approximatedFormats,
    warnings: context.warnings,
    uselessRules: [],
    limits: limitsUsed(documents, context),
  };
}

const IDENTIFIERS: ReadonlySet<string> = new Set(["$schema", "$id", "id", "$anchor", "$dynamicAnchor"]);

/** Without `document` where it is the schema itself. */
function plainPlace(position: Position): Place {
  const { pointer, document } = placeOf(position);
  return document === undefined ? { pointer } : { pointer, document };
}

function isOlder(name: string, value: JsonNode, { until }: Keyword): boolean {
  if (name === "items") return isJsonArray(value);
  return until < Dialect.Draft202012 || (name.startsWith("exclusive") && typeof value === "boolean");
}

function limitsUsed(documents: SchemaSet, { limits, formulaNodes }: ReportContext): LimitUse[] {
  const all = documents.documents();
  const used: [keyof SchemaLimits, number][] = [
    ["maxDepth", Math.max(...all.map(({ json }) => depthOf(json)))],
    ["maxSchemas", Math.max(...all.map(({ size }) => size))],
    ["maxDocuments", all.length - 1],
    ["maxFormulaNodes", formulaNodes],
  ];
  return used.map(([limit, used]) => ({ limit, used, maximum: limits[limit] }));
}

/** Levels of arrays and objects inside each other. */
function depthOf(json: JsonNode): number {
  let depth = 0;
  for (let level: JsonNode[] = [json]; ; depth++) {
    const next: JsonNode[] = [];
    let isDeeper = false;
    for (const at of level) {
      if (at === null || typeof at !== "object" || at instanceof JsonNumber) continue;
      isDeeper = true;
      for (const child of at instanceof JsonObject ? [...at].map(([, value]) => value) : at) next.push(child);
    }
    if (!isDeeper) return depth;
    level = next;
  }
}
