import type { Automaton } from "../automaton/automaton.js";
import type { Annotation } from "../json-schema/document.js";

/** What the compiler made of a schema. */
export interface CompileReport {
  /** The dialect that the schema was read in, such as "2020-12". */
  readonly dialect: string;
  /** Keywords that say nothing about validity, or that the dialect does not know. */
  readonly annotations: readonly Annotation[];
}

/** A compiled grammar: immutable for its users, shared by any number of matchers and vocabularies. */
export interface Grammar {
  readonly report: CompileReport;
  /** The lazy automaton; for this package's own use. */
  readonly automaton: Automaton;
}
