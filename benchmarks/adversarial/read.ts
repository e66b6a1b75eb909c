import { compileJsonSchema, Matcher, SchemaLimitError, Vocabulary } from "@grammask/core";
import { type Work, Worked } from "./work.js";

export interface Reading {
  /** Whether the value was read to its end; "limit": a typed limit error came first. */
  readonly outcome: "accepted" | "refused" | "limit";
  readonly compile: Work;
  readonly total: Work;
  /** The longest of a single byte, by each clock. */
  readonly longest: Work;
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
  const start = new Worked();
  let compile: Work | undefined;
  let longest: Work = { thread: 0, process: 0 };
  const reading = (outcome: Reading["outcome"]): Reading => {
    const total = start.sinceThen();
    return { outcome, compile: compile ?? total, total, longest };
  };
  try {
    const grammar = compileJsonSchema(schema, { order: "any", whitespace: "compact", limits });
    compile = start.sinceThen();
    const matcher = new Matcher(grammar, vocabulary);
    for (const byte of new TextEncoder().encode(JSON.stringify(value))) {
      const before = new Worked();
      const accepted = matcher.acceptBytes(Uint8Array.of(byte));
      const { thread, process } = before.sinceThen();
      longest = { thread: Math.max(longest.thread, thread), process: Math.max(longest.process, process) };
      if (matcher.limitHit !== undefined) return reading("limit");
      if (!accepted) return reading("refused");
    }
    return reading(matcher.isComplete ? "accepted" : "refused");
  } catch (error) {
    if (error instanceof SchemaLimitError) return reading("limit");
    throw error;
  }
}

/** Whether the shortest output that the schema allows is found, and is one. */
export function isEnded(schema: unknown, limits: Partial<Cost> = {}): boolean {
  const matcher = new Matcher(
    compileJsonSchema(schema, { order: "any", whitespace: "compact", limits }),
    vocabulary,
  );
  return matcher.acceptBytes(matcher.shortestCompletion().bytes) && matcher.isComplete;
}
