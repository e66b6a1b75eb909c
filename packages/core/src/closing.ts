/** Short ways to end an output, as its matcher sees them. */
import type { Automaton } from "./automaton/automaton.js";
import type { ByteTrail } from "./automaton/byte-trail.js";
import { type Completion, Completions } from "./automaton/completions.js";
import type { Config } from "./automaton/configs.js";
import { TokenSpelling } from "./mask/token-spelling.js";
import type { Vocabulary } from "./vocabulary/index.js";

/** A text that ends an output. */
export interface ShortestCompletion {
  readonly bytes: Uint8Array;
  /** The least number of tokens that spell it, without the end of the sequence; Infinity if the vocabulary cannot. */
  readonly tokens: number;
}

const completionsByAutomaton = new WeakMap<Automaton, Completions>();
const spellings = new WeakMap<Vocabulary, TokenSpelling>();

/** Completions of an automaton, counted in the tokens of a vocabulary. What is found is shared by all matchers. */
export class Closing {
  private readonly completions: Completions;
  private readonly spelling: TokenSpelling;

  constructor(automaton: Automaton, vocabulary: Vocabulary) {
    this.completions = shared(completionsByAutomaton, automaton, () => new Completions(automaton));
    this.spelling = shared(spellings, vocabulary, () => new TokenSpelling(vocabulary));
  }

  /** What ends the output after `length` bytes of it, which the trail holds. */
  completion(config: Config, trail: ByteTrail, length: number): Completion {
    return this.completions.of(config, trail, length);
  }

  count(completion: Completion): number {
    return this.spelling.count(completion);
  }
}

function shared<K extends object, V>(map: WeakMap<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
