/** Short ways to end an output, as its matcher sees them. */
import { Automaton } from "./automaton/automaton.js";
import type { ByteTrail } from "./automaton/byte-trail.js";
import { Companion } from "./automaton/companion.js";
import { type Completion, completionBytes } from "./automaton/completion.js";
import { Completions } from "./automaton/completions.js";
import type { Config } from "./automaton/configs.js";
import { ItemAutomaton } from "./automaton/context-free/item-automaton.js";
import { ItemCompletions } from "./automaton/context-free/item-completions.js";
import type { CompletionFinder, Engine } from "./automaton/engine.js";
import { isLimitError, type LimitError } from "./json-schema/errors.js";
import { onceFor } from "./mask/once.js";
import { endMask, type LayeredMask, tokensMask } from "./mask/token-mask.js";
import { TokenSpelling } from "./mask/token-spelling.js";
import type { Vocabulary } from "./vocabulary/index.js";

/** A text that ends an output. */
export interface ShortestCompletion {
  readonly bytes: Uint8Array;
  /** The least number of tokens that spell it, without the end of the sequence; Infinity if the vocabulary cannot. */
  readonly tokens: number;
}

const completionFinders = new Companion(() => new WeakMap<Vocabulary, CompletionFinder>());
const schemaCompletions = new Companion((automaton: Automaton) => new Completions(automaton));
const spellings = new WeakMap<Vocabulary, TokenSpelling>();

/** How many completions that depend on text may be searched; others are remembered. */
export interface Searches {
  left: number;
}

/** An output that hit a limit, and is ended by a completion from there. */
export interface LimitHit {
  readonly error: LimitError;
  /** The bytes of output before it. */
  readonly length: number;
}

/** What a matcher keeps of that. */
export interface ForcedEnd extends LimitHit {
  /** The matcher's steps before it. */
  readonly steps: number;
  readonly completion: Completion;
  readonly bytes: Uint8Array;
}

/** Completions of an automaton, counted in the tokens of a vocabulary. What is found is shared by all matchers. */
export class Closing {
  private readonly vocabulary: Vocabulary;
  private readonly completions: CompletionFinder;
  private readonly spelling: TokenSpelling;

  constructor(engine: Engine, vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.completions = completionsOf(engine, vocabulary);
    this.spelling = onceFor(spellings, vocabulary, () => new TokenSpelling(vocabulary));
  }

  /** What ends the output after `length` bytes of it, which the trail holds. */
  completion(config: Config, trail: ByteTrail, length: number): Completion {
    return this.completions.of(config, trail, length);
  }

  /** The same, unless it depends on text and there is nothing left to search for such ones. */
  completionWithin(
    searches: Searches,
    config: Config,
    trail: ByteTrail,
    length: number,
  ): Completion | undefined {
    const { completions } = this;
    if (completions.dependsOnText(config)) {
      // Of keys only those that may become a name of the schema: others are as many as the vocabulary.
      if (!completions.mayBecomeName(config, trail, length) || --searches.left < 0) return undefined;
    }
    return completions.of(config, trail, length);
  }

  /** The least number of tokens that spell a completion from an offset on. */
  count(completion: Completion, offset = 0): number {
    return this.spelling.count(completion, offset);
  }

  /** The first of them; -1 at its end. */
  tokenAt(completion: Completion, offset: number): number {
    return this.spelling.tokenAt(completion, offset);
  }

  /**
   * How an output ends that hit a limit.
   * @throws the limit's error where no end is found, or the vocabulary cannot spell it
   */
  forcedEnd(
    error: LimitError,
    at: { config: Config; trail: ByteTrail; length: number; steps: number },
  ): ForcedEnd {
    const { config, trail, length, steps } = at;
    let completion: Completion;
    try {
      completion = this.completions.beyondLimit(config, trail, length);
    } catch (second) {
      throw isLimitError(second) ? error : second;
    }
    if (this.count(completion) === Number.POSITIVE_INFINITY) throw error;
    return { error, length, steps, completion, bytes: completionBytes(completion) };
  }

  /** The mask behind `length` bytes of an output that is being ended: the next token, or the end of the sequence. */
  maskOf({ completion, length: start }: ForcedEnd, length: number): LayeredMask {
    const { vocabulary } = this;
    const next = this.spelling.tokenAt(completion, length - start);
    return next < 0 ? endMask(vocabulary) : tokensMask(vocabulary.size, Int32Array.of(next));
  }
}

function completionsOf(engine: Engine, vocabulary: Vocabulary): CompletionFinder {
  return onceFor(completionFinders.of(engine), vocabulary, () => {
    if (engine instanceof Automaton) return schemaCompletions.of(engine);
    if (engine instanceof ItemAutomaton) return new ItemCompletions(engine, vocabulary);
    throw new TypeError("The grammar was made by another version of this package");
  });
}
