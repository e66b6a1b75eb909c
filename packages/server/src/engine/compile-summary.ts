import type { CompileReport } from "@grammask/core";

/** What the compiler says of a constraint, with bounds on how much: a schema may be large. */
export interface CompileSummary {
  /** Of a schema, such as "2020-12", and whether it names none itself; of other grammars their kind. */
  readonly dialect: string;
  readonly isDialectAssumed: boolean;
  /** The keywords that are enforced. */
  readonly enforced: readonly string[];
  /** Keywords that say nothing about validity, or that are not known: how many, and the first of them. */
  readonly annotationCount: number;
  readonly annotations: readonly { readonly pointer: string; readonly keyword: string }[];
  /** Formats of which a subset is accepted. */
  readonly approximatedFormats: readonly string[];
}

const MOST_PLACES = 10;
const MOST_NAMES = 100;

export function compileSummary(report: CompileReport): CompileSummary {
  const { dialect, isDialectAssumed, enforced, annotations, approximatedFormats } = report;
  return {
    dialect,
    isDialectAssumed,
    enforced: Object.keys(enforced).slice(0, MOST_NAMES),
    annotationCount: annotations.length,
    annotations: annotations
      .slice(0, MOST_PLACES)
      .map(({ pointer, keyword }) => ({ pointer: pointer.slice(0, 500), keyword: keyword.slice(0, 100) })),
    approximatedFormats: [...new Set(approximatedFormats.map(({ format }) => format))].slice(0, MOST_NAMES),
  };
}
