import type { Vocabulary } from "../vocabulary/index.js";
import type { ByteTrail } from "./byte-trail.js";
import type { Completion } from "./completion.js";
import type { Config } from "./configs.js";
import type { Capture } from "./context-free/captures.js";
import type { OutputStep } from "./context-free/chart.js";
import type { OutputPart } from "./output-part.js";

/**
 * What runs a grammar: the pushdown automaton of JSON Schemas and texts (`Automaton`), or that of context-free grammars
 * (`ItemAutomaton`). Configs are numbers; 0 is none. Every config that is handed out is live: some continuation ends the
 * output.
 */
export interface Engine {
  /** The config before an output. */
  readonly start: Config;
  /** Time for one mask, or for accepting one token. */
  readonly maskMilliseconds: number;
  /** What is kept with it, by its `Companion`. */
  readonly companions: Map<object, unknown>;
  /** Whether the output may end in a config. */
  isComplete(config: Config): boolean;
  /**
   * The config after some bytes, or 0. Writes them to the trail from offset `length` on, and leaves there what they
   * changed.
   * @param from where they begin in `bytes`; default: at its start
   * @param to where they end; default: at its end
   */
  read(
    config: Config,
    bytes: Uint8Array,
    trail: ByteTrail,
    length: number,
    from?: number,
    to?: number,
  ): Config;
  /** The same for a token, where the grammar can ask for tokens whatever their bytes; undefined: it cannot. */
  readToken?(config: Config, id: number, vocabulary: Vocabulary, trail: ByteTrail, length: number): Config;
  /** The config when a token has ended, which may have limits on their number; undefined: it has none. */
  endToken?(config: Config): Config;
  /** What a sampler's temperature should be for the next token; undefined: the grammar does not say. */
  temperature?(config: Config): number | undefined;
  /** Whether something may come before the value, and a code fence around it; missing: it may not. */
  readonly hasLeadIn?: boolean;
  /** The part of the output that the byte before a config belongs to; missing: all is the value. */
  partOf?(config: Config): OutputPart;
  /** What the grammar captures of a whole output; missing: it captures nothing. */
  captures?(bytes: Uint8Array, steps: readonly OutputStep[], vocabulary: Vocabulary): readonly Capture[];
  /** Whether it asks for tokens in a config. */
  asksForTokens?(config: Config): boolean;
}

/** Finds short texts that end an output. */
export interface CompletionFinder {
  /**
   * A short text that ends the output after `length` bytes of it, which the trail holds.
   * @throws SchemaLimitError, LanguageLimitError where a limit does not let it be found
   */
  of(config: Config, trail: ByteTrail, length: number): Completion;
  /** The same for an output that hit a limit; it may go beyond limits of what is kept. */
  beyondLimit(config: Config, trail: ByteTrail, length: number): Completion;
  /** Whether what ends the output from a config depends on the text that led there; others are remembered. */
  dependsOnText(config: Config): boolean;
  /** Whether an open key is the beginning of a name that the schema mentions; true outside of keys. */
  mayBecomeName(config: Config, trail: ByteTrail, length: number): boolean;
}
