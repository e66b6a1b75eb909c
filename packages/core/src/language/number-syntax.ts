/** The syntax of JSON numbers, and ranges of exponents, as languages. */
import type { LanguageArena } from "./arena.js";
import type { Language } from "./nodes.js";

/** The largest exponent of the normalised form, by magnitude (a double has at most 324). */
export const MAX_EXPONENT = 999;
/** The most digits after the point in the normalised form with an exponent (a double needs at most 16). */
export const MAX_FRACTION_DIGITS = 24;

const built = new WeakMap<LanguageArena, Map<string, Language>>();

function remembered(arena: LanguageArena, name: string, build: (arena: LanguageArena) => Language): Language {
  let languages = built.get(arena);
  if (!languages) built.set(arena, (languages = new Map()));
  let language = languages.get(name);
  if (language === undefined) languages.set(name, (language = build(arena)));
  return language;
}

/** The full syntax of a JSON number (RFC 8259). */
export function jsonNumber(arena: LanguageArena): Language {
  return remembered(arena, "full", fullSyntax);
}

function fullSyntax(arena: LanguageArena): Language {
  const { oneOrMore, integer, minus, e, sign } = pieces(arena);
  const fraction = arena.concat(arena.text("."), oneOrMore);
  const exponent = arena.concat(e, sign, oneOrMore);
  return arena.concat(minus, integer, arena.repeat(fraction, 0, 1), arena.repeat(exponent, 0, 1));
}

/**
 * The numbers in normalised form: the fixed notation, or with an exponent and then one digit other than 0 before the
 * point, at most `MAX_FRACTION_DIGITS` after it and an exponent of one to three digits. JavaScript, Python, Java, Go
 * and C write doubles so. It is the universe of `numberRange`: complements must be taken in it.
 */
export function normalisedNumber(arena: LanguageArena): Language {
  return remembered(arena, "normalised", normalisedSyntax);
}

function normalisedSyntax(arena: LanguageArena): Language {
  const { oneOrMore, integer, minus, digit, e, sign } = pieces(arena);
  const point = arena.text(".");
  const fixed = arena.concat(integer, arena.repeat(arena.concat(point, oneOrMore), 0, 1));
  const short = arena.concat(point, arena.repeat(digit, 1, MAX_FRACTION_DIGITS));
  const exponent = arena.concat(e, sign, arena.repeat(digit, 1, String(MAX_EXPONENT).length));
  const scientific = arena.concat(digits(arena, 1, 9), arena.repeat(short, 0, 1), exponent);
  return arena.concat(minus, arena.union([fixed, scientific]));
}

/** The exponents from `low` to `high`, as they are written after the `e`: with or without a plus, up to three digits. */
export function exponentRange(arena: LanguageArena, low: number, high: number): Language {
  low = Math.max(low, -MAX_EXPONENT);
  high = Math.min(high, MAX_EXPONENT);
  if (low > high) return arena.empty;
  const parts: Language[] = [];
  if (high >= 0) parts.push(arena.concat(pieces(arena).plus, magnitudes(arena, Math.max(low, 0), high)));
  if (low <= 0) parts.push(arena.concat(arena.text("-"), magnitudes(arena, Math.max(-high, 0), -low)));
  return arena.union(parts);
}

function pieces(arena: LanguageArena) {
  const digit = digits(arena, 0, 9);
  const zeroOrMore = arena.repeat(digit, 0, Number.POSITIVE_INFINITY);
  return {
    digit,
    zeroOrMore,
    oneOrMore: arena.repeat(digit, 1, Number.POSITIVE_INFINITY),
    integer: arena.union([arena.text("0"), arena.concat(digits(arena, 1, 9), zeroOrMore)]),
    minus: arena.repeat(arena.text("-"), 0, 1),
    plus: arena.repeat(arena.text("+"), 0, 1),
    sign: arena.repeat(arena.choice(["+", "-"]), 0, 1),
    e: arena.choice(["e", "E"]),
  };
}

/** One digit of a range. */
function digits(arena: LanguageArena, low: number, high: number): Language {
  return arena.codePoints(arena.sets.range(0x30 + low, 0x30 + high));
}

/** The numbers from `low` to `high` with one to three digits, leading zeros allowed. */
function magnitudes(arena: LanguageArena, low: number, high: number): Language {
  const parts: Language[] = [];
  for (let length = 1; length <= String(MAX_EXPONENT).length; length++) {
    const largest = Math.min(high, 10 ** length - 1);
    if (low > largest) continue;
    const [from, to] = [low, largest].map((bound) => String(bound).padStart(length, "0"));
    parts.push(sameLength(arena, from!, to!));
  }
  return arena.union(parts);
}

/** The digit texts between two of the same length. */
function sameLength(arena: LanguageArena, low: string, high: string): Language {
  if (low === "") return arena.epsilon;
  const [first, last] = [Number(low[0]), Number(high[0])];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (first === last) return arena.concat(digits(arena, first, first), sameLength(arena, lowRest, highRest));
  const parts = [
    arena.concat(digits(arena, first, first), sameLength(arena, lowRest, "9".repeat(lowRest.length))),
    arena.concat(digits(arena, last, last), sameLength(arena, "0".repeat(highRest.length), highRest)),
  ];
  if (first + 1 < last) {
    const rest = arena.repeat(digits(arena, 0, 9), lowRest.length, lowRest.length);
    parts.push(arena.concat(digits(arena, first + 1, last - 1), rest));
  }
  return arena.union(parts);
}
