import { CLOSE_BRACE, CLOSE_BRACKET, classesOf, SPACE_CLASSES } from "./json-bytes.js";

export const SPACE = 0x20;
export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const RETURN = 0x0d;

const SPACE_CLASS = classesOf([SPACE]);
const TAB_CLASS = classesOf([TAB]);
const NEWLINE_CLASS = classesOf([NEWLINE]);
const RETURN_CLASS = classesOf([RETURN]);

/** Where whitespace can stand. */
export const enum Gap {
  /** After `{` or `[`. */
  Open,
  /** Between a key and its colon. */
  BeforeColon,
  AfterColon,
  AfterComma,
  /** After a property's value or an item. */
  AfterValue,
}

/** What can follow a gap, as bits. */
export const enum Follow {
  None = 0,
  /** A key, a value, a colon; after a value, the comma. */
  Next = 1,
  /** The closing bracket. */
  Close = 2,
  Both = 3,
}

/**
 * Which whitespace a text may have between tokens of JSON. A run of whitespace is read by a small automaton whose state
 * is an integer, 0 at the start of every run.
 *
 * What runs depend on besides is a frame's *shape*, an integer below 2^20: the nesting depth where there are indents, the
 * style that the text has turned out to have where that is free. Frames of the same shape share their states.
 */
export interface WhitespacePolicy {
  /** What a line begins with for each open bracket, where every item has a line of its own; else undefined. */
  readonly indent: string | undefined;
  /** The shape inside of a bracket that opens in a shape. That of the whole output is 0. */
  inner(shape: number): number;
  /** The state after one more byte, or -1. */
  step(gap: Gap, shape: number, state: number, byte: number): number;
  /** What may follow now. */
  follows(gap: Gap, shape: number, state: number): Follow;
  /** What may follow now or after more whitespace. */
  reachable(gap: Gap, shape: number, state: number): Follow;
  /** The frame's shape behind a run of whitespace that ended in a state, before what is next. */
  after(gap: Gap, shape: number, state: number): number;
  /** What a frame that ends tells the one around it: 0 for nothing, 1 or 2. */
  tells(shape: number): number;
  /** The shape of a frame behind one inside of it that told this. */
  told(shape: number, told: number): number;
}

/** A policy whose shape is known from the start: what a text has had before does not matter. */
export abstract class FixedWhitespace implements WhitespacePolicy {
  abstract readonly indent: string | undefined;
  abstract step(gap: Gap, shape: number, state: number, byte: number): number;
  abstract follows(gap: Gap, shape: number, state: number): Follow;
  abstract reachable(gap: Gap, shape: number, state: number): Follow;

  inner(_shape: number): number {
    return 0;
  }

  after(_gap: Gap, shape: number): number {
    return shape;
  }

  tells(): number {
    return 0;
  }

  told(shape: number): number {
    return shape;
  }
}

const CLOSE_CLASSES = classesOf([CLOSE_BRACE, CLOSE_BRACKET]);
const NEXT_CLASSES = ~(CLOSE_CLASSES | SPACE_CLASSES);

/** The classes of the bytes that can come next in a gap as far as whitespace is concerned. */
export function gapClasses(policy: WhitespacePolicy, gap: Gap, shape: number, state: number): number {
  const follows = policy.follows(gap, shape, state);
  let classes = (follows & Follow.Next) === 0 ? 0 : NEXT_CLASSES;
  if ((follows & Follow.Close) !== 0) classes |= CLOSE_CLASSES;
  if (policy.step(gap, shape, state, SPACE) >= 0) classes |= SPACE_CLASS;
  if (policy.step(gap, shape, state, NEWLINE) >= 0) classes |= NEWLINE_CLASS;
  if (policy.step(gap, shape, state, TAB) >= 0) classes |= TAB_CLASS;
  if (policy.step(gap, shape, state, RETURN) >= 0) classes |= RETURN_CLASS;
  return classes;
}

/** A piece of text, and the shape of the frame behind it. */
export interface Run {
  readonly bytes: readonly number[];
  readonly shape: number;
}

/** The least whitespace after which something wanted can follow; undefined if it never can. */
export function shortestRun(
  policy: WhitespacePolicy,
  gap: Gap,
  shape: number,
  state: number,
  want: Follow,
): Run | undefined {
  const runs = new Map<number, readonly number[]>([[state, []]]);
  for (const [reached, bytes] of runs) {
    if ((policy.follows(gap, shape, reached) & want) !== 0) {
      return { bytes, shape: policy.after(gap, shape, reached) };
    }
    for (const byte of [SPACE, NEWLINE, TAB, RETURN]) {
      const next = policy.step(gap, shape, reached, byte);
      if (next < 0 || runs.has(next) || (policy.reachable(gap, shape, next) & want) === 0) continue;
      runs.set(next, [...bytes, byte]);
    }
  }
  return undefined;
}
