import { mix } from "../language/index.js";
import { arrayBytes } from "./mask-cache.js";

/** Trie nodes, ascending, with a number, which is the node itself where there is one: equal lists are mostly the same object. */
export interface ExitNodes {
  readonly nodes: Int32Array;
  readonly id: number;
}

/** Trie nodes at the closing quote of a string. */
export interface StringExits extends ExitNodes {
  /** The final state. */
  readonly end: number;
}

/** What exits take, in bytes; their nodes, which others share, for each. */
export function exitBytes(exits: readonly StringExits[]): number {
  return exits.reduce((sum, { nodes }) => sum + 64 + arrayBytes(nodes), 0);
}

/** So many nodes are kept in lists; then the table is dropped, and the numbers go on. */
const MAX_NODES = 1 << 20;

/** Lists of trie nodes, each kept once: strings of different languages end at the same places. */
export class ExitLists {
  private byHash = new Map<number, ExitNodes[]>();
  private count = 0;
  private next: number;

  /** @param first the number of the first list; above all nodes. */
  constructor(first: number) {
    this.next = first;
  }

  intern(nodes: ArrayLike<number>): ExitNodes {
    let hash = nodes.length;
    for (let i = 0; i < nodes.length; i++) hash = mix(hash, nodes[i] as number);
    let bucket = this.byHash.get(hash);
    if (bucket === undefined) this.byHash.set(hash, (bucket = []));
    let list = bucket.find((known) => isEqual(known.nodes, nodes));
    if (list === undefined) {
      list = { nodes: Int32Array.from(nodes), id: nodes.length === 1 ? (nodes[0] as number) : this.next++ };
      bucket.push(list);
      this.count += nodes.length;
      if (this.count > MAX_NODES) {
        this.byHash = new Map();
        this.count = 0;
      }
    }
    return list;
  }

  /** Exits, in the order of their nodes, by the state that they end in. */
  grouped({ nodes, ends }: ExitList): StringExits[] {
    const groups: StringExits[] = [];
    for (const end of new Set(ends)) {
      groups.push({ end, ...this.intern(nodes.filter((_, i) => ends[i] === end)) });
    }
    return groups;
  }
}

/** Exits in the order of their nodes. */
export class ExitList {
  readonly nodes: number[] = [];
  readonly ends: number[] = [];

  add(node: number, end: number): void {
    this.nodes.push(node);
    this.ends.push(end);
  }
}

/** How a state's exits differ from those of another one, such as the free string's; in the order of the nodes. */
export class ExitChanges {
  /** Ranges of nodes in which there are none: first nodes and ends by turns. */
  private readonly lost: number[] = [];
  /** Exits with another final state. */
  private readonly changed = new ExitList();

  lose(from: number, to: number): void {
    this.lost.push(from, to);
  }

  change(node: number, end: number): void {
    this.changed.add(node, end);
  }

  get isEmpty(): boolean {
    return this.lost.length + this.changed.nodes.length === 0;
  }

  /** The other one's exits, which end in `end`, but for the changes. */
  of(nodes: Int32Array, end: number): ExitList {
    const { lost, changed } = this;
    const all = new ExitList();
    let change = 0;
    let loss = 0;
    for (const node of nodes) {
      while (loss < lost.length && (lost[loss + 1] as number) <= node) loss += 2;
      if (loss < lost.length && (lost[loss] as number) <= node) continue;
      if (changed.nodes[change] === node) all.add(node, changed.ends[change++] as number);
      else all.add(node, end);
    }
    return all;
  }
}

function isEqual(x: Int32Array, y: ArrayLike<number>): boolean {
  if (x.length !== y.length) return false;
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
