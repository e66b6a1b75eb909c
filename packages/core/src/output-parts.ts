import { ByteTrail } from "./automaton/byte-trail.js";
import type { Config } from "./automaton/configs.js";
import type { Engine } from "./automaton/engine.js";
import { OutputPart } from "./automaton/output-part.js";
import type { Grammar } from "./grammar/grammar.js";

/** How many bytes of a piece of an output belong to which part of it, in this order; the end of a fence is neither. */
export interface PieceParts {
  readonly leadIn: number;
  readonly value: number;
}

/**
 * Tells, piece by piece, what of an output comes before its value, and what behind it (`leadIn` of `JsonSchemaOptions`).
 *
 * ```ts
 * const parts = new OutputParts(grammar);
 * const { leadIn, value } = parts.push(bytes);
 * const text = bytes.subarray(leadIn, leadIn + value);
 * ```
 */
export class OutputParts {
  private readonly engine: Engine;
  private readonly trail = new ByteTrail();
  private readonly one = new Uint8Array(1);
  private config: Config;
  private length = 0;

  constructor(grammar: Grammar) {
    this.engine = grammar.automaton;
    this.config = this.engine.start;
  }

  /**
   * The parts of the next piece.
   * @throws RangeError where the grammar does not allow it
   */
  push(bytes: Uint8Array): PieceParts {
    const { engine, trail, one } = this;
    if (engine.partOf === undefined || !engine.hasLeadIn) return { leadIn: 0, value: bytes.length };
    let leadIn = 0;
    let value = 0;
    for (const byte of bytes) {
      one[0] = byte;
      trail.reserve(this.length + 1);
      this.config = engine.read(this.config, one, trail, this.length++);
      if (this.config === 0) throw new RangeError("The grammar does not allow this piece of the output");
      const part = engine.partOf(this.config);
      if (part === OutputPart.LeadIn) leadIn++;
      else if (part === OutputPart.Value) value++;
    }
    return { leadIn, value };
  }
}
