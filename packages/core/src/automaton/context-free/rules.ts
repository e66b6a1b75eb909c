/** Rules of a context-free grammar as tables that an `ItemAutomaton` reads. */
import type { Terminal } from "./terminals.js";

/** At a dot without a symbol: the rule ends there. */
export const NOTHING_NEXT = -1;

/**
 * Dots are places in the alternatives of rules, numbered through. At each stands at most one symbol, behind which the
 * item goes on at `next`. A repetition without bound is a dot whose next is itself, so that it never gets longer.
 */
export class Rules {
  readonly terminals: readonly Terminal[];
  /** By dot: the nonterminal there, or -1. */
  readonly nonterminal: Int32Array;
  /** By dot: the terminal there, or -1. */
  readonly terminal: Int32Array;
  /** By dot: where it goes on behind the symbol. */
  readonly next: Int32Array;
  /** By dot: whether the rule may end here. */
  readonly mayEnd: Uint8Array;
  /** By dot: whose alternative it is in. */
  readonly left: Int32Array;
  /** By nonterminal: the first dots of its alternatives. */
  readonly starts: readonly Int32Array[];
  /** By nonterminal: whether the empty text is one of its texts. */
  readonly isNullable: Uint8Array;
  /** By dot: whether the rest may be empty. */
  readonly isRestNullable: Uint8Array;
  /** By dot: the fewest bytes of the rest. Infinity: none, see `RuleBuilder.build`. */
  readonly restLength: Float64Array;
  /** By nonterminal: the fewest bytes. A token counts as one. */
  readonly minLength: Float64Array;
  /** By nonterminal: the first dot of an alternative that has so few, and leads to it without going round. */
  readonly shortest: Int32Array;
  /**
   * By dot: whether the nonterminal there is the last symbol and leads back to the rule from its own end. Then what it
   * has to hand back is handed to whoever waits for the rule, and no stack grows.
   */
  readonly isTail: Uint8Array;
  /** By nonterminal: those that lead to it and to which it leads with nothing before them, itself among them; none where it does not come back to itself. */
  readonly leftCycle: readonly (readonly number[] | undefined)[];
  /** The dot before the start symbol. */
  readonly startDot: number;

  constructor(tables: RuleTables, terminals: readonly Terminal[]) {
    this.terminals = terminals;
    this.nonterminal = Int32Array.from(tables.nonterminal);
    this.terminal = Int32Array.from(tables.terminal);
    this.next = Int32Array.from(tables.next);
    this.mayEnd = Uint8Array.from(tables.mayEnd);
    this.left = Int32Array.from(tables.left);
    this.startDot = tables.startDot;
    const count = tables.starts.length;
    this.isNullable = new Uint8Array(count);
    this.minLength = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    this.shortest = new Int32Array(count).fill(-1);
    const dots = this.next.length;
    this.isRestNullable = new Uint8Array(dots);
    this.restLength = new Float64Array(dots).fill(Number.POSITIVE_INFINITY);
    this.measure(tables.starts);
    this.dropUnproductive();
    this.starts = tables.starts.map((starts) =>
      Int32Array.from(starts.filter((dot) => (this.restLength[dot] as number) < Number.POSITIVE_INFINITY)),
    );
    this.isTail = this.tails();
    this.leftCycle = this.leftCycles();
  }

  /** Finds what may be empty, and the fewest bytes of everything; from the leaves upwards until nothing changes. */
  private measure(starts: readonly (readonly number[])[]): void {
    const users = starts.map((): number[] => []);
    const before = Array.from(this.next, (): number[] => []);
    for (let dot = 0; dot < this.next.length; dot++) {
      const rule = this.nonterminal[dot] as number;
      if (rule >= 0) users[rule]?.push(dot);
      const next = this.next[dot] as number;
      if (next >= 0 && next !== dot) before[next]?.push(dot);
    }
    const first = new Set(starts.flat());
    const queue: number[] = Array.from(this.next.keys()).reverse();
    const isQueued = new Uint8Array(this.next.length).fill(1);
    const enqueue = (dot: number) => {
      if (isQueued[dot] === 1) return;
      isQueued[dot] = 1;
      queue.push(dot);
    };
    for (let head = 0; head < queue.length; head++) {
      const dot = queue[head] as number;
      isQueued[dot] = 0;
      const { length, nullable } = this.rest(dot);
      if (length >= (this.restLength[dot] as number) && nullable === this.isRestNullable[dot]) continue;
      this.restLength[dot] = Math.min(length, this.restLength[dot] as number);
      this.isRestNullable[dot] = nullable;
      for (const other of before[dot] as number[]) enqueue(other);
      if (!first.has(dot)) continue;
      const left = this.left[dot] as number;
      if (left < 0) continue;
      const isShorter = (this.restLength[dot] as number) < (this.minLength[left] as number);
      const isNewlyNullable = nullable === 1 && this.isNullable[left] === 0;
      if (!isShorter && !isNewlyNullable) continue;
      if (isShorter) {
        this.minLength[left] = this.restLength[dot] as number;
        this.shortest[left] = dot;
      }
      if (isNewlyNullable) this.isNullable[left] = 1;
      for (const user of users[left] as number[]) enqueue(user);
    }
  }

  private rest(dot: number): { length: number; nullable: 0 | 1 } {
    if (this.mayEnd[dot] === 1) return { length: 0, nullable: 1 };
    const next = this.next[dot] as number;
    if (next < 0) return { length: Number.POSITIVE_INFINITY, nullable: 0 };
    const length = this.symbolLength(dot) + (this.restLength[next] as number);
    return { length, nullable: this.isSymbolNullable(dot) && this.isRestNullable[next] === 1 ? 1 : 0 };
  }

  /** Whether the empty text is one of the texts of the symbol at a dot. */
  isSymbolNullable(dot: number): boolean {
    const rule = this.nonterminal[dot] as number;
    if (rule >= 0) return this.isNullable[rule] === 1;
    return this.terminals[this.terminal[dot] as number]?.isNullable === true;
  }

  /** The fewest bytes of the symbol at a dot. */
  symbolLength(dot: number): number {
    const rule = this.nonterminal[dot] as number;
    if (rule >= 0) return this.minLength[rule] as number;
    const terminal = this.terminals[this.terminal[dot] as number];
    if (terminal === undefined) return Number.POSITIVE_INFINITY;
    return terminal.isNullable ? 0 : terminal.minLength;
  }

  /** Takes away symbols behind which nothing can end; what may end before them still does. */
  private dropUnproductive(): void {
    for (let dot = 0; dot < this.next.length; dot++) {
      const next = this.next[dot] as number;
      if (next < 0) continue;
      if (this.symbolLength(dot) + (this.restLength[next] as number) < Number.POSITIVE_INFINITY) continue;
      this.nonterminal[dot] = -1;
      this.terminal[dot] = -1;
      this.next[dot] = NOTHING_NEXT;
    }
  }

  private leftCycles(): (readonly number[] | undefined)[] {
    const edges = this.starts.map((starts) => {
      const corners = new Set<number>();
      for (const start of starts) {
        for (let dot = start; (this.next[dot] as number) >= 0; dot = this.next[dot] as number) {
          if ((this.nonterminal[dot] as number) >= 0) corners.add(this.nonterminal[dot] as number);
          if (!this.isSymbolNullable(dot) || this.next[dot] === dot) break;
        }
      }
      return corners;
    });
    const members = new Map<number, number[]>();
    const component = components(edges);
    component.forEach((number, rule) => {
      const found = members.get(number);
      if (found === undefined) members.set(number, [rule]);
      else found.push(rule);
    });
    return edges.map((corners, rule) => {
      const cycle = members.get(component[rule] as number) as number[];
      return cycle.length > 1 || corners.has(rule) ? cycle : undefined;
    });
  }

  private tails(): Uint8Array {
    const isLast = (dot: number) => {
      const next = this.next[dot] as number;
      return (
        (this.nonterminal[dot] as number) >= 0 && this.mayEnd[next] === 1 && (this.next[next] as number) < 0
      );
    };
    const edges = this.starts.map((): Set<number> => new Set());
    for (let dot = 0; dot < this.next.length; dot++) {
      if (isLast(dot)) edges[this.left[dot] as number]?.add(this.nonterminal[dot] as number);
    }
    const component = components(edges);
    return Uint8Array.from(this.next, (_, dot) => {
      const left = this.left[dot] as number;
      if (left < 0 || !isLast(dot)) return 0;
      return component[left] === component[this.nonterminal[dot] as number] ? 1 : 0;
    });
  }
}

export interface RuleTables {
  readonly nonterminal: number[];
  readonly terminal: number[];
  readonly next: number[];
  readonly mayEnd: number[];
  readonly left: number[];
  readonly starts: number[][];
  readonly startDot: number;
}

/** Strongly connected components (Tarjan 1972) of a graph, without recursion: the number of each node's. */
function components(edges: readonly ReadonlySet<number>[]): Int32Array {
  const index = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const component = new Int32Array(edges.length).fill(-1);
  const stack: number[] = [];
  let count = 0;
  let found = 0;
  for (let root = 0; root < edges.length; root++) {
    if ((index[root] as number) >= 0) continue;
    const path: { node: number; rest: number[] }[] = [];
    const open = (node: number) => {
      index[node] = low[node] = count++;
      stack.push(node);
      path.push({ node, rest: [...(edges[node] as ReadonlySet<number>)] });
    };
    open(root);
    while (path.length > 0) {
      const { node, rest } = path.at(-1) as (typeof path)[number];
      const next = rest.pop();
      if (next !== undefined) {
        if ((index[next] as number) < 0) open(next);
        else if ((component[next] as number) < 0)
          low[node] = Math.min(low[node] as number, index[next] as number);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) low[above.node] = Math.min(low[above.node] as number, low[node] as number);
      if (low[node] !== index[node]) continue;
      for (let member = -1; member !== node; ) {
        member = stack.pop() as number;
        component[member] = found;
      }
      found++;
    }
  }
  return component;
}
