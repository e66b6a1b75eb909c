import type { Vocabulary } from "../../vocabulary/index.js";
import { Chart, type OutputStep } from "./chart.js";
import type { Rules } from "./rules.js";
import type { LexemeReader } from "./terminals.js";

/** What a grammar captures of a rule. */
export interface RuleCapture {
  /** Undefined: the rule itself is not captured. */
  readonly name: string | undefined;
  /** A terminal at the end that the capture leaves out, and what is before it. */
  readonly suffix?: {
    readonly reader: LexemeReader;
    readonly own: number;
    readonly suffix: number;
    /** What the suffix is captured as. */
    readonly name: string | undefined;
  };
}

/** A part of an output that a grammar captures. */
export interface Capture {
  readonly name: string;
  /** Where it is in the output, in bytes: from `start` to before `end`. */
  readonly start: number;
  readonly end: number;
}

/** A part of an output with its text. Special tokens are in it by their names. */
export interface CapturedText extends Capture {
  readonly text: string;
}

/** The rule of the whole output. */
const WHOLE = -1;

/** A part of a derivation that is still to be looked at: a rule or, at a dot, a terminal. */
interface Part {
  readonly rule: number | undefined;
  readonly start: number;
  readonly end: number;
}

/** A step on the way through an alternative: the symbol before `dot` ends at `place`. */
interface Way {
  readonly dot: number;
  readonly place: number;
  readonly part: Part | undefined;
  readonly before: Way | undefined;
}

/**
 * Finds what a grammar captures of an output: reads it again into a chart, and takes one derivation of it. Where there are
 * several, alternatives that stand first are taken, and in them what comes first is as long as it can be. Text that is
 * ignored before a rule's first terminal is not part of it.
 */
export class CaptureFinder {
  private readonly rules: Rules;
  private readonly captures: ReadonlyMap<number, RuleCapture>;
  private readonly ignored: number | undefined;
  private readonly ignoresAtStart: boolean;
  private emptyDepths: Float64Array | undefined;

  constructor(
    rules: Rules,
    captures: ReadonlyMap<number, RuleCapture>,
    ignored: { readonly dot: number; readonly isAtStart: boolean } | undefined,
  ) {
    this.rules = rules;
    this.captures = captures;
    this.ignored = ignored?.dot;
    this.ignoresAtStart = ignored?.isAtStart === true;
  }

  /** Whether the empty text of a rule needs fewer rules within each other than that of another one. */
  private isSooner(rule: number, than: number): boolean {
    if (than === WHOLE) return true;
    this.emptyDepths ??= emptyDepths(this.rules);
    return (this.emptyDepths[rule] as number) < (this.emptyDepths[than] as number);
  }

  /** The captures of a whole output, outer ones before inner ones. */
  find(bytes: Uint8Array, steps: readonly OutputStep[], vocabulary: Vocabulary): Capture[] {
    const chart = new Chart(this.rules, this.ignored, bytes);
    chart.read(bytes, steps, vocabulary, this.ignoresAtStart);
    const found: { readonly capture: RuleCapture; start: number; readonly end: number }[] = [];
    /** Those of which no terminal has been met yet. */
    let unbegun: { start: number }[] = [];
    const work: Part[] = [{ rule: WHOLE, start: 0, end: bytes.length }];
    for (let part = work.pop(); part !== undefined; part = work.pop()) {
      const { rule, start, end } = part;
      if (rule === undefined) {
        for (const each of unbegun) each.start = start;
        unbegun = [];
        continue;
      }
      const capture = this.captures.get(rule);
      if (capture !== undefined) {
        const each = { capture, start, end };
        found.push(each);
        if (end > start) unbegun.push(each);
      }
      work.push(...this.partsOf(chart, part).reverse());
    }
    return found.flatMap(({ capture, start, end }) => named(capture, start, end, bytes));
  }

  /** What a rule's part of the output is made of. */
  private partsOf(chart: Chart, { rule, start, end }: Part): Part[] {
    const { rules } = this;
    const starts = rule === WHOLE ? [rules.startDot] : (rules.starts[rule as number] as Int32Array);
    // A rule of the same text that can lead back to this one is one that ended before: so no derivation comes back to itself.
    const cycle = rule === WHOLE ? undefined : rules.leftCycle[rule as number];
    const before = chart.endsOf(rule as number, start).get(end) ?? Number.POSITIVE_INFINITY;
    const stack: Way[] = Array.from(starts, (dot) => ({
      dot,
      place: start,
      part: undefined,
      before: undefined,
    })).reverse();
    const met = new Set<number>();
    for (let way = stack.pop(); way !== undefined; way = stack.pop()) {
      const { dot, place } = way;
      const key = dot * (end + 1) + place;
      if (met.has(key)) continue;
      met.add(key);
      if (rules.mayEnd[dot] === 1 && place === end) return along(way);
      const next = rules.next[dot] as number;
      if (next < 0) continue;
      const symbol = rules.nonterminal[dot] as number;
      const mayComeBack = start === end && symbol >= 0 && !this.isSooner(symbol, rule as number);
      if (rules.isSymbolNullable(dot) && next !== dot && !mayComeBack) {
        const part = symbol < 0 ? undefined : { rule: symbol, start: place, end: place };
        stack.push({ dot: next, place, part, before: way });
      }
      const parts: Part[] = [];
      if (symbol < 0) {
        for (const span of chart.spansOf(dot, place)) parts.push({ rule: undefined, ...span });
      } else {
        for (const [at, order] of chart.endsOf(symbol, place)) {
          const mayReturn = place === start && at === end && cycle?.includes(symbol) === true;
          if (!mayReturn || order < before) parts.push({ rule: symbol, start: place, end: at });
        }
      }
      // The longest is looked at first.
      parts.sort((x, y) => x.end - y.end);
      for (const part of parts) {
        if (part.end <= end) stack.push({ dot: next, place: part.end, part, before: way });
      }
    }
    throw new TypeError("An output that was read has no derivation");
  }
}

/** By nonterminal: how many rules are within each other at least where its text is empty. */
function emptyDepths(rules: Rules): Float64Array {
  const depths = new Float64Array(rules.starts.length).fill(Number.POSITIVE_INFINITY);
  const isEmpty = (start: number, depth: number): boolean => {
    for (let dot = start; rules.mayEnd[dot] !== 1; dot = rules.next[dot] as number) {
      const rule = rules.nonterminal[dot] as number;
      if (!rules.isSymbolNullable(dot) || rules.next[dot] === dot) return false;
      if (rule >= 0 && !((depths[rule] as number) < depth)) return false;
    }
    return true;
  };
  for (let depth = 1, isNew = true; isNew; depth++) {
    isNew = false;
    rules.starts.forEach((starts, rule) => {
      if (depths[rule] !== Number.POSITIVE_INFINITY || !starts.some((dot) => isEmpty(dot, depth))) return;
      depths[rule] = depth;
      isNew = true;
    });
  }
  return depths;
}

function along(last: Way): Part[] {
  const parts: Part[] = [];
  for (let way: Way | undefined = last; way !== undefined; way = way.before) {
    if (way.part !== undefined) parts.push(way.part);
  }
  return parts.reverse();
}

/** The captures that a rule's text makes, its suffix apart. */
function named({ name, suffix }: RuleCapture, start: number, end: number, bytes: Uint8Array): Capture[] {
  const own = suffix === undefined ? end : suffixStart(suffix, start, end, bytes);
  const captures: Capture[] = name === undefined ? [] : [{ name, start, end: own }];
  if (suffix?.name !== undefined) captures.push({ name: suffix.name, start: own, end });
  return captures;
}

/** The first place where a suffix can begin that ends the text. */
function suffixStart(
  { reader, own, suffix }: NonNullable<RuleCapture["suffix"]>,
  start: number,
  end: number,
  bytes: Uint8Array,
): number {
  for (let state = own, at = start; at <= end && state !== 0; at++) {
    if (reader.isFinal(state)) {
      let rest = suffix;
      for (let i = at; i < end && rest !== 0; i++) rest = reader.step(rest, bytes[i] as number);
      if (rest !== 0 && reader.isFinal(rest)) return at;
    }
    if (at < end) state = reader.step(state, bytes[at] as number);
  }
  return end;
}
