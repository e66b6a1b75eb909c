/** So many are kept; then all go: there are names without end that no schema mentions. */
const MAX_KEYS = 512;
/** Longer keys are not kept, in bytes. */
const MAX_LENGTH = 64;
/** The first number of slots; a power of 2, as are all. */
const FIRST_SLOTS = 32;
const FIRST_BYTES = 256;
const NO_BYTES = new Uint8Array(0);

/**
 * Where keys lead, by the state that waits for them and their bytes. Otherwise a text would have to be made of these to be
 * looked up, while most keys come again: in the next item of a list, or in the next output.
 */
export class KeyMemo {
  /** Open addressing: the number of a key, from 1 on; 0: none. */
  private slots: number[] = [];
  private count = 0;
  private readonly waitings: number[] = [];
  private readonly nexts: number[] = [];
  /** By key: where its bytes end. */
  private readonly ends: number[] = [0];
  private bytes = NO_BYTES;

  /** The state behind a key that is written from `from` to `to`; 0: it is not known. */
  get(waiting: number, bytes: Uint8Array, from: number, to: number): number {
    if (this.count === 0 || to - from > MAX_LENGTH) return 0;
    const key = this.slots[this.slotOf(waiting, bytes, from, to)] as number;
    return this.nexts[key] as number;
  }

  set(waiting: number, bytes: Uint8Array, from: number, to: number, next: number): void {
    const length = to - from;
    if (length > MAX_LENGTH) return;
    if (this.count === MAX_KEYS || this.count === 0) this.begin();
    else if (2 * this.count >= this.slots.length) this.grow();
    const slot = this.slotOf(waiting, bytes, from, to);
    const key = ++this.count;
    this.slots[slot] = key;
    this.waitings[key] = waiting;
    this.nexts[key] = next;
    const start = this.ends[key - 1] as number;
    this.ends[key] = start + length;
    if (start + length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(FIRST_BYTES, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    for (let i = 0; i < length; i++) this.bytes[start + i] = bytes[from + i] as number;
  }

  /** Where a key is, or belongs. */
  private slotOf(waiting: number, bytes: Uint8Array, from: number, to: number): number {
    const { slots, ends } = this;
    const length = to - from;
    const mask = slots.length - 1;
    let slot = hash(waiting, bytes, from, to) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const key = slots[slot] as number;
      if (key === 0) return slot;
      const start = ends[key - 1] as number;
      if (this.waitings[key] !== waiting || (ends[key] as number) - start !== length) continue;
      let same = 0;
      while (same < length && this.bytes[start + same] === bytes[from + same]) same++;
      if (same === length) return slot;
    }
  }

  private begin(): void {
    this.count = 0;
    this.slots = new Array<number>(FIRST_SLOTS).fill(0);
    this.nexts[0] = 0;
    this.waitings[0] = 0;
  }

  private grow(): void {
    const slots = new Array<number>(2 * this.slots.length).fill(0);
    const mask = slots.length - 1;
    for (let key = 1; key <= this.count; key++) {
      const from = this.ends[key - 1] as number;
      let slot = hash(this.waitings[key] as number, this.bytes, from, this.ends[key] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = key;
    }
    this.slots = slots;
  }
}

function hash(waiting: number, bytes: Uint8Array, from: number, to: number): number {
  let h = waiting;
  for (let i = from; i < to; i++) h = Math.imul(h ^ (bytes[i] as number), 0x01000193);
  return h ^ (h >>> 15);
}
