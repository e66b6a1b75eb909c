/** The engine has arrays of so few bytes on its own heap: a grammar of few states costs no other memory. */
const FEW = 16;

/** The number of a frame state on a stack of frames; 0 is the empty stack. */
export type Config = number;

/**
 * Stacks of frame states, hash-consed: equal stacks have the same number, so that what is known of one (its mask, its
 * next configs) is known of all.
 */
export class Configs {
  private states = new Int32Array(FEW);
  private parents = new Int32Array(FEW);
  private slots = new Int32Array(FEW).fill(-1);
  private count = 1;

  get size(): number {
    return this.count;
  }

  /** The frame state on top. */
  state(config: Config): number {
    return this.states[config] as number;
  }

  /** The stack below. */
  parent(config: Config): Config {
    return this.parents[config] as number;
  }

  intern(state: number, parent: Config): Config {
    const mask = this.slots.length - 1;
    let slot = hash(state, parent) & mask;
    for (;;) {
      const config = this.slots[slot] as number;
      if (config < 0) break;
      if (this.states[config] === state && this.parents[config] === parent) return config;
      slot = (slot + 1) & mask;
    }
    const config = this.count++;
    if (config >= this.states.length) this.growArrays();
    this.states[config] = state;
    this.parents[config] = parent;
    this.slots[slot] = config;
    if (config * 2 > this.slots.length) this.growSlots();
    return config;
  }

  private growArrays(): void {
    const states = new Int32Array(this.states.length * 2);
    states.set(this.states);
    this.states = states;
    const parents = new Int32Array(this.parents.length * 2);
    parents.set(this.parents);
    this.parents = parents;
  }

  private growSlots(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = this.slots.length - 1;
    for (let config = 1; config < this.count; config++) {
      let slot = hash(this.states[config] as number, this.parents[config] as number) & mask;
      while ((this.slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = config;
    }
  }
}

function hash(state: number, parent: number): number {
  let h = Math.imul(state, 0x9e3779b1) ^ Math.imul(parent, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
