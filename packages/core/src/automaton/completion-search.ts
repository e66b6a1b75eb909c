/**
 * Shortest texts that end an open frame: the lightest derivation of a grammar whose rules are made as they are needed
 * (Knuth 1977; with lower bounds and a queue over all rules, Felzenszwalb and McAllester 2007). A value that comes inside
 * the frame is a search of its own, shared by all places that wait for the same one and remembered; parts come out of one
 * queue by the bytes that they have and at least still need, so the first end of a value is a shortest one.
 *
 * Where that would take too many steps, a second search weighs what is still needed more than what has been written: a
 * short text, not always the shortest.
 */
import { isLimitError, SchemaLimitError } from "../json-schema/errors.js";
import { PriorityQueue } from "../language/index.js";
import type { ComingValue, CompletionSource, Ending, Opening, Step } from "./completion-source.js";

/** Steps of the search for a shortest text, and of the one for a short text. */
const EXACT_STEPS = 4000;
const GREEDY_STEPS = 200_000;
const GREEDY_WEIGHT = 8;
/** Longer completions are not looked for. */
const MAX_BYTES = 1 << 20;
const MAX_REMEMBERED = 50_000;

const NONE: readonly number[] = [];

/** A value or frame whose shortest ending is searched. */
class Entry {
  ending: Ending | undefined;
  readonly seen = new Set<number>();
  readonly waiters: Waiter[] = [];
  readonly key: string | undefined;

  constructor(key: string | undefined) {
    this.key = key;
  }
}

/** A part that goes on when a value's ending is known. */
interface Waiter {
  readonly part: Part;
  readonly value: ComingValue;
}

/** The beginning of an entry's text, and what comes next. */
interface Part {
  readonly entry: Entry;
  readonly before: Part | undefined;
  readonly bytes: readonly number[];
  readonly length: number;
  /** A lower bound of the bytes that are still to come. */
  readonly needed: number;
  readonly next: Next;
}

type Next =
  | { readonly kind: "state"; readonly state: number }
  | { readonly kind: "step"; readonly step: Step }
  | { readonly kind: "value" }
  | { readonly kind: "opening"; readonly opening: Opening }
  | { readonly kind: "others"; readonly waiter: Waiter; readonly ending: Ending }
  | { readonly kind: "end"; readonly ending: Ending };

const VALUE: Next = { kind: "value" };

export class CompletionSearch {
  private readonly source: CompletionSource;
  /** Shortest values by `keyOf`. */
  private values = new Map<string, Ending>();

  constructor(source: CompletionSource) {
    this.source = source;
  }

  /**
   * The bytes that end the frame in a state.
   * @throws SchemaLimitError where none was found within the limits
   */
  fromState(state: number): readonly number[] {
    return this.find(() => [{ kind: "state", state }]);
  }

  /** The same from ways on that the frame has. */
  fromSteps(steps: () => readonly Step[]): readonly number[] {
    return this.find(() => steps().map((step) => ({ kind: "step", step })));
  }

  private find(starts: () => readonly Next[]): readonly number[] {
    if (this.values.size > MAX_REMEMBERED) this.values = new Map();
    const found =
      new Run(this.source, this.values, 1, EXACT_STEPS).run(starts()) ??
      new Run(this.source, new Map(this.values), GREEDY_WEIGHT, GREEDY_STEPS).run(starts());
    if (found !== undefined) return found.bytes;
    throw new SchemaLimitError({
      pointer: "",
      limit: "completion",
      value: GREEDY_STEPS,
      reason: "no short way to end the output was found",
    });
  }
}

/** One search. */
class Run {
  private readonly source: CompletionSource;
  private readonly values: Map<string, Ending>;
  private readonly weight: number;
  private readonly maxSteps: number;
  private readonly entries = new Map<string, Entry>();
  private readonly parts: Part[] = [];
  private readonly queue = new PriorityQueue();

  constructor(source: CompletionSource, values: Map<string, Ending>, weight: number, maxSteps: number) {
    this.source = source;
    this.values = values;
    this.weight = weight;
    this.maxSteps = maxSteps;
  }

  run(starts: readonly Next[]): Ending | undefined {
    const root = new Entry(undefined);
    for (const next of starts) this.add(root, undefined, NONE, next);
    for (let count = 0; count < this.maxSteps; count++) {
      const index = this.queue.pop();
      if (index < 0) return undefined;
      const part = this.parts[index] as Part;
      if (part.entry.ending !== undefined) continue;
      try {
        this.follow(part);
      } catch (error) {
        // What is too costly to tell is no way to a short end.
        if (!isLimitError(error)) throw error;
      }
      if (root.ending !== undefined) return root.ending;
    }
    return undefined;
  }

  private add(entry: Entry, before: Part | undefined, bytes: readonly number[], next: Next): void {
    const part = this.part(entry, before, bytes, next);
    if (part.length > MAX_BYTES) return;
    this.queue.push(this.parts.length, part.length + this.weight * part.needed);
    this.parts.push(part);
  }

  private part(entry: Entry, before: Part | undefined, bytes: readonly number[], next: Next): Part {
    const length = (before?.length ?? 0) + bytes.length;
    const needed = Math.max(this.atLeast(next), (before?.needed ?? 0) - bytes.length);
    return { entry, before, bytes, length, needed, next };
  }

  private atLeast(next: Next): number {
    switch (next.kind) {
      case "state":
        return this.source.atLeast(next.state);
      case "step":
        return Math.max(next.step.bytes.length + 1, next.step.atLeast);
      case "opening":
        return next.opening.atLeast;
      case "others":
        // What was needed counts the value as one byte.
        return next.ending.bytes.length + Math.max(0, next.waiter.part.needed - 1);
      default:
        return 0;
    }
  }

  private follow(part: Part): void {
    const { entry, next } = part;
    const { source } = this;
    switch (next.kind) {
      case "state": {
        if (entry.seen.has(next.state)) return;
        entry.seen.add(next.state);
        const end = source.end(next.state);
        if (end !== undefined) this.add(entry, part, end.bytes, { kind: "end", ending: end });
        else for (const step of source.steps(next.state)) this.add(entry, part, NONE, { kind: "step", step });
        return;
      }
      case "step": {
        const value = next.step.value();
        if (value === undefined) return;
        this.request(this.part(entry, part, next.step.bytes, VALUE), value);
        return;
      }
      case "opening": {
        const opened = next.opening.open();
        if (opened === undefined) return;
        if ("result" in opened) this.add(entry, part, opened.bytes, { kind: "end", ending: opened });
        else this.add(entry, part, opened.bytes, { kind: "state", state: opened.state });
        return;
      }
      case "others": {
        const { part: waiting, value } = next.waiter;
        const goal = source.others(value.goal, next.ending.result);
        if (goal !== undefined) this.request(waiting, { goal, waiting: value.waiting });
        return;
      }
      case "end":
        this.settle(entry, { bytes: textOf(part), result: next.ending.result });
    }
  }

  /** Goes on behind a value once its shortest text is known. */
  private request(part: Part, value: ComingValue): void {
    const key = this.source.keyOf(value);
    const known = this.values.get(key);
    if (known !== undefined) {
      this.deliver({ part, value }, known);
      return;
    }
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = new Entry(key);
      this.entries.set(key, entry);
      for (const opening of this.source.openings(value)) {
        this.add(entry, undefined, NONE, { kind: "opening", opening });
      }
    }
    entry.waiters.push({ part, value });
  }

  private settle(entry: Entry, ending: Ending): void {
    entry.ending = ending;
    if (entry.key === undefined) return;
    this.values.set(entry.key, ending);
    for (const waiter of entry.waiters) this.deliver(waiter, ending);
  }

  private deliver(waiter: Waiter, ending: Ending): void {
    const { part, value } = waiter;
    const state = this.source.after(value.waiting, ending);
    // Of equal ways, the last one is followed first: what goes on with the value at hand.
    this.add(part.entry, part, NONE, { kind: "others", waiter, ending });
    this.add(part.entry, part, ending.bytes, { kind: "state", state });
  }
}

function textOf(last: Part): number[] {
  const pieces: (readonly number[])[] = [];
  for (let part: Part | undefined = last; part !== undefined; part = part.before) pieces.push(part.bytes);
  return pieces.reverse().flat();
}
