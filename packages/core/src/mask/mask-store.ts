import type { KeyStarts } from "../automaton/alike-objects.js";
import { ByteSetNumbers } from "../automaton/context-free/byte-set.js";
import type { JsonStringAutomaton, TextAutomaton } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { ExitLists } from "./exit-lists.js";
import { Fronts } from "./fronts.js";
import { InternedMasks } from "./interned-masks.js";
import { keyStarts } from "./key-starts.js";
import { MaskBudget } from "./mask-cache.js";
import { MaskUnions } from "./mask-union.js";
import { onceFor } from "./once.js";
import { StringMasks } from "./string-masks.js";
import { TextMasks } from "./text-masks.js";
import { TokenCollector } from "./token-collector.js";
import { WholeTexts } from "./whole-texts.js";

/** What all grammars share for one vocabulary: the memory for masks, and the masks of strings and texts. */
export class MaskStore {
  readonly budget: MaskBudget;
  readonly collector: TokenCollector;
  readonly fronts: Fronts;
  readonly unions: MaskUnions;
  /** The bytes that can follow terminals of grammars. */
  readonly byteSets = new ByteSetNumbers();
  /** The bytes that lead to the trie nodes at which keys end. */
  readonly keyPaths = new Map<number, Uint8Array>();
  private readonly vocabulary: Vocabulary;
  /** By whether escapes are minimal. */
  private readonly knownKeyStarts: (KeyStarts | undefined)[] = [];
  /** The automaton goes when the last grammar that reads strings with it does. */
  private byAutomaton = new WeakMap<JsonStringAutomaton | TextAutomaton, StringMasks>();

  private byTexts = new WeakMap<TextAutomaton, TextMasks>();
  /** Their keys have states of the automaton. */
  private internedFor = new WeakMap<JsonStringAutomaton, InternedMasks>();

  /** @param maxBytes memory for masks, in bytes. */
  constructor(vocabulary: Vocabulary, maxBytes: number) {
    this.vocabulary = vocabulary;
    this.collector = new TokenCollector(vocabulary.size, vocabulary.trie);
    this.budget = new MaskBudget(maxBytes);
    this.unions = new MaskUnions(vocabulary.size, this.budget);
    this.fronts = new Fronts(vocabulary.trie, new ExitLists(vocabulary.trie.size));
  }

  /** What tokens can read of keys that they begin behind a value. */
  keyStarts(strings: JsonStringAutomaton): KeyStarts {
    const index = strings.isMinimal ? 1 : 0;
    this.knownKeyStarts[index] ??= keyStarts(strings, this.vocabulary);
    return this.knownKeyStarts[index];
  }

  /** The masks of all grammars that read strings with an automaton, by what they are made of. */
  interned(automaton: JsonStringAutomaton): InternedMasks {
    return onceFor(this.internedFor, automaton, () => new InternedMasks(this.budget));
  }

  /** Makes what depends on the vocabulary alone, and the masks of the automata that most grammars share. */
  prepare({ strings, texts }: { strings(escapes: "any"): JsonStringAutomaton; texts: TextAutomaton }): void {
    this.strings(strings("any"));
    this.keyStarts(strings("any"));
    this.texts(texts);
  }

  strings(automaton: JsonStringAutomaton): StringMasks {
    return this.masksOf(automaton, () => automaton);
  }

  /** The masks of whole outputs that are text. */
  wholeTexts(automaton: TextAutomaton): StringMasks {
    return this.masksOf(automaton, () => new WholeTexts(automaton));
  }

  /** The masks of texts within JSON: numbers. */
  texts(automaton: TextAutomaton): TextMasks {
    const { trie, size } = this.vocabulary;
    const { lists } = this.fronts;
    const make = () => new TextMasks(automaton, trie, lists, new TokenCollector(size, trie), this.budget);
    return onceFor(this.byTexts, automaton, make);
  }

  private masksOf(
    automaton: JsonStringAutomaton | TextAutomaton,
    reader: () => JsonStringAutomaton | WholeTexts,
  ): StringMasks {
    const { vocabulary, fronts, budget } = this;
    return onceFor(
      this.byAutomaton,
      automaton,
      () => new StringMasks(reader(), vocabulary, fronts.lists, budget),
    );
  }
}

const stores = new WeakMap<Vocabulary, MaskStore>();

export function maskStore(vocabulary: Vocabulary): MaskStore {
  return onceFor(stores, vocabulary, () => new MaskStore(vocabulary, vocabulary.maskMemory));
}
