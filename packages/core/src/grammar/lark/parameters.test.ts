import { describe, expect, it } from "vitest";
import { accepts } from "../../../test/accepts.js";
import { byteVocabulary } from "../../../test/byte-vocabulary.js";
import { complaintOf } from "../../../test/complaint.js";
import { randomNumbers, randomWalk } from "../../../test/walk.js";
import { compileLark, GrammarLimitError, Matcher } from "../../index.js";

/** All texts of some letters up to a length. */
function textsOf(letters: string, length: number): string[] {
  const texts = [""];
  for (const text of texts) if (text.length < length) for (const letter of letters) texts.push(text + letter);
  return texts;
}

const count = (text: string, letter: string) => text.split(letter).length - 1;
const isUnique = (text: string) => new Set(text).size === text.length;

/** Those of llguidance's documentation (docs/parametric.md of guidance-ai/llguidance), and what they say in plain terms. */
const CASES: Readonly<
  Record<string, { source: string; letters: string; length: number; has: (text: string) => boolean }>
> = {
  permutations: {
    source: `start    :  perm::0x0
      perm::_  :  ""                       %if is_ones([0:3])
               |  "a" perm::set_bit(0)     %if bit_clear(0)
               |  "b" perm::set_bit(1)     %if bit_clear(1)
               |  "c" perm::set_bit(2)     %if bit_clear(2)`,
    letters: "abc",
    length: 5,
    has: (text) => text.length === 3 && isUnique(text),
  },
  "each at least once": {
    source: `start    :  perm::0x0
      perm::_  :  ""                       %if is_ones([0:3])
               |  "a" perm::set_bit(0)
               |  "b" perm::set_bit(1)
               |  "c" perm::set_bit(2)`,
    letters: "abc",
    length: 6,
    has: (text) => [..."abc"].every((letter) => text.includes(letter)),
  },
  "fewer than so many": {
    source: `start  : aa::0
      aa::_  : "b" aa::incr(_)    %if lt(_, 6)
             | bb::_
      bb::_  : "a" bb::incr(_)    %if lt(_, 6)
             | ""`,
    letters: "ab",
    length: 8,
    has: (text) => /^b*a*$/.test(text) && text.length <= 6,
  },
  "at most so many of each": {
    source: `start  : lst::0x0
      lst::_ : "a" lst::incr([0:3])  %if lt([0:3], 2)
             | "b" lst::incr([3:6])  %if lt([3:6], 1)
             | "c" lst::incr([6:9])  %if lt([6:9], 3)
             | ""`,
    letters: "abc",
    length: 7,
    has: (text) => count(text, "a") <= 2 && count(text, "b") <= 1 && count(text, "c") <= 3,
  },
  "some of them": {
    source: `start    :  perm::0x0
      perm::_  :  ""                       %if bit_count_ge(_, 1)
               |  "a" perm::set_bit(0)     %if and(bit_clear(0), bit_count_lt(_, 3))
               |  "b" perm::set_bit(1)     %if and(bit_clear(1), bit_count_lt(_, 3))
               |  "c" perm::set_bit(2)     %if and(bit_clear(2), bit_count_lt(_, 3))
               |  "d" perm::set_bit(3)     %if and(bit_clear(3), bit_count_lt(_, 3))`,
    letters: "abcd",
    length: 5,
    has: (text) => text.length >= 1 && text.length <= 3 && isUnique(text),
  },
  "as many again, by counting down, in a group, and with the highest bits": {
    source: `start : up::0
      up::_ : "a" up::incr([60:64]) %if not(or(eq([60:64], 5), is_ones([60:64]))) | "," down::_
      down::_ : ("b" down::decr([60:64]) %if gt([60:64], 0) | end::bit_or(0xF) %if is_zeros([60:64]))
      end::_ : "." %if and(bit_set(3), eq(_, 15)) | "!" %if true() | "never" %if ne(_, 15)`,
    letters: "ab,.!",
    length: 5,
    has: (text) => {
      const [all, before, behind] = /^(a*),(b*)[.!]$/.exec(text) ?? [];
      return all !== undefined && before?.length === behind?.length;
    },
  },
  "bits that are cleared": {
    source: `start : x::18446744073709551615
      x::_ : "a" x::clear_bit(63) %if bit_set(63) | "b" x::bit_and(0x7fffffffffffff00) %if le([0:8], 0xff)
           | "" %if and(bit_count_eq([0:8], 0), bit_count_ne([8:64], 56))`,
    letters: "ab",
    length: 5,
    // An a only before each b, as that clears the highest bit too.
    has: (text) => /^a?b+$/.test(text),
  },
};

describe("rules of Lark with a parameter", () => {
  for (const [name, { source, letters, length, has }] of Object.entries(CASES)) {
    it(`say what they say for each value of it: ${name}`, () => {
      const grammar = compileLark(source);
      let found = 0;
      for (const text of textsOf(letters, length)) {
        expect(accepts(grammar, text), text).toBe(has(text));
        if (has(text)) found++;
      }
      expect(found).toBeGreaterThan(2);
      const vocabulary = byteVocabulary(["ab", "bb", "abc", "a,b"]);
      for (let seed = 0; seed < 25; seed++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), randomNumbers(seed), 20);
        expect(has(text), text).toBe(true);
      }
    });
  }

  it("stand beside captures, templates and what is ignored", () => {
    const source = `start: _list{item::0, ";"}
      _list{x, separator}: x (separator x)*
      item::_[capture]: WORD item::incr(_) %if lt(_, 2) | "."
      WORD: /[a-z]+/
      %ignore " "`;
    const grammar = compileLark(source);
    const matcher = new Matcher(grammar, byteVocabulary());
    expect(matcher.acceptBytes(new TextEncoder().encode("a b.; ."))).toBe(true);
    expect(matcher.captures()?.map(({ name, text }) => `${name}: ${text}`)).toEqual([
      "item: a b.",
      "item: b.",
      "item: .",
      "item: .",
    ]);
    expect(accepts(grammar, "a b c.")).toBe(false);
  });

  it("have typed errors with their places, and limits", () => {
    const complaint = (source: string) => complaintOf(() => compileLark(source));
    expect(complaint('start: x::1\nx: y::_\ny::_: "a"')).toContain('Line 1, column 8: "x" has no parameter.');
    expect(complaint('start: x\nx::_: "a"')).toContain('"x" has a parameter, which must follow behind "::".');
    expect(complaint('start: x::_\nx::_: "a"')).toContain("The rule has no parameter");
    expect(complaint('start: "a" %if bit_set(1)')).toContain("The rule has no parameter");
    expect(complaint("start: x::1")).toContain('There is no rule "x".');
    expect(complaint('start: x::1\nx::_: "a" %if bit_set(64)')).toContain("A whole number from 0 to 63");
    expect(complaint('start: x::1\nx::_: "a" %if eq([3:3], 1)')).toContain(
      "Line 2, column 18: A range of bits",
    );
    expect(complaint('start: x::1\nx::_: "a" %if odd(_)')).toContain(
      'Line 2, column 15: There is no condition "odd".',
    );
    expect(complaint('start: x::twice(_)\nx::_: "a"')).toContain('There is no function "twice"');
    expect(complaint('start: X::1\nX: "a"')).toContain("The line should end here");
    expect(complaint('start: x::0\nx::_: "a" x::incr(_) %if lt(_, 3)')).toContain("there is no output");
    // It counts on without end.
    const endless = 'start: x::0\nx::_: "a" x::incr(_) | ""';
    expect(() => compileLark(endless, { limits: { maxSymbols: 10_000 } })).toThrow(GrammarLimitError);
    const deep = `${"not(".repeat(600)}true${")".repeat(600)}`;
    expect(() => compileLark(`start: x::0\nx::_: "a" %if ${deep}`)).toThrow(GrammarLimitError);
  });
});
