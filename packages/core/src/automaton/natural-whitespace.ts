import { Follow, Gap, NEWLINE, SPACE, TAB, type WhitespacePolicy } from "./whitespace-policy.js";

/** Shapes. Nothing is known: outside of brackets, and in the first one before what it has. */
const OPEN = 0;
/** On one line, and whether there are spaces is not known: so far only brackets have come. */
const LINE = 1;
/** On one line, without spaces and with one behind every comma and colon. */
const COMPACT = 2;
const SPACED = 3;
/** From here on: on lines of their own; the nesting depth times 16 plus the kind of indent. */
const LINES = 16;

/** Kinds of indent: so many spaces for each open bracket, or a tab. */
const MOST_SPACES = 8;
const TABBED = 9;
/** Deeper than that everything stands on one line: shapes are below 2^20. */
const MOST_DEPTH = 0xffff;

/** In the first bracket: the state behind the newline, and as many spaces more; then behind a tab. */
const FIRST_LINE = 1;
const AFTER_TAB = FIRST_LINE + MOST_SPACES + 1;

/**
 * The text is written in one style, whichever it begins with, as one of the usual serialisers writes it:
 * - without whitespace, as `JSON.stringify(value)`;
 * - with one space behind every comma and colon, as Python's `json.dumps(value)`;
 * - every item and property on a line of its own, indented by 0 to 8 spaces or one tab for each open bracket, the same
 *   everywhere, and one space behind every colon, as `JSON.stringify(value, null, indent)`; there an array or object may
 *   also stand on one line as a whole, with one space behind every comma and colon, as people and models write short ones.
 *
 * Whether there are lines shows behind the first bracket; whether there are spaces at the first comma or colon, which may be
 * inside of several arrays that do not know yet: a frame that ends tells the one around it.
 */
export class NaturalWhitespace implements WhitespacePolicy {
  readonly indent = undefined;

  inner(shape: number): number {
    if (shape < LINES) return shape;
    return shape >> 4 >= MOST_DEPTH ? SPACED : shape + LINES;
  }

  step(gap: Gap, shape: number, state: number, byte: number): number {
    if (shape >= LINES) return inLines(gap, shape, state, byte);
    switch (gap) {
      case Gap.Open:
        return shape === OPEN ? firstLine(state, byte) : -1;
      case Gap.AfterColon:
      case Gap.AfterComma:
        return shape !== COMPACT && state === 0 && byte === SPACE ? 1 : -1;
      default:
        return -1;
    }
  }

  follows(gap: Gap, shape: number, state: number): Follow {
    if (shape >= LINES) {
      if (gap === Gap.Open && state === 0) return Follow.Both;
      return (
        (state === nextLength(gap, shape) ? Follow.Next : Follow.None) |
        (state === closeLength(gap, shape) ? Follow.Close : Follow.None)
      );
    }
    if (gap === Gap.Open) return state === 0 ? Follow.Both : Follow.Next;
    const isSeparator = gap === Gap.AfterColon || gap === Gap.AfterComma;
    return shape === SPACED && isSeparator && state === 0 ? Follow.None : Follow.Both;
  }

  reachable(gap: Gap, shape: number, state: number): Follow {
    if (shape >= LINES) {
      if (gap === Gap.Open && state === 0) return Follow.Both;
      return (
        (state <= nextLength(gap, shape) ? Follow.Next : Follow.None) |
        (state <= closeLength(gap, shape) ? Follow.Close : Follow.None)
      );
    }
    return gap === Gap.Open && state > 0 ? Follow.Next : Follow.Both;
  }

  after(gap: Gap, shape: number, state: number): number {
    if (gap === Gap.Open) {
      if (shape >= LINES) return state === 0 ? SPACED : shape;
      if (shape !== OPEN) return shape;
      return state === 0 ? LINE : LINES + (state === AFTER_TAB ? TABBED : state - FIRST_LINE);
    }
    if (shape !== LINE || (gap !== Gap.AfterColon && gap !== Gap.AfterComma)) return shape;
    return state === 0 ? COMPACT : SPACED;
  }

  tells(shape: number): number {
    return shape === COMPACT || shape === SPACED ? shape - LINE : 0;
  }

  told(shape: number, told: number): number {
    return shape === LINE ? LINE + told : shape;
  }
}

/** The run behind the first bracket, which sets the indent. */
function firstLine(state: number, byte: number): number {
  if (state === 0) return byte === NEWLINE ? FIRST_LINE : -1;
  if (state === FIRST_LINE && byte === TAB) return AFTER_TAB;
  return byte === SPACE && state < FIRST_LINE + MOST_SPACES ? state + 1 : -1;
}

/** The length of an indent; `depth` brackets are open. */
function indentLength(shape: number, depth: number): number {
  const kind = shape & 15;
  return kind === TABBED ? depth : kind * depth;
}

/** Lengths of the runs before what is next and before the closing bracket, where there are lines; -1: there is none. */
function nextLength(gap: Gap, shape: number): number {
  switch (gap) {
    case Gap.BeforeColon:
    case Gap.AfterValue:
      return 0;
    case Gap.AfterColon:
      return 1;
    default:
      return 1 + indentLength(shape, shape >> 4);
  }
}

function closeLength(gap: Gap, shape: number): number {
  return gap === Gap.AfterValue ? 1 + indentLength(shape, (shape >> 4) - 1) : -1;
}

function inLines(gap: Gap, shape: number, state: number, byte: number): number {
  if (state >= Math.max(nextLength(gap, shape), closeLength(gap, shape))) return -1;
  const indent = (shape & 15) === TABBED ? TAB : SPACE;
  const expected = gap === Gap.AfterColon ? SPACE : state === 0 ? NEWLINE : indent;
  return byte === expected ? state + 1 : -1;
}
