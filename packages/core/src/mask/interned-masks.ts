import { KeyTable } from "./key-table.js";
import { arrayBytes, type MaskBudget, type MaskGeneration } from "./mask-cache.js";
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

const INITIAL_WORDS = 256;
/** What the object of a mask takes, and its numbers in a table, in bytes. */
const OBJECT_BYTES = 96;

/**
 * Masks by what they are made of. A mask is a function of where its tokens lead, byte by byte: to the states of strings and
 * numbers, which all grammars share, and to masks of what is below. So places of different grammars, and with different
 * stacks, have one mask as long as no token can tell them apart, and it is computed once.
 *
 * A key is a list of numbers, put together on a stack: keys of parts are made while that of the whole waits.
 */
export class InternedMasks {
  private readonly budget: MaskBudget;
  private readonly tables = new WeakMap<MaskGeneration, KeyTable<ConfigMask>>();
  private words = new Int32Array(INITIAL_WORDS);
  /** By word of the open keys: the mask, or part of a string, whose number it is. */
  private readonly things: (ConfigMask | StringPart | undefined)[] = [];
  private top = 0;
  private nextId = 1;

  constructor(budget: MaskBudget) {
    this.budget = budget;
  }

  /** Opens a key; returns its start. */
  begin(): number {
    return this.top;
  }

  /** The end of the key that was opened last. */
  get end(): number {
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
   * The mask of the key that was opened last, which is closed; undefined: there is none, and the key stays open.
   *
   * @param place what the key is about: a number of a front
   */
  find(place: number, start: number): ConfigMask | undefined {
    const { words, top } = this;
    const hash = KeyTable.hash(place, words, start, top);
    const recent = this.tables.get(this.budget.recent);
    const found = recent?.find(hash, place, words, start, top) ?? this.findOlder(hash, place, start);
    if (found !== undefined) this.top = start;
    return found;
  }

  private findOlder(hash: number, place: number, start: number): ConfigMask | undefined {
    const older = this.tables.get(this.budget.older);
    const found = older?.find(hash, place, this.words, start, this.top);
    if (older === undefined || found === undefined) return undefined;
    this.keep(hash, place, start, found, older.lastBytes);
    return found;
  }

  /** Closes the key that was opened last, and keeps its mask. */
  add(place: number, start: number, { mask, asks, baseBytes = 0 }: NewMask): ConfigMask {
    const value = { id: this.nextId++, mask, asks };
    const hash = KeyTable.hash(place, this.words, start, this.top);
    this.keep(hash, place, start, value, mask.bytes + baseBytes + arrayBytes(asks));
    this.top = start;
    return value;
  }

  private keep(hash: number, place: number, start: number, value: ConfigMask, bytes: number): void {
    const { tables, budget } = this;
    let recent = tables.get(budget.recent);
    if (recent === undefined) tables.set(budget.recent, (recent = new KeyTable<ConfigMask>()));
    recent.add(hash, place, this.words, start, this.top, value, bytes);
    budget.charge(bytes + 4 * (this.top - start) + OBJECT_BYTES);
  }
}
