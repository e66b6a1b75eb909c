import type { TokenTrie } from "../vocabulary/index.js";
import { onceFor } from "./once.js";

/** Below a node with a smaller subtree its children are gone through. */
const SMALL = 32;
/** In `tables`: not asked for yet, few children. Other numbers are tables, from 2 on. */
const UNKNOWN = 0;
const FEW = 1;
/** Nodes with more children have tables. */
const MAX_FEW = 12;
/** So many tables are made at most, of 1 KB each. */
const MAX_TABLES = 1024;

/** Finds the children of trie nodes along bytes: nodes with many of them have a table by byte, made when it is needed. */
export class TrieChildren {
  private readonly trie: TokenTrie;
  private readonly tables: Uint16Array;
  private readonly made: Int32Array[] = [];

  constructor(trie: TokenTrie) {
    this.trie = trie;
    this.tables = new Uint16Array(trie.size);
  }

  /** The child along a byte, or -1. */
  get(node: number, byte: number): number {
    const { trie, tables } = this;
    if ((trie.subtreeEnd[node] as number) - node < SMALL) return trie.child(node, byte);
    let table = tables[node] as number;
    if (table === UNKNOWN) tables[node] = table = this.find(node);
    return table === FEW ? trie.child(node, byte) : ((this.made[table - 2] as Int32Array)[byte] as number);
  }

  private find(node: number): number {
    const { trie, made } = this;
    let count = 0;
    for (let child = trie.firstChild(node); child >= 0; child = trie.nextChild(node, child)) count++;
    if (count <= MAX_FEW || made.length >= MAX_TABLES) return FEW;
    const table = new Int32Array(256).fill(-1);
    for (let child = trie.firstChild(node); child >= 0; child = trie.nextChild(node, child))
      table[trie.bytes[child] as number] = child;
    return made.push(table) + 1;
  }
}

const known = new WeakMap<TokenTrie, TrieChildren>();

/** Those of a trie, made once. */
export function trieChildren(trie: TokenTrie): TrieChildren {
  return onceFor(known, trie, () => new TrieChildren(trie));
}
