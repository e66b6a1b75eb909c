/** A set of bytes. */
export class ByteSet {
  private readonly words = new Uint32Array(8);

  add(byte: number): void {
    this.words[byte >>> 5]! |= 1 << (byte & 31);
  }

  /** Whether anything was added. */
  addAll({ words }: ByteSet): boolean {
    let isNew = false;
    for (let i = 0; i < 8; i++) {
      const word = this.words[i] as number;
      const both = (word | (words[i] as number)) >>> 0;
      if (both !== word) isNew = true;
      this.words[i] = both;
    }
    return isNew;
  }

  has(byte: number): boolean {
    return (this.words[byte >>> 5]! & (1 << (byte & 31))) !== 0;
  }

  get isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }

  get key(): string {
    return this.words.join();
  }
}

/** Sets of bytes by number: equal ones have the same. */
export class ByteSetNumbers {
  private readonly numbers = new Map<string, number>();

  number(set: ByteSet): number {
    const { key } = set;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(key, number);
    }
    return number;
  }
}
