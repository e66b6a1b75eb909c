import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { GBNF, TEXTS } from "../../test/grammars.js";
import { allowedTokens, randomNumbers, randomWalk } from "../../test/walk.js";
import { compileEbnf, GrammarError, Matcher } from "../index.js";

const CASES: Readonly<Record<string, { source: string; yes: string[]; no: string[] }>> = {
  "rules over several lines": {
    source:
      'root ::= expr\n  ("=" expr)*   # more\n\nexpr ::= term ([-+*/] term)*\nterm ::= num |\n "(" expr ")"\nnum  ::= [0-9]+',
    yes: ["1+2", "(3*4)-5=7", "2=2=2"],
    no: ["", "1+", "(1"],
  },
  "left recursion": { source: 'root ::= root "a" | "a"', yes: ["a", "aaa"], no: ["", "b"] },
  escapes: {
    source: 'root ::= "\\x41\\u00e9\\e" [^] [\\-\\]]',
    yes: ["Aé\u001b\n-", "Aé\u001bx]"],
    no: ["Aé\u001bx"],
  },
  options: {
    source: 'root ::= a b\na[lazy] ::= [a-z]+ ";"?\nb[max_chars=3] ::= [a-z0-9]*',
    yes: ["x", "xabc"],
    no: ["xabcd", "", "x;"],
  },
  macros: {
    source: 'root ::= Regex("[0-9]{2}\\\\d.") Substring("ab", "c", "d") Regex("x.", flags="i")',
    yes: ["123\nabcXy", "123xXx"],
    no: ["12xabx", "123\nabcX\n", "123xbX1"],
  },
  "texts for JSON strings": {
    source: 'root ::= "\\"" Regex("\\\\S+.", json_string=true) "\\""',
    yes: ['"ab "', '"é/"'],
    no: ['"a"', '"a\\\\n"', '"ab\\n"', '"a"b"'],
  },
  dispatch: {
    source: `root ::= body "</answer>"
      body ::= TagDispatch(("<tool>", tool), ("<code>", code), excludes=("</answer>",))
      tool ::= "{" [^}]* "}"
      code ::= [a-z]+ ";"`,
    yes: ["</answer>", "a <b> <tool>{x}then<code>ab;</answer>", "<too</answer>"],
    no: ["<tool>x</answer>", "a</answer>b</answer>", "<code>;</answer>", "a"],
  },
  "one dispatch": {
    source: 'root ::= TagDispatch(("<t>", t), loop_after_dispatch=false)\nt ::= "x"',
    yes: ["", "abc", "abc<t>x", "<t"],
    no: ["<t>", "<t>xy"],
  },
};

describe("EBNF", () => {
  for (const [name, { source, yes, no }] of Object.entries(CASES)) {
    it(`reads ${name}`, () => {
      const grammar = compileEbnf(source);
      for (const text of yes) expect(accepts(grammar, text), text).toBe(true);
      for (const text of no) expect(accepts(grammar, text), text).toBe(false);
      const vocabulary = byteVocabulary();
      for (let seed = 0; seed < 20; seed++) {
        const text = randomWalk(new Matcher(grammar, vocabulary), randomNumbers(seed), 25);
        expect(accepts(grammar, text), text).toBe(true);
      }
    });
  }

  it("reads what GBNF and it have in common", () => {
    for (const [name, source] of Object.entries(GBNF)) {
      const grammar = compileEbnf(source);
      for (const text of TEXTS[name]?.yes ?? []) expect(accepts(grammar, text), text).toBe(true);
      for (const text of TEXTS[name]?.no ?? []) expect(accepts(grammar, text), text).toBe(false);
    }
    expect(accepts(compileEbnf('start ::= "a"', { root: "start" }), "a")).toBe(true);
  });

  it("has the same masks with and without look-aheads, which tell what follows a rule", () => {
    const source = `
      root ::= item ("," item)* "." (= end)
      item ::= name ":" value (= "," name | "." | "]")
      name ::= [a-z]+ (=":" [0-9])   # not all that can follow
      value ::= [0-9]+ | "[" item "]"
      end ::= "!"`;
    const written = compileEbnf(source);
    const plain = compileEbnf(source.replace(/\(=.*\)/g, ""));
    const vocabulary = byteVocabulary(["a:", "b:1", "c:[", "1,", "1.", "1]", "x,", "[a:1]."]);
    for (let seed = 0; seed < 20; seed++) {
      const [matcher, other] = [new Matcher(written, vocabulary), new Matcher(plain, vocabulary)];
      const random = randomNumbers(seed);
      for (let i = 0; i < 12 && !matcher.isEnded; i++) {
        const allowed = allowedTokens(matcher);
        expect(allowedTokens(other)).toEqual(allowed);
        const id = allowed[Math.floor(random() * allowed.length)] as number;
        expect(matcher.accept(id) && other.accept(id)).toBe(true);
      }
    }
  });

  it("captures what rules read", () => {
    const grammar = compileEbnf(
      'root ::= pair (";" pair)*\npair[capture] ::= [a-z]+ "=" value\nvalue[capture="v", max_chars=3] ::= [0-9]+',
    );
    const matcher = new Matcher(grammar, byteVocabulary());
    expect(matcher.acceptBytes(new TextEncoder().encode("a=12;bc=345"))).toBe(true);
    expect(matcher.captures()).toEqual([
      { name: "pair", start: 0, end: 4, text: "a=12" },
      { name: "v", start: 2, end: 4, text: "12" },
      { name: "pair", start: 5, end: 11, text: "bc=345" },
      { name: "v", start: 8, end: 11, text: "345" },
    ]);
  });

  it("says where something is wrong, or not supported", () => {
    const place = (source: string) => {
      try {
        compileEbnf(source);
      } catch (error) {
        if (error instanceof GrammarError) return error.place;
        throw error;
      }
      return undefined;
    };
    expect(place('root ::= Foo("a")')).toEqual({ line: 1, column: 10 });
    expect(place('root ::= "a"\n x[capture=""] ::= "b"')).toEqual({ line: 2, column: 12 });
    expect(place('root ::= "a"\n x[lazy, lazy] ::= "b"')).toEqual({ line: 2, column: 10 });
    expect(place('root ::= TagDispatch(("a", "b"))')).toEqual({ line: 1, column: 22 });
    expect(place('root ::= Regex("a", json_string=1)')).toEqual({ line: 1, column: 10 });
    expect(place('root ::= x "b"\nx ::= "a" (= y)')).toEqual({ line: 2, column: 14 });
    expect(place('root ::= x "b"\nx ::= "a" (= "b"')).toEqual({ line: 2, column: 17 });
    expect(place('root ::= x "b"\nx ::= ("a" (= "b"))')).toEqual({ line: 2, column: 12 });
    expect(place('root ::= x "b"\nx ::= "a" (= "b") "c"')).toEqual({ line: 2, column: 19 });
    expect(place('root ::= "\\q"')).toEqual({ line: 1, column: 11 });
    expect(() => compileEbnf('root[max_tokens=3] ::= "a" root?')).toThrow("regular");
  });
});
