import { ByteSet } from "../automaton/context-free/byte-set.js";
import { EmbeddedJson } from "../automaton/context-free/embedded-json.js";
import type { LexemeReader } from "../automaton/context-free/terminals.js";
import { TextAutomaton } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import type { MaskStore } from "./mask-store.js";
import { Masks } from "./masks.js";
import { type TerminalMasks, terminalMasks } from "./terminal-masks.js";
import type { LayeredMask } from "./token-mask.js";

/** So many states of a terminal are looked at to tell what bytes it can end with. */
const MAX_STATES = 64;

/** Terminals that read nearly all of the vocabulary, or JSON: the tokens that stay in them are known without a walk. */
export class RichTerminals {
  private readonly vocabulary: Vocabulary;
  private readonly store: MaskStore;
  private readonly jsonMasks = new Map<EmbeddedJson, Masks>();
  private readonly lastBytes = new Map<LexemeReader, Map<number, ByteSet>>();
  private readonly richStates = new Map<number, boolean>();
  private texts: TerminalMasks | undefined;

  constructor(vocabulary: Vocabulary, store: MaskStore) {
    this.vocabulary = vocabulary;
    this.store = store;
  }

  has(reader: LexemeReader, state: number): boolean {
    if (reader instanceof EmbeddedJson) return true;
    if (!(reader instanceof TextAutomaton)) return false;
    let isRich = this.richStates.get(state);
    if (isRich === undefined) {
      const { size, bytes, subtreeEnd } = this.vocabulary.trie;
      let live = 0;
      for (let node = 1; node < size; node = subtreeEnd[node] as number) {
        if (reader.step(state, bytes[node] as number) !== 0) live += (subtreeEnd[node] as number) - node;
      }
      isRich = live * 8 > size * 7;
      this.richStates.set(state, isRich);
    }
    return isRich;
  }

  /** The tokens that stay in one. */
  mask(reader: LexemeReader, state: number): LayeredMask {
    if (reader instanceof EmbeddedJson) return this.jsonMask(reader, state);
    this.texts ??= terminalMasks(reader as TextAutomaton, this.vocabulary, this.store);
    return this.texts.get(state);
  }

  /** The bytes that a terminal can end with behind a state; all where there are many states. */
  lastBytesOf(reader: LexemeReader, state: number): ByteSet {
    let known = this.lastBytes.get(reader);
    if (known === undefined) this.lastBytes.set(reader, (known = new Map()));
    const key = reader instanceof EmbeddedJson ? reader.start : state;
    let last = known.get(key);
    if (last === undefined) {
      last = reader instanceof EmbeddedJson ? lastOfJson(reader) : lastOf(reader, state);
      known.set(key, last);
    }
    return last;
  }

  private jsonMask(reader: EmbeddedJson, state: number): LayeredMask {
    let masks = this.jsonMasks.get(reader);
    if (masks === undefined) {
      masks = new Masks(reader.automaton, this.vocabulary, this.store);
      this.jsonMasks.set(reader, masks);
    }
    const mask = masks.get(reader.config(state), reader.load(state), reader.length(state));
    return reader.isFinal(state) ? mask.without(masks.end.list()) : mask;
  }
}

function lastOf(reader: LexemeReader, start: number): ByteSet {
  const last = new ByteSet();
  const states = new Set([start]);
  for (const state of states) {
    for (let byte = 0; byte < 256; byte++) {
      const next = reader.step(state, byte);
      if (next === 0) continue;
      if (reader.isFinal(next)) last.add(byte);
      if (states.size <= MAX_STATES) states.add(next);
    }
    if (states.size > MAX_STATES) return allBytes();
  }
  return last;
}

/** By what a value begins with. */
function lastOfJson(reader: EmbeddedJson): ByteSet {
  const last = new ByteSet();
  const add = (text: string) => {
    for (let i = 0; i < text.length; i++) last.add(text.charCodeAt(i));
  };
  const begins = (text: string) => reader.step(reader.start, text.charCodeAt(0)) !== 0;
  if (begins("{")) add("}");
  if (begins("[")) add("]");
  if (begins('"')) add('"');
  if (begins("t") || begins("f")) add("e");
  if (begins("n")) add("l");
  if ([..."-0123456789"].some(begins)) add("0123456789");
  return last;
}

function allBytes(): ByteSet {
  const all = new ByteSet();
  for (let byte = 0; byte < 256; byte++) all.add(byte);
  return all;
}
