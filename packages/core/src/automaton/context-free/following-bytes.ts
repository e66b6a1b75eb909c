import { ByteSet } from "./byte-set.js";
import type { Rules } from "./rules.js";
import type { Terminal } from "./terminals.js";

/**
 * The bytes that can come at each dot of a grammar's rules, in any output: those that the rest of the alternative can begin
 * with, and where that may be empty those that can follow the rule (FIRST and FOLLOW of parser generators, over bytes).
 */
export class FollowingBytes {
  private readonly rules: Rules;
  /** By dot: what the rest of the alternative can begin with. */
  private readonly first: readonly ByteSet[];
  /** By nonterminal: what it can begin with. */
  private readonly firstOfRule: readonly ByteSet[];
  /** By nonterminal: what can follow it. */
  private readonly follow: readonly ByteSet[];
  private readonly known: (ByteSet | undefined)[] = [];

  constructor(rules: Rules) {
    this.rules = rules;
    this.first = Array.from(rules.next, () => new ByteSet());
    this.firstOfRule = rules.starts.map(() => new ByteSet());
    this.follow = rules.starts.map(() => new ByteSet());
    this.solveFirst(firstOfTerminals(rules.terminals));
    this.solveFollow();
  }

  /** What can come where an output is at a dot. */
  at(dot: number): ByteSet {
    let bytes = this.known[dot];
    if (bytes === undefined) {
      bytes = new ByteSet();
      bytes.addAll(this.first[dot] as ByteSet);
      const left = this.rules.left[dot] as number;
      if (left >= 0 && this.rules.isRestNullable[dot] === 1) bytes.addAll(this.follow[left] as ByteSet);
      this.known[dot] = bytes;
    }
    return bytes;
  }

  private solveFirst(ofTerminals: readonly ByteSet[]): void {
    const { rules, first, firstOfRule } = this;
    const { next, nonterminal, terminal } = rules;
    const users = rules.starts.map((): number[] => []);
    const before = Array.from(next, (): number[] => []);
    const startOf = new Map<number, number>();
    rules.starts.forEach((starts, rule) => {
      for (const dot of starts) startOf.set(dot, rule);
    });
    for (let dot = 0; dot < next.length; dot++) {
      const rule = nonterminal[dot] as number;
      if (rule >= 0) users[rule]?.push(dot);
      const behind = next[dot] as number;
      if (behind >= 0 && behind !== dot) before[behind]?.push(dot);
    }
    const queue = new WorkList(next.length);
    for (let dot = next.length - 1; dot >= 0; dot--) queue.add(dot);
    for (let dot = queue.take(); dot >= 0; dot = queue.take()) {
      const behind = next[dot] as number;
      if (behind < 0) continue;
      const rule = nonterminal[dot] as number;
      const symbol = rule >= 0 ? firstOfRule[rule] : ofTerminals[terminal[dot] as number];
      let isNew = first[dot]?.addAll(symbol as ByteSet) === true;
      if (rules.isSymbolNullable(dot) && first[dot]?.addAll(first[behind] as ByteSet) === true) isNew = true;
      if (!isNew) continue;
      for (const other of before[dot] as number[]) queue.add(other);
      const left = startOf.get(dot);
      if (left === undefined || firstOfRule[left]?.addAll(first[dot] as ByteSet) !== true) continue;
      for (const user of users[left] as number[]) queue.add(user);
    }
  }

  private solveFollow(): void {
    const { rules, first, follow } = this;
    /** By nonterminal: those that can stand at its end. */
    const lasts = rules.starts.map((): number[] => []);
    const queue = new WorkList(rules.starts.length);
    for (let dot = 0; dot < rules.next.length; dot++) {
      const rule = rules.nonterminal[dot] as number;
      if (rule < 0) continue;
      const behind = rules.next[dot] as number;
      follow[rule]?.addAll(first[behind] as ByteSet);
      const left = rules.left[dot] as number;
      if (left >= 0 && rules.isRestNullable[behind] === 1) lasts[left]?.push(rule);
    }
    for (let rule = 0; rule < lasts.length; rule++) queue.add(rule);
    for (let rule = queue.take(); rule >= 0; rule = queue.take()) {
      for (const last of lasts[rule] as number[]) {
        if (follow[last]?.addAll(follow[rule] as ByteSet) === true) queue.add(last);
      }
    }
  }
}

function firstOfTerminals(terminals: readonly Terminal[]): ByteSet[] {
  return terminals.map(({ reader, start }) => {
    const bytes = new ByteSet();
    for (let byte = 0; byte < 256; byte++) if (reader.step(start, byte) !== 0) bytes.add(byte);
    return bytes;
  });
}

/** Small numbers that are still to be looked at, each once. */
class WorkList {
  private readonly waiting: number[] = [];
  private readonly isWaiting: Uint8Array;
  private head = 0;

  constructor(size: number) {
    this.isWaiting = new Uint8Array(size);
  }

  add(number: number): void {
    if (this.isWaiting[number] === 1) return;
    this.isWaiting[number] = 1;
    this.waiting.push(number);
  }

  /** The next one; -1 where there is none. */
  take(): number {
    if (this.head === this.waiting.length) return -1;
    const number = this.waiting[this.head++] as number;
    this.isWaiting[number] = 0;
    return number;
  }
}
