import { mix } from "../language/index.js";
import { arrayBytes, type MaskBudget, MaskCache } from "./mask-cache.js";
import type { StringPart } from "./string-parts.js";
import type { LayeredMask } from "./token-mask.js";

/** What tokens do in a config, or below some trie nodes, whatever text led there. Equal ones are the same object. */
export interface ConfigMask {
  readonly id: number;
  readonly mask: LayeredMask;
  /** The trie nodes where it depends on that text. */
  readonly asks: Int32Array;
}

export interface NewMask extends Omit<ConfigMask, "id"> {
  /** What its base takes, in bytes, if no other mask has it. */
  readonly baseBytes?: number | undefined;
}

interface Entry {
  readonly key: Int32Array;
  readonly value: ConfigMask;
  /** Another one with the same hash. */
  readonly next: Entry | undefined;
}

const INITIAL_WORDS = 256;
/** What the two objects of an entry take, in bytes. */
const OBJECT_BYTES = 96;

/**
 * Masks by what they are made of. A mask is a function of where its tokens lead, byte by byte: to the states of strings and
 * numbers, which all grammars share, and to masks of what is below. So places of different grammars, and with different
 * stacks, have one mask as long as no token can tell them apart, and it is computed once.
 *
 * A key is a list of numbers, put together on a stack: keys of parts are made while that of the whole waits.
 */
export class InternedMasks {
  private readonly cache: MaskCache<Entry>;
  private words = new Int32Array(INITIAL_WORDS);
  /** By word of the open keys: the mask, or part of a string, whose number it is. */
  private readonly things: (ConfigMask | StringPart | undefined)[] = [];
  private top = 0;
  private nextId = 1;

  constructor(budget: MaskBudget) {
    this.cache = new MaskCache(budget);
  }

  /** Opens a key; returns its start. */
  begin(): number {
    return this.top;
  }

  /** Drops open keys, which an error may have left. */
  clear(): void {
    this.top = 0;
  }

  /** Adds a word to the key that was opened last. */
  push(word: number): void {
    if (this.top === this.words.length) {
      const words = new Int32Array(this.top * 2);
      words.set(this.words);
      this.words = words;
    }
    this.words[this.top++] = word;
  }

  /** Adds a mask to the key that was opened last. */
  pushMask(mask: ConfigMask): void {
    this.things[this.top] = mask;
    this.push(mask.id);
  }

  pushPart(part: StringPart): void {
    this.things[this.top] = part;
    this.push(part.id);
  }

  word(at: number): number {
    return this.words[at] as number;
  }

  mask(at: number): ConfigMask {
    return this.things[at] as ConfigMask;
  }

  part(at: number): StringPart {
    return this.things[at] as StringPart;
  }

  /**
   * Closes the key that was opened last.
   *
   * @param place what the key is about: a number of a front
   * @param make computes the mask from the words from `start` to `end - 1`
   */
  end(place: number, start: number, make: (start: number, end: number) => NewMask): ConfigMask {
    const { words, top: end } = this;
    let hash = end - start;
    for (let i = start; i < end; i++) hash = mix(hash, words[i] as number);
    hash >>>= 1;
    const first = this.cache.get(hash, place);
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (this.isKey(entry.key, start, end)) {
        this.top = start;
        return entry.value;
      }
    }
    const { mask, asks, baseBytes = 0 } = make(start, end);
    const value = { id: this.nextId++, mask, asks };
    const key = words.slice(start, end);
    const bytes = arrayBytes(key) + mask.bytes + baseBytes + arrayBytes(asks) + OBJECT_BYTES;
    this.cache.set(hash, place, { key, value, next: first }, bytes);
    this.top = start;
    return value;
  }

  private isKey(key: Int32Array, start: number, end: number): boolean {
    if (key.length !== end - start) return false;
    for (let i = 0; i < key.length; i++) if (key[i] !== this.words[start + i]) return false;
    return true;
  }
}
