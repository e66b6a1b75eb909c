/** The masks of whatever runs a grammar. */
import { Automaton } from "./automaton/automaton.js";
import type { ByteTrail } from "./automaton/byte-trail.js";
import { Companion } from "./automaton/companion.js";
import type { Config } from "./automaton/configs.js";
import { ItemAutomaton } from "./automaton/context-free/item-automaton.js";
import type { Engine } from "./automaton/engine.js";
import { sharedLexemes } from "./grammar/lexemes.js";
import { ItemMasks } from "./mask/item-masks.js";
import { maskStore } from "./mask/mask-store.js";
import { Masks } from "./mask/masks.js";
import { onceFor } from "./mask/once.js";
import type { LayeredMask } from "./mask/token-mask.js";
import { type Vocabulary, withEachVocabulary } from "./vocabulary/index.js";

/** What a matcher needs of masks. */
export interface MaskSource {
  /** The tokens allowed in a config after `length` bytes of output, which the trail holds. */
  get(config: Config, trail: ByteTrail, length: number): LayeredMask;
  /** The mask behind the end of an output: nothing but the end of the sequence. */
  readonly end: LayeredMask;
}

// As long as a first output would otherwise take besides: 30 to 50 ms for 128,000 tokens.
withEachVocabulary((vocabulary) => maskStore(vocabulary).prepare(sharedLexemes()));

const sources = new Companion(() => new WeakMap<Vocabulary, MaskSource>());

/** The masks of a grammar for a vocabulary, shared by all of its matchers. */
export function masksFor(engine: Engine, vocabulary: Vocabulary): MaskSource {
  return onceFor(sources.of(engine), vocabulary, () => {
    if (engine instanceof Automaton) return new Masks(engine, vocabulary);
    if (engine instanceof ItemAutomaton) return new ItemMasks(engine, vocabulary);
    throw new TypeError("The grammar was made by another version of this package");
  });
}
