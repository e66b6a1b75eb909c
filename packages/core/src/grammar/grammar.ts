import type { Engine } from "../automaton/engine.js";
import type { CompileReport } from "../json-schema/report.js";
import type { Vocabulary } from "../vocabulary/index.js";

/** A compiled grammar: immutable for its users, shared by any number of matchers and vocabularies. */
export interface Grammar {
  /** What was made of the source; put together when it is first asked for. */
  readonly report: CompileReport;
  /** The lazy automaton, for this package's own use: the one that a new matcher should take. */
  readonly automaton: Engine;
  /** The same for a vocabulary, where the grammar asks for tokens that not every vocabulary has. */
  automatonFor?(vocabulary: Vocabulary): Engine;
}

/** An automaton, and whether it has grown so much that the next matcher should have a new one. */
export interface Generation {
  readonly automaton: Engine;
  isFull(): boolean;
  report(): CompileReport;
}

/**
 * A grammar whose automaton is made anew when it has grown too much. States are made as outputs reach them, and kept; a
 * grammar that is used for long would run into the limits, and keep what it will not need again.
 */
export class RenewableGrammar implements Grammar {
  private madeReport: CompileReport | undefined;
  private readonly build: () => Generation;
  private generation: Generation;

  constructor(first: Generation, build: () => Generation) {
    this.generation = first;
    this.build = build;
  }

  get report(): CompileReport {
    this.madeReport ??= this.generation.report();
    return this.madeReport;
  }

  get automaton(): Engine {
    if (this.generation.isFull()) this.generation = this.build();
    return this.generation.automaton;
  }
}
