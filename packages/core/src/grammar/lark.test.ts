import { describe, expect, it } from "vitest";
import { accepts, begins } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { complaintOf } from "../../test/complaint.js";
import { randomNumbers, randomWalk } from "../../test/walk.js";
import { compileLark, Matcher, Vocabulary } from "../index.js";

const encoder = new TextEncoder();

/** Grammars, and texts that they have and have not: as llguidance reads them. */
const CASES: Readonly<Record<string, { source: string; yes: string[]; no: string[] }>> = {
  "keywords and names by the longest": {
    source: 'start: "if" NAME "then" NAME | NAME "=" NAME\nNAME: /[a-z]+/\n%ignore / +/',
    yes: ["if a then b", "ifa=b", "ifx = b", "a  =  b"],
    no: ["if athen b", "ifa then b", "if a b", "a=", " a=b"],
  },
  expressions: {
    source: `
      // left recursion, as Lark has it
      ?start: sum
      sum: product | sum "+" product -> add
         | sum "-" product -> sub
      product: atom | product "*" atom
      atom: NUMBER | "-" atom | "(" sum ")"
      %import common.NUMBER
      %import common.WS_INLINE -> WS
      %ignore WS
    `,
    yes: ["1", "1 + 2*(3.5 - -4)", "((1))", "1e5*2 "],
    no: ["", "1 +", "(1", "1 2", "a"],
  },
  "values that nothing ignored interrupts": {
    source: 'start: (%json { "type": "integer" } ";")+ end\nend[stop="x"]: /[^b ]*/\n%ignore / +/',
    yes: ["12;", "12 ;3  ;", "1; 2;cd", "1;  cd"],
    no: ["1 2;", "1;cd ef", "1;c d"],
  },
  "terminals with & and ~": {
    source: 'start: WORD\nWORD: /[a-z]{1,4}/ & ~/ab.*/ & ~("x" | "if"i)',
    yes: ["a", "ba", "xx", "i"],
    no: ["ab", "abc", "x", "if", "abcde"],
  },
  "lazy, suffix and stop": {
    source: `start: head tail end
      head[lazy]: /[a-z]*;/
      tail[suffix="!"]: /[a-z!]*/
      end[stop="<"]: /[a-z<]*/`,
    yes: ["a;b!c", ";!", "x;!abc"],
    no: ["a;b", "a;b!!", "a;b!c<d"],
  },
  "JSON inside": {
    source:
      'start: "a=" obj ";" | "b=" %json {"type": "array", "items": {"type": "integer"}}\nobj: %json {"type":"object","properties":{"x":{"const":1}},"required":["x"],"additionalProperties":false}',
    yes: ['a={"x":1};', "b=[1,2]", "b=[]"],
    no: ['a={"x":1}', 'a={"x":2};', "b=[1.5]"],
  },
  repetitions: {
    source: 'start: "a"{2} "b"{1,} ("c" "d")~0..1 ["e"] "f"~2',
    yes: ["aabff", "aabbcdeff"],
    no: ["abff", "aaff", "aabcdcdff", "aabf"],
  },
  ranges: {
    source: 'start: "a".."f" DIGITS\nDIGITS: ("0".."9"){2,3}',
    yes: ["b12", "f123"],
    no: ["g12", "a1"],
  },
  quotes: {
    source:
      'start: %regex {"substring_words": "The cat sat. On it"} "!" %regex {"substring_chunks": ["ab", "c", "d"]}',
    yes: ["!", "cat sat!abc", "The cat sat. On it!cd"],
    no: ["at!", "cat it!", "!b", "!ad"],
  },
  "unicode classes": {
    source: "start: /\\w+\\s\\d\\x41[[:alpha:]_]./",
    yes: ["é 1Ab_", "aß ٣A__"],
    no: ["- 1Ab_", "é 1Ab\n"],
  },
  comments: {
    source: 'start: X+\nX: "x"\n%ignore " "\n%ignore /#[^\\n]*\\n/',
    yes: ["xx x", "x # x\nx", "x\u0020"],
    no: ["x #", "#\nx", ""],
  },
  "ignored at the start": {
    source: '%llguidance {"allow_initial_skip": true}\n%ignore " "\nstart: "x"',
    yes: [" x", "  x"],
    no: [" ", "x "],
  },
};

const complaint = (source: string) => complaintOf(() => compileLark(source));

describe("Lark", () => {
  for (const [name, { source, yes, no }] of Object.entries(CASES)) {
    it(`reads ${name}`, () => {
      const grammar = compileLark(source);
      for (const text of yes) expect(accepts(grammar, text), text).toBe(true);
      for (const text of no) expect(accepts(grammar, text), text).toBe(false);
    });

    it(`has outputs that can be read again, and no dead ends: ${name}`, () => {
      const grammar = compileLark(source);
      const vocabulary = byteVocabulary();
      for (let seed = 0; seed < 25; seed++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), randomNumbers(seed), 25);
        expect(accepts(grammar, text), text).toBe(true);
      }
    });
  }

  it("leads into no dead end where a terminal reads what others need", () => {
    // Behind an x that goes on with x, no terminal ever ends.
    const grammar = compileLark('start: X "x" "." | "a" X "b"\nX: /x+/');
    expect(begins(grammar, "x")).toBe(false);
    expect(accepts(grammar, "axxb")).toBe(true);
    expect(new Matcher(grammar, byteVocabulary([])).allowedBytes()).toEqual([0x61]);
  });

  it("asks for tokens", () => {
    const bytes = Array.from({ length: 256 }, (_, byte): Uint8Array | null => Uint8Array.of(byte));
    for (const name of ["<|call|>", "<|end|>"]) bytes.push(encoder.encode(name));
    const vocabulary = Vocabulary.fromBytes([...bytes, null], {
      eosTokenIds: [258],
      specialTokenIds: [256, 257],
    });
    const grammar = compileLark("start: TEXT | <|call|> /[0-9]+/ <[257]>\nTEXT: /[^{](.|\\n)*/");
    const matcher = new Matcher(grammar, vocabulary);
    expect(matcher.mask().has(256)).toBe(true);
    expect(matcher.mask().has(0x7b)).toBe(false);
    expect(matcher.accept(256)).toBe(true);
    expect(matcher.acceptBytes(encoder.encode("12"))).toBe(true);
    expect([...(matcher.mask().ids ?? [])]).toEqual([...Array.from({ length: 10 }, (_, i) => 0x30 + i), 257]);
    expect(matcher.accept(257)).toBe(true);
    expect([...(matcher.mask().ids ?? [])]).toEqual([258]);
  });

  it("limits the tokens of a terminal, and tells its temperature", () => {
    const vocabulary = byteVocabulary(["aa", "aaa", "bb"]);
    const grammar = compileLark(
      'start: head "." tail\nhead[max_tokens=2, temperature=0.5]: /[a-z]*/\ntail[max_tokens=1]: /[0-9]{3}/',
    );
    const matcher = new Matcher(grammar, vocabulary);
    const next = () =>
      matcher
        .allowedBytes()
        .map((byte) => String.fromCharCode(byte))
        .join("");
    expect(matcher.temperature).toBe(0.5);
    expect(matcher.accept(257)).toBe(true);
    expect(next()).toHaveLength(27);
    expect(matcher.accept(258)).toBe(true);
    expect(next()).toBe(".");
    expect([...(matcher.mask().ids ?? [])]).toEqual([0x2e]);
    matcher.rollback(1);
    expect(next()).toHaveLength(27);
    expect(matcher.accept(0x2e)).toBe(true);
    expect(matcher.temperature).toBe(undefined);
    // What cannot end yet goes on to where it can.
    for (const digit of [0x31, 0x32]) expect(matcher.accept(digit)).toBe(true);
    expect(next()).toBe("0123456789");
    expect(matcher.accept(0x33)).toBe(true);
    expect(matcher.isComplete && next() === "").toBe(true);
  });

  it("has templates, as Lark has them", () => {
    const source = `
      start: _list{pair, ","} ";" nest{NUMBER} | twice{A}{2}
      pair: NUMBER ":" _list{nest{A}, "+"}
      _list{item, separator}: item (separator item)*
      nest{x}: x | "(" nest{x} ")"
      twice{x}: x x
      NUMBER: /[0-9]+/
      A: "a"
      %ignore " "
    `;
    const grammar = compileLark(source);
    for (const text of ["1:a;2", "1:a+a, 2:(a)+((a)); ((3))", "aaaa"])
      expect(accepts(grammar, text), text).toBe(true);
    for (const text of ["1:a,;2", "1:1;2", "1:(a;2", "1:a;a", "aaa", "aaaaa"])
      expect(accepts(grammar, text), text).toBe(false);
    expect(complaint('start: t{"a"}')).toContain('Line 1, column 8: There is no template "t".');
    expect(complaint('start: t{"a"}\nt{x, y}: x y')).toContain('"t" has 2 parameters, not 1.');
    expect(complaint("start: t\nt{x}: x")).toContain("arguments must follow");
    expect(complaint('start: t{"a"}\nt{x}: x | t{x "a"}')).toContain("without end");
    expect(complaint('start: t{"a"}\nt{x}: x | t{x "a"} | t{x "b"}')).toContain("without end");
    expect(complaint('start: t{"a"}\nt{x, x}: x')).toContain("two parameters");
  });

  it("tells rules of which no output has a part", () => {
    const { uselessRules } = compileLark('start: a | b\na: "a"\nb: "b" b\nc: "c" d\nd: "d"').report;
    expect(uselessRules).toEqual([
      { rule: "b", reason: "endless" },
      { rule: "c", reason: "unused" },
      { rule: "d", reason: "unused" },
    ]);
  });

  it("says where something is wrong, or not supported", () => {
    expect(complaint('start: "a" b')).toBe('Line 1, column 12: There is no rule "b".');
    expect(complaint("start: A\nA: B\nB: A")).toContain('Line 3, column 4: The terminal "A" leads to itself');
    expect(complaint('start: "a" & "b"')).toContain("Line 1, column 8: & and ~ are for terminals");
    expect(complaint("start: /a(?=b)/")).toContain("Line 1, column 10: Look-arounds");
    expect(complaint("start: /a*?/")).toContain("Line 1, column 11: Lazy quantifiers");
    expect(complaint('start.2: "a"')).toContain("Line 1, column 1: Priorities are not supported.");
    expect(complaint('start: "a"\n%import python.X')).toContain("Line 2, column 9: Modules other than");
    expect(complaint('start: "a"\n%llguidance {"no_forcing": true}')).toContain('"no_forcing"');
    expect(complaint('start[stop_capture="a"]: "a"')).toContain("beside suffix only");
    expect(complaint("start: $")).toContain("Line 1, column 8: Nothing in a grammar begins with");
    expect(complaint('A: "a"')).toContain('no rule "start"');
    expect(complaint('start: "a" start')).toContain("there is no output");
    expect(complaint("start: A\nA: /[a-z]/ & /[0-9]/")).toContain("there is no output");
  });
});
