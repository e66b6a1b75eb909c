/** Where no config is yet, by hash; a copy of it is cheaper than an array of numbers outside of the engine's heap. */
const NO_SLOTS: readonly number[] = new Array<number>(16).fill(0);

/** The number of a frame state on a stack of frames; 0 is the empty stack. */
export type Config = number;

/**
 * Stacks of frame states, hash-consed: equal stacks have the same number, so that what is known of one (its mask, its
 * next configs) is known of all.
 */
export class Configs {
  private readonly states: number[] = [0];
  private readonly parents: number[] = [0];
  /** Open addressing; 0, the empty stack, is in none. */
  private slots: number[] = NO_SLOTS.slice();

  get size(): number {
    return this.states.length;
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
    const { states, parents, slots } = this;
    const mask = slots.length - 1;
    let slot = hash(state, parent) & mask;
    for (;;) {
      const config = slots[slot] as number;
      if (config === 0) break;
      if (states[config] === state && parents[config] === parent) return config;
      slot = (slot + 1) & mask;
    }
    const config = states.push(state) - 1;
    parents.push(parent);
    slots[slot] = config;
    if (config * 2 > slots.length) this.growSlots();
    return config;
  }

  private growSlots(): void {
    const slots = new Array<number>(this.slots.length * 2).fill(0);
    const mask = slots.length - 1;
    for (let config = 1; config < this.size; config++) {
      let slot = hash(this.states[config] as number, this.parents[config] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = config;
    }
    this.slots = slots;
  }
}

function hash(state: number, parent: number): number {
  let h = Math.imul(state, 0x9e3779b1) ^ Math.imul(parent, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
