import { beyond, checkTime } from "../language/index.js";
import { SchemaLimitError } from "./errors.js";

const NO_CHILDREN: readonly number[] = [];
/** A copy of it is cheaper than an array of numbers outside of the engine's heap. */
const NO_SLOTS: readonly number[] = new Array<number>(64).fill(-1);

/**
 * Hash-consed nodes (kind, three fields, child list). Open addressing on integer hashes: string keys would cost several
 * hundred bytes a node.
 */
export class FormulaTable {
  readonly kind: number[] = [];
  readonly a: number[] = [];
  readonly b: number[] = [];
  readonly c: number[] = [];
  readonly children: (readonly number[])[] = [];
  private slots: number[] = NO_SLOTS.slice();
  private readonly hashes: number[] = [];
  private maxNodes: number;

  constructor(maxNodes: number) {
    this.maxNodes = maxNodes;
  }

  /** Runs something that may use more than the limit, see `beyond`: what ends an output that hit it. */
  withReserve<T>(run: () => T): T {
    const { maxNodes } = this;
    this.maxNodes = beyond(maxNodes);
    try {
      return run();
    } finally {
      this.maxNodes = maxNodes;
    }
  }

  get size(): number {
    return this.kind.length;
  }

  intern(kind: number, a: number, b: number, c: number): number {
    const hash = mix(mix(mix(kind, a), b), c);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const node = this.slots[slot] as number;
      if (node < 0) return this.add(slot, hash, kind, a, b, c, NO_CHILDREN);
      if (
        this.hashes[node] === hash &&
        this.kind[node] === kind &&
        this.a[node] === a &&
        this.b[node] === b &&
        this.c[node] === c &&
        this.children[node] === NO_CHILDREN
      )
        return node;
    }
  }

  internList(kind: number, list: readonly number[]): number {
    let hash = mix(kind, list.length);
    for (let i = 0; i < list.length; i++) hash = mix(hash, list[i] as number);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const node = this.slots[slot] as number;
      if (node < 0) return this.add(slot, hash, kind, 0, 0, 0, list);
      if (this.hashes[node] === hash && this.kind[node] === kind && sameList(this.children[node], list))
        return node;
    }
  }

  private add(
    slot: number,
    hash: number,
    kind: number,
    a: number,
    b: number,
    c: number,
    list: readonly number[],
  ): number {
    checkTime();
    const node = this.kind.length;
    if (node >= this.maxNodes) {
      throw new SchemaLimitError({
        pointer: "",
        limit: "maxFormulaNodes",
        value: this.maxNodes,
        reason: `the schema needs more than ${this.maxNodes} formula nodes; simplify it or raise limits.maxFormulaNodes`,
      });
    }
    this.kind.push(kind);
    this.a.push(a);
    this.b.push(b);
    this.c.push(c);
    this.children.push(list);
    this.hashes.push(hash);
    this.slots[slot] = node;
    if (node * 2 > this.slots.length) this.grow();
    return node;
  }

  private grow(): void {
    const slots = new Array<number>(this.slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let node = 0; node < this.hashes.length; node++) {
      let slot = (this.hashes[node] as number) & mask;
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.slots = slots;
  }
}

function mix(hash: number, value: number): number {
  hash = Math.imul(hash ^ value, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

function sameList(a: readonly number[] | undefined, b: readonly number[]): boolean {
  if (a === undefined || a.length !== b.length) return false;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
