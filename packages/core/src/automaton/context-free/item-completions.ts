/** Short texts that end an output of a context-free grammar. */
import { GrammarLimitError, PriorityQueue } from "../../language/index.js";
import type { Vocabulary } from "../../vocabulary/index.js";
import type { ByteTrail } from "../byte-trail.js";
import { type Completion, NOTHING } from "../completion.js";
import type { CompletionFinder } from "../engine.js";
import type { ItemAutomaton } from "./item-automaton.js";
import { type ItemSetId, WHOLE } from "./item-sets.js";
import { type Terminal, tokenName } from "./terminals.js";

/** A completion has at most so many bytes. */
const MAX_BYTES = 1_000_000;
/** So many sets are looked at where terminals read each other's text. */
const MAX_SEARCH = 5_000;
const MAX_REMEMBERED = 100_000;

/** What ends a rule that was begun in a set: the waiting item that goes on, and the fewest bytes from there to the end. */
interface Continuation {
  readonly length: number;
  /** Its index among the set's waiting items. */
  readonly wait: number;
}

/**
 * Finds them by the least numbers of bytes that `Rules` knows: what ends the open terminal, the rest of its rule, and the
 * rests of the rules that wait for it.
 */
export class ItemCompletions implements CompletionFinder {
  private readonly automaton: ItemAutomaton;
  private readonly vocabulary: Vocabulary;
  private known = new Map<ItemSetId, Completion>();
  /** By set: how its rules go on where they end. Sets refer to earlier ones only. */
  private readonly continuations = new Map<ItemSetId, Map<number, Continuation>>();

  constructor(automaton: ItemAutomaton, vocabulary: Vocabulary) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
  }

  of(set: ItemSetId): Completion {
    if (this.automaton.isComplete(set)) return NOTHING;
    let completion = this.known.get(set);
    if (completion === undefined) {
      if (this.known.size > MAX_REMEMBERED) this.known = new Map();
      completion = this.find(set);
      this.known.set(set, completion);
    }
    return completion;
  }

  beyondLimit(set: ItemSetId, _trail: ByteTrail, _length: number): Completion {
    return this.of(set);
  }

  dependsOnText(): boolean {
    return false;
  }

  mayBecomeName(): boolean {
    return true;
  }

  /** Parts as a completion: runs of bytes, and tokens between them. */
  private completion(parts: readonly Part[]): Completion {
    let completion = NOTHING;
    let bytes: number[] = [];
    const add = (own: Uint8Array, token?: number) => {
      const next = completion === NOTHING ? undefined : completion;
      const length = own.length + completion.length;
      completion = token === undefined ? { bytes: own, next, length } : { bytes: own, next, length, token };
    };
    const addBytes = () => {
      if (bytes.length > 0) add(Uint8Array.from(bytes.reverse()));
      bytes = [];
    };
    for (let i = parts.length - 1; i >= 0; i--) {
      const part = parts[i] as Part;
      if (typeof part === "number") bytes.push(part);
      else {
        addBytes();
        const id = part.tokens?.list(this.vocabulary)[0] as number;
        add(tokenName(id, this.vocabulary), id);
      }
    }
    addBytes();
    return completion;
  }

  private find(set: ItemSetId): Completion {
    const parts = this.shortest(set);
    if (parts !== undefined && this.isRead(set, parts)) return this.completion(parts);
    return this.completion(this.search(set));
  }

  /** Whether the parts lead to an end: terminals that end at the longest may read what was meant for others. */
  private isRead(set: ItemSetId, parts: readonly Part[]): boolean {
    let at = set;
    for (const part of parts) {
      if (typeof part !== "number") return true;
      at = this.automaton.step(at, part);
      if (at === 0) return false;
    }
    return this.automaton.isComplete(at);
  }

  /** The best first, by the bytes so far and the least number to come. */
  private search(start: ItemSetId): Part[] {
    const { automaton } = this;
    const paths = new Map<ItemSetId, { from: ItemSetId; byte: number; length: number }>();
    const queue = new PriorityQueue();
    paths.set(start, { from: 0, byte: 0, length: 0 });
    queue.push(start, 0);
    for (let looked = 0; looked < MAX_SEARCH; looked++) {
      const set = queue.pop();
      if (set < 0) break;
      if (automaton.isComplete(set)) {
        const bytes: Part[] = [];
        for (let at = set; at !== start; at = paths.get(at)!.from) bytes.push(paths.get(at)!.byte);
        return bytes.reverse();
      }
      const length = paths.get(set)!.length + 1;
      for (let byte = 0; byte < 256; byte++) {
        const next = automaton.step(set, byte);
        if (next === 0 || (paths.get(next)?.length ?? Number.POSITIVE_INFINITY) <= length) continue;
        paths.set(next, { from: set, byte, length });
        queue.push(next, length + this.least(next));
      }
    }
    throw new GrammarLimitError("maxPositions", MAX_SEARCH);
  }

  private least(set: ItemSetId): number {
    if (this.automaton.isComplete(set)) return 0;
    return this.best(set)?.length ?? Number.POSITIVE_INFINITY;
  }

  /** The item of a set that ends an output soonest. */
  private best(set: ItemSetId): { item: number; length: number } | undefined {
    const { automaton } = this;
    const { sets, rules } = automaton;
    let best: { item: number; length: number } | undefined;
    for (let item = 0; item < sets.scanCount(set); item++) {
      const next = rules.next[sets.scanDot(set, item)] as number;
      // What is ignored goes back to where it began.
      const isIgnored = automaton.isIgnored(set, item);
      const after = isIgnored
        ? this.leastBehindIgnored(set, item)
        : (rules.restLength[next] as number) +
          this.after(sets.scanRule(set, item), sets.scanOrigin(set, item));
      const length = this.toEnd(set, item).length + after;
      if (length < (best?.length ?? Number.POSITIVE_INFINITY)) best = { item, length };
    }
    return best;
  }

  private leastBehindIgnored(set: ItemSetId, item: number): number {
    const origin = this.automaton.sets.scanOrigin(set, item);
    return origin === set ? Number.POSITIVE_INFINITY : this.least(origin);
  }

  private shortest(set: ItemSetId): Part[] | undefined {
    const best = this.best(set);
    if (best === undefined) return undefined;
    const { automaton } = this;
    const { sets, rules } = automaton;
    if (best.length > MAX_BYTES) throw new GrammarLimitError("maxSymbols", MAX_BYTES);
    const parts = [...this.toEnd(set, best.item)];
    if (automaton.isIgnored(set, best.item)) {
      const origin = sets.scanOrigin(set, best.item);
      if (automaton.isComplete(origin)) return parts;
      const rest = this.shortest(origin);
      return rest && [...parts, ...rest];
    }
    this.addRest(rules.next[sets.scanDot(set, best.item)] as number, parts);
    let rule = sets.scanRule(set, best.item);
    let origin = sets.scanOrigin(set, best.item);
    while (rule !== WHOLE) {
      const { wait } = this.continuationsOf(origin).get(rule) as Continuation;
      this.addRest(rules.next[sets.waitDot(origin, wait)] as number, parts);
      rule = sets.waitRule(origin, wait);
      origin = sets.waitOrigin(origin, wait);
    }
    return parts;
  }

  /** What ends the terminal that is open at an item. */
  private toEnd(set: ItemSetId, item: number): readonly Part[] {
    const terminal = this.automaton.terminalOf(set, item);
    if (terminal.tokens !== undefined) return [terminal];
    const state = this.automaton.sets.scanState(set, item);
    if (state === terminal.start) return this.wholeTerminal(terminal);
    return terminal.reader.completion(state) ?? [];
  }

  /** A short text of a terminal that is not empty. */
  private wholeTerminal(terminal: Terminal): readonly Part[] {
    const { reader, start } = terminal;
    if (!reader.isFinal(start)) return reader.completion(start) ?? [];
    let best: readonly number[] = [];
    for (let byte = 0; byte < 256; byte++) {
      const next = reader.step(start, byte);
      const rest = next === 0 ? undefined : reader.completion(next);
      if (rest !== undefined && (best.length === 0 || rest.length + 1 < best.length)) best = [byte, ...rest];
    }
    return best;
  }

  /** Adds a shortest text of the rest of a rule from a dot on. */
  private addRest(dot: number, parts: Part[]): void {
    const { rules } = this.automaton;
    const open = [dot];
    while (open.length > 0) {
      const at = open.pop() as number;
      if (rules.mayEnd[at] === 1) continue;
      open.push(rules.next[at] as number);
      if (rules.symbolLength(at) === 0) continue;
      const nonterminal = rules.nonterminal[at] as number;
      if (nonterminal >= 0) open.push(rules.shortest[nonterminal] as number);
      else {
        const terminal = rules.terminals[rules.terminal[at] as number] as Terminal;
        parts.push(...(terminal.tokens === undefined ? this.wholeTerminal(terminal) : [terminal]));
      }
    }
  }

  /** The fewest bytes to the end of an output from where a rule ends that was begun in a set. */
  private after(rule: number, origin: ItemSetId): number {
    if (rule === WHOLE) return 0;
    return this.continuationsOf(origin).get(rule)?.length ?? Number.POSITIVE_INFINITY;
  }

  private continuationsOf(set: ItemSetId): Map<number, Continuation> {
    const open = [set];
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const missing = this.continuations.has(at) ? [] : this.originsWithout(at);
      if (missing.length > 0) {
        open.push(...missing);
        continue;
      }
      if (!this.continuations.has(at)) this.continuations.set(at, this.solve(at));
      open.pop();
    }
    return this.continuations.get(set) as Map<number, Continuation>;
  }

  private originsWithout(set: ItemSetId): ItemSetId[] {
    const { sets } = this.automaton;
    const missing: ItemSetId[] = [];
    for (let i = 0; i < sets.waitCount(set); i++) {
      const origin = sets.waitOrigin(set, i);
      if (origin === set || sets.waitRule(set, i) === WHOLE || this.continuations.has(origin)) continue;
      missing.push(origin);
    }
    return missing;
  }

  /** The continuations of a set's rules, which may wait for each other, until none gets shorter (Bellman and Ford). */
  private solve(set: ItemSetId): Map<number, Continuation> {
    const { sets, rules } = this.automaton;
    const solved = new Map<number, Continuation>();
    for (let changed = true; changed; ) {
      changed = false;
      for (let wait = 0; wait < sets.waitCount(set); wait++) {
        const dot = sets.waitDot(set, wait);
        const rule = rules.nonterminal[dot] as number;
        const outer = sets.waitRule(set, wait);
        const origin = sets.waitOrigin(set, wait);
        const after =
          outer === WHOLE
            ? 0
            : ((origin === set ? solved : this.continuations.get(origin))?.get(outer)?.length ??
              Number.POSITIVE_INFINITY);
        const length = (rules.restLength[rules.next[dot] as number] as number) + after;
        if (length >= (solved.get(rule)?.length ?? Number.POSITIVE_INFINITY)) continue;
        solved.set(rule, { length, wait });
        changed = true;
      }
    }
    return solved;
  }
}

/** A byte, or a terminal that is a token. */
type Part = number | Terminal;
