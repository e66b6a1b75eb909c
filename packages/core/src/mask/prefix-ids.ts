import { PairMemo } from "../language/index.js";

/** So many prefixes are kept; then the table is dropped, and the numbers go on. */
const MAX_PREFIXES = 1 << 18;

/** Numbers for texts: equal texts have the same number as long as the table lasts, different texts never. */
export class PrefixIds {
  private table = new PairMemo();
  private count = 0;
  private next = 1;
  private empty = 1;
  /** A text, and the numbers of its prefixes, its own last: the next text mostly begins with it. */
  private readonly text: number[] = [];
  private readonly ids: number[] = [];
  private length = 0;

  id(bytes: Uint8Array, from: number, to: number): number {
    const { text, ids } = this;
    if (this.count > MAX_PREFIXES) {
      this.table = new PairMemo();
      this.count = 0;
      this.empty = ++this.next;
      this.length = 0;
    }
    const length = to - from;
    const common = Math.min(length, this.length);
    let i = 0;
    while (i < common && text[i] === bytes[from + i]) i++;
    let id = i === 0 ? this.empty : (ids[i - 1] as number);
    if (i === length) return id;
    for (; i < length; i++) {
      const byte = bytes[from + i] as number;
      id = this.longer(id, byte);
      text[i] = byte;
      ids[i] = id;
    }
    this.length = length;
    return id;
  }

  private longer(id: number, byte: number): number {
    let longer = this.table.get(id, byte);
    if (longer < 0) {
      longer = ++this.next;
      this.table.set(id, byte, longer);
      this.count++;
    }
    return longer;
  }
}
