import type { Place, UnsupportedSchemaError } from "./errors.js";

/** A keyword that is passed over because it cannot be enforced. */
export interface SchemaWarning extends Place {
  readonly keyword: string | undefined;
  /** Why it cannot be enforced. */
  readonly reason: string;
}

/** What becomes of keywords that cannot be enforced: an error each, or under `lenient` a warning each. */
export class Unenforceable {
  /** In the order in which they were met: those of patterns when the schema is compiled, others where an output reaches them. */
  readonly warnings: SchemaWarning[] = [];
  private readonly lenient: boolean;
  private seen: Set<string> | undefined;

  constructor(lenient: boolean) {
    this.lenient = lenient;
  }

  /** Passes a keyword over. @throws the error, unless lenient */
  passOver(error: UnsupportedSchemaError): void {
    if (!this.lenient) throw error;
    const { pointer, document, keyword, reason } = error;
    const key = JSON.stringify([pointer, document, keyword, reason]);
    this.seen ??= new Set();
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.warnings.push({ pointer, ...(document === undefined ? {} : { document }), keyword, reason });
  }
}
