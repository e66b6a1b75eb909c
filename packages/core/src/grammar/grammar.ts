import type { Automaton } from "../automaton/automaton.js";
import type { Annotation } from "../json-schema/document.js";
import type { SchemaWarning } from "../json-schema/warnings.js";

/** What the compiler made of a schema. */
export interface CompileReport {
  /** The dialect that the schema was read in, such as "2020-12"; "regex" or "choice" for other grammars. */
  readonly dialect: string;
  /** Keywords that say nothing about validity, or that the dialect does not know. */
  readonly annotations: readonly Annotation[];
  /** Under `lenient`: the keywords that are passed over because they cannot be enforced. */
  readonly warnings: readonly SchemaWarning[];
}

/** A compiled grammar: immutable for its users, shared by any number of matchers and vocabularies. */
export interface Grammar {
  readonly report: CompileReport;
  /** The lazy automaton, for this package's own use: the one that a new matcher should take. */
  readonly automaton: Automaton;
}

/** An automaton, and whether it has grown so much that the next matcher should have a new one. */
export interface Generation {
  readonly automaton: Automaton;
  isFull(): boolean;
}

/**
 * A grammar whose automaton is made anew when it has grown too much. States are made as outputs reach them, and kept; a
 * grammar that is used for long would run into the limits, and keep what it will not need again.
 */
export class RenewableGrammar implements Grammar {
  readonly report: CompileReport;
  private readonly build: () => Generation;
  private generation: Generation;

  constructor(report: CompileReport, first: Generation, build: () => Generation) {
    this.report = report;
    this.generation = first;
    this.build = build;
  }

  get automaton(): Automaton {
    if (this.generation.isFull()) this.generation = this.build();
    return this.generation.automaton;
  }
}
