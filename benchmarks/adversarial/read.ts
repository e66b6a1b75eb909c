import { compileJsonSchema, Matcher, SchemaLimitError, Vocabulary } from "@grammask/core";

export interface Reading {
  /** Whether the value was read to its end; "limit": a typed limit error came first. */
  readonly outcome: "accepted" | "refused" | "limit";
  /** Milliseconds of processor time. */
  readonly compile: number;
  readonly total: number;
  /** The longest of a single byte. */
  readonly longest: number;
}

/** The limits that count what a case may cost. */
export interface Cost {
  readonly maxSatSteps: number;
  readonly maxFormulaNodes: number;
}

const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
const vocabulary = Vocabulary.fromBytes([...bytes, null], { eosTokenIds: [256], size: 257 });

/** Compiles a schema and reads a value byte by byte, properties in any order. */
export function read(schema: unknown, value: unknown, limits: Partial<Cost> = {}): Reading {
  const start = processorTime();
  let compile = 0;
  let longest = 0;
  const reading = (outcome: Reading["outcome"]): Reading => {
    const total = processorTime() - start;
    return { outcome, compile: compile || total, total, longest };
  };
  try {
    const grammar = compileJsonSchema(schema, { order: "any", whitespace: "compact", limits });
    compile = processorTime() - start;
    const matcher = new Matcher(grammar, vocabulary);
    for (const byte of new TextEncoder().encode(JSON.stringify(value))) {
      const before = processorTime();
      const accepted = matcher.acceptBytes(Uint8Array.of(byte));
      longest = Math.max(longest, processorTime() - before);
      if (matcher.limitHit !== undefined) return reading("limit");
      if (!accepted) return reading("refused");
    }
    return reading(matcher.isComplete ? "accepted" : "refused");
  } catch (error) {
    if (error instanceof SchemaLimitError) return reading("limit");
    throw error;
  }
}

/** Not the time on the clock: the machine may do other things. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
