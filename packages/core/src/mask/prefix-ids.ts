import { PairMemo } from "../language/index.js";

/** So many prefixes are kept; then the table is dropped, and the numbers go on. */
const MAX_PREFIXES = 1 << 18;

/** Numbers for texts: equal texts have the same number as long as the table lasts, different texts never. */
export class PrefixIds {
  private table = new PairMemo();
  private count = 0;
  private next = 1;
  private empty = 1;

  id(bytes: Uint8Array, from: number, to: number): number {
    if (this.count > MAX_PREFIXES) {
      this.table = new PairMemo();
      this.count = 0;
      this.empty = ++this.next;
    }
    let id = this.empty;
    for (let i = from; i < to; i++) {
      const byte = bytes[i] as number;
      let longer = this.table.get(id, byte);
      if (longer < 0) {
        longer = ++this.next;
        this.table.set(id, byte, longer);
        this.count++;
      }
      id = longer;
    }
    return id;
  }
}
