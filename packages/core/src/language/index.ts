/**
 * Regular languages over code points, and the byte automata that read them.
 *
 * - `LanguageArena` builds and derives languages (arena, union, intersection, steps), decides emptiness (search) and
 *   answers what masks ask (horizon). Everything is lazy and limited: see `LanguageLimits`.
 * - `JsonStringAutomaton` and `TextAutomaton` read languages byte by byte.
 * - `compilePattern` turns regular expressions into languages, `numberRange` bounds on JSON numbers.
 */
export { sortNumbers } from "./algebra.js";
export { type Language, LanguageArena } from "./arena.js";
export { type ByteAutomaton, DEAD, NO_LANGUAGE } from "./byte-automaton.js";
export { type CodePointSet, CodePointSets, isSurrogate } from "./code-point-set.js";
export { completionOf } from "./completion.js";
export { checkTime, setTimeLimitClock, within } from "./deadline.js";
export { Decimal } from "./decimal.js";
export { DisjointNumbers } from "./disjoint-numbers.js";
export { JsonStringAutomaton, type JsonStringOptions, SHORT_ESCAPES } from "./json-string.js";
export { LazyMap } from "./lazy-map.js";
export {
  beyond,
  DEFAULT_GRAMMAR_LIMITS,
  DEFAULT_LANGUAGE_LIMITS,
  GrammarLimitError,
  type GrammarLimits,
  LanguageLimitError,
  type LanguageLimits,
  type TimeLimit,
} from "./limits.js";
export { ListMemo } from "./list-memo.js";
export {
  choiceSet,
  hasEndlessNumbers,
  type NumberRange,
  numberChoice,
  numberFits,
  numberRange,
  numberSet,
  numberValues,
  rangeSet,
} from "./number.js";
export type { NumberSet } from "./number-set.js";
export { jsonNumber, normalisedNumber } from "./number-syntax.js";
export { mix, PairMemo } from "./pair-memo.js";
export { compilePattern, type Pattern, type PatternOptions } from "./pattern.js";
export { PatternError, type PatternErrorReason } from "./pattern-error.js";
export { onlyTextOf } from "./pattern-plain.js";
export { PriorityQueue } from "./priority-queue.js";
export { TextAutomaton } from "./text.js";
export { type Candidates, codePointsOf, isWellFormed, type OneMore, type TextSet } from "./texts.js";
