/**
 * Internationalised host names: RFC 5890 to 5893 (IDNA2008). A subset, because Punycode (which decides how long a label
 * is) and normalisation are not regular. Left out are
 * - `xn--` labels;
 * - code points beyond the first plane, marks that canonical composition may join with what is before them (those of
 *   Latin, Greek and Kana, written as one letter anyway), and more than one mark of a combining class other than 0 in
 *   a row, except as Thai and Lao have them;
 * - labels of more than `MAX_MANY` code points, unless they are `MAX_ALPHABETIC` before U+0800 or `MAX_MIXED` of which
 *   `MAX_FEW` are not ASCII;
 * - names of more than 4 labels where one of them is not ASCII;
 * - in names with right-to-left labels, other labels that are not ASCII.
 */
import type { CodePointSet, Language, LanguageArena } from "../../language/index.js";
import { type FormatBuilder, whole } from "./builder.js";
import { name, unreservedLabel } from "./hostname.js";
import { MARKS, NONSTARTERS, PERMITTED, VIRAMAS } from "./idna-characters.js";

/**
 * Labels within these bounds take at most 62 characters with `xn--`: found by dynamic programming over how many code
 * points are encoded, the bias (RFC 3492, section 6.1) and how far the next code point can be. 15 code points of the
 * first plane could take 65.
 */
const MAX_MANY = 14;
/** Where nothing is from U+0800 on: Latin, Greek, Cyrillic, Hebrew, Arabic and others. */
const MAX_ALPHABETIC = 18;
const ALPHABETIC_END = 0x7ff;
/** With few code points that are not ASCII. */
const MAX_FEW = 4;
const MAX_MIXED = 40;
/** 4 such labels, or ASCII ones of this length, and 3 dots make at most 251 characters. */
const MAX_ASCII = 62;
const MAX_LABELS = 4;

const MIDDLE_DOT = 0xb7;
const KERAIA = 0x375;
const GERESH = [0x5f3, 0x5f4];
const KATAKANA_DOT = 0x30fb;
const JOINERS = [0x200c, 0x200d];
const ARABIC_DIGITS = [0x660, 0x669];
const EXTENDED_ARABIC_DIGITS = [0x6f0, 0x6f9];
const LATIN = [0x30, 0x39, 0x61, 0x7a];
const HYPHEN = 0x2d;

const GREEK = [0x370, 0x3e1, 0x3f0, 0x3ff, 0x1f00, 0x1fff];
const HEBREW = [0x591, 0x5f2];
/** Hiragana, Katakana, Han. */
const JAPANESE = [
  0x3005, 0x3005, 0x3007, 0x3007, 0x3041, 0x3096, 0x309d, 0x309e, 0x30a1, 0x30fa, 0x30fd, 0x30fe, 0x3400,
  0x4dbf, 0x4e00, 0x9fff,
];
/** The blocks in which everything is written from right to left. */
const RIGHT_TO_LEFT = [0x590, 0x8ff, 0xfb1d, 0xfdff, 0xfe70, 0xfeff];
/** Joining types D and R in the Arabic block: what may stand before and after a non-joiner. */
const DUAL_JOINING = [
  0x620, 0x620, 0x626, 0x626, 0x628, 0x628, 0x62a, 0x62e, 0x633, 0x63f, 0x641, 0x647, 0x649, 0x64a, 0x66e,
  0x66f, 0x679, 0x687, 0x69a, 0x6bf, 0x6c1, 0x6c2, 0x6cc, 0x6cc, 0x6ce, 0x6ce, 0x6d0, 0x6d1, 0x6fa, 0x6fc,
  0x6ff, 0x6ff,
];
const RIGHT_JOINING = [
  0x622, 0x625, 0x627, 0x627, 0x629, 0x629, 0x62f, 0x632, 0x648, 0x648, 0x671, 0x673, 0x688, 0x699, 0x6c0,
  0x6c0, 0x6c3, 0x6cb, 0x6cd, 0x6cd, 0x6cf, 0x6cf, 0x6d2, 0x6d3, 0x6d5, 0x6d5, 0x6ee, 0x6ef,
];

/** Marks that compose with many letters. */
const COMPOSING = [0x300, 0x345, 0x653, 0x655, 0x1b35, 0x1b35, 0x3099, 0x309a];
/** Pairs that canonical composition would join: the second ones, then the first ones. */
const COMPOSED: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[0x93c], [0x928, 0x930, 0x933]],
  [[0x9be, 0x9d7], [0x9c7]],
  [[0xb3e, 0xb56, 0xb57], [0xb47]],
  [
    [0xbbe, 0xbd7],
    [0xb92, 0xbc6, 0xbc7],
  ],
  [[0xc56], [0xc46]],
  [
    [0xcc2, 0xcd5, 0xcd6],
    [0xcbf, 0xcc6, 0xcca],
  ],
  [
    [0xd3e, 0xd57],
    [0xd46, 0xd47],
  ],
  [
    [0xdca, 0xdcf, 0xddf],
    [0xdd9, 0xddc],
  ],
  [[0x102e], [0x1025]],
];
/** A vowel below and a tone above, in canonical order: Thai, Lao. */
const STACKED = [
  [0xe38, 0xe39, 0xe48, 0xe4b],
  [0xeb8, 0xeb9, 0xec8, 0xecb],
] as const;

/** Letters of the sets, and languages over them. */
class Repertoire {
  readonly permitted: CodePointSet;
  readonly marks: CodePointSet;
  readonly rightToLeft: CodePointSet;

  constructor(readonly arena: LanguageArena) {
    const { sets } = arena;
    this.permitted = sets.difference(sets.ofRanges(PERMITTED), sets.ofRanges(COMPOSING));
    this.marks = sets.ofRanges(MARKS);
    this.rightToLeft = sets.ofRanges(RIGHT_TO_LEFT);
  }

  ranges(...lists: (readonly number[])[]): CodePointSet {
    return this.arena.sets.ofRanges(lists.flat());
  }

  singles(...codePoints: number[]): CodePointSet {
    return this.ranges(codePoints.flatMap((codePoint) => [codePoint, codePoint]));
  }

  /** One code point of each set after another, anywhere. */
  somewhere(...sets: CodePointSet[]): Language {
    const { arena } = this;
    return arena.concat(arena.any, ...sets.map((set) => arena.codePoints(set)), arena.any);
  }

  /** Any of the first set with something else than one of the second set before it, or nothing. */
  notAfter(these: CodePointSet, before: CodePointSet): Language {
    const { arena } = this;
    const one = arena.codePoints(these);
    const other = arena.concat(arena.any, arena.codePoints(arena.sets.complement(before)), one, arena.any);
    return arena.union([arena.concat(one, arena.any), other]);
  }

  /** Any of the first set with something else than one of the second set after it, or nothing. */
  notBefore(these: CodePointSet, after: CodePointSet): Language {
    const { arena } = this;
    const one = arena.codePoints(these);
    const other = arena.concat(one, arena.codePoints(arena.sets.complement(after)), arena.any);
    return arena.concat(arena.any, arena.union([one, other]));
  }
}

/** Texts that are no labels although their code points are allowed (RFC 5891, section 4.2.3), whatever the direction. */
function forbidden(all: Repertoire): Language[] {
  const { arena } = all;
  const { sets } = arena;
  const hyphen = all.singles(HYPHEN);
  const nonstarters = all.ranges(NONSTARTERS);
  const stacked = STACKED.map(([low, lowEnd]) => all.ranges([low, lowEnd])).reduce((x, y) =>
    sets.union(x, y),
  );
  return [
    arena.concat(arena.codePoints(sets.union(hyphen, all.marks)), arena.any),
    arena.concat(arena.any, arena.codePoints(hyphen)),
    arena.concat(arena.length(2, 2), arena.text("--"), arena.any),
    ...COMPOSED.map(([seconds, firsts]) => all.somewhere(all.singles(...firsts), all.singles(...seconds))),
    all.somewhere(sets.difference(nonstarters, stacked), nonstarters),
    ...STACKED.map(([low, lowEnd, high, highEnd]) =>
      all.somewhere(all.ranges([low, lowEnd]), sets.difference(nonstarters, all.ranges([high, highEnd]))),
    ),
  ];
}

/** Not more code points than are known to fit into a label as Punycode. */
function fitting(arena: LanguageArena): Language {
  const { sets } = arena;
  const ascii = arena.repeat(arena.codePoints(sets.range(0, 0x7f)), 0, Number.POSITIVE_INFINITY);
  const other = arena.codePoints(sets.range(0x80, 0x10ffff));
  const few = arena.concat(arena.repeat(arena.concat(ascii, other), 0, MAX_FEW), ascii);
  return arena.union([
    arena.length(1, MAX_MANY),
    arena.repeat(arena.codePoints(sets.range(0, ALPHABETIC_END)), 1, MAX_ALPHABETIC),
    arena.intersection([few, arena.length(1, MAX_MIXED)]),
  ]);
}

function without(arena: LanguageArena, characters: CodePointSet, bad: readonly Language[]): Language {
  const texts = arena.repeat(arena.codePoints(characters), 1, Number.POSITIVE_INFINITY);
  return arena.intersection([texts, fitting(arena), arena.complement(arena.union(bad))]);
}

/** Labels without right-to-left characters; the contextual rules are those of RFC 5892, appendix A. */
function leftToRightLabel(all: Repertoire): Language {
  const { arena, permitted, rightToLeft } = all;
  const { sets } = arena;
  const special = all.singles(HYPHEN, MIDDLE_DOT, KERAIA, KATAKANA_DOT, ...JOINERS);
  const characters = [
    sets.difference(permitted, rightToLeft),
    special,
    all.ranges(LATIN, EXTENDED_ARABIC_DIGITS),
  ];
  const l = all.singles(0x6c);
  const notJapanese = arena.repeat(
    arena.codePoints(sets.complement(all.ranges(JAPANESE))),
    0,
    Number.POSITIVE_INFINITY,
  );
  return without(
    arena,
    characters.reduce((x, y) => sets.union(x, y)),
    [
      ...forbidden(all),
      all.notAfter(all.singles(MIDDLE_DOT), l),
      all.notBefore(all.singles(MIDDLE_DOT), l),
      all.notBefore(all.singles(KERAIA), sets.intersection(permitted, all.ranges(GREEK))),
      arena.concat(notJapanese, arena.codePoints(all.singles(KATAKANA_DOT)), notJapanese),
      all.notAfter(all.singles(...JOINERS), all.ranges(VIRAMAS)),
    ],
  );
}

/** Labels of the Bidi rule of RFC 5893, section 2, that begin with a right-to-left letter. */
function rightToLeftLabel(all: Repertoire): Language {
  const { arena, permitted, rightToLeft, marks } = all;
  const { sets } = arena;
  const geresh = all.singles(...GERESH);
  const own = sets.union(sets.intersection(permitted, rightToLeft), geresh);
  const letters = sets.difference(own, marks);
  const europeanDigits = all.ranges([0x30, 0x39], EXTENDED_ARABIC_DIGITS);
  const arabicDigits = all.ranges(ARABIC_DIGITS);
  const digits = sets.union(europeanDigits, arabicDigits);
  const nonJoiner = all.singles(JOINERS[0]!);
  const others = sets.union(all.singles(HYPHEN), nonJoiner);
  const characters = [own, digits, others].reduce((x, y) => sets.union(x, y));
  const marksOnly = arena.repeat(
    arena.codePoints(sets.intersection(own, marks)),
    0,
    Number.POSITIVE_INFINITY,
  );
  const joined = (set: readonly number[]) => arena.codePoints(all.ranges(set));
  const before = arena.concat(arena.any, joined(DUAL_JOINING), marksOnly);
  const after = arena.concat(marksOnly, joined([...DUAL_JOINING, ...RIGHT_JOINING]), arena.any);
  const label = without(arena, characters, [
    ...forbidden(all),
    arena.concat(arena.codePoints(sets.complement(letters)), arena.any),
    arena.concat(arena.any, arena.codePoints(others), marksOnly),
    all.somewhere(europeanDigits, arabicDigits),
    arena.concat(all.somewhere(europeanDigits), all.somewhere(arabicDigits)),
    arena.concat(all.somewhere(arabicDigits), all.somewhere(europeanDigits)),
    all.notAfter(geresh, sets.intersection(permitted, all.ranges(HEBREW))),
  ]);
  const one = arena.codePoints(nonJoiner);
  const wrong = arena.union([
    arena.concat(arena.complement(before), one, arena.any),
    arena.concat(arena.any, one, arena.complement(after)),
  ]);
  return arena.difference(label, wrong);
}

/** `idn-hostname`, with the separators of RFC 3490, section 3.1. */
export const idnHostname: FormatBuilder = (arena) => {
  const all = new Repertoire(arena);
  const separator = whole(arena, "[.\\u3002\\uFF0E\\uFF61]");
  const upTo = (labels: readonly Language[]) => {
    const one = arena.union(labels);
    return arena.concat(one, arena.repeat(arena.concat(separator, one), 0, MAX_LABELS - 1));
  };
  const ascii = whole(arena, unreservedLabel(MAX_ASCII));
  // In a name with right-to-left labels no label may begin with a digit.
  const asciiLetter = arena.intersection([ascii, whole(arena, "[A-Za-z].*")]);
  return arena.union([
    name(arena, whole(arena, unreservedLabel(63)), separator),
    upTo([ascii, leftToRightLabel(all)]),
    upTo([asciiLetter, rightToLeftLabel(all)]),
  ]);
};
