import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accepts, begins } from "../../test/accepts.js";
import { byteVocabulary } from "../../test/byte-vocabulary.js";
import { compileJson, compileJsonObject, Matcher } from "../index.js";

const encoder = new TextEncoder();
const vocabulary = byteVocabulary([]);
const json = compileJson({ whitespace: "flexible" });
const jsonObject = compileJsonObject({ whitespace: "flexible" });

/** What the grammar has on purpose not: repeated keys, lone surrogates, whitespace around the whole. */
function isPlain(text: string): boolean {
  if (text !== text.trim()) return false;
  let isPlain = true;
  const names: Set<string>[] = [];
  // A reviver does not see repeated keys: read the tokens.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}]/gs)) {
    if (token === "{") names.push(new Set());
    else if (token === "}") names.pop();
    else {
      const name = JSON.parse(token.replace(/\s*:$/, "")) as string;
      isPlain &&= !/\p{Surrogate}/u.test(name);
      if (!token.endsWith(":")) continue;
      const known = names.at(-1) as Set<string>;
      isPlain &&= !known.has(name);
      known.add(name);
    }
  }
  return isPlain;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const value = fc.jsonValue({ stringUnit: "binary", maxDepth: 4 });

/** Escapes, and characters that need none. */
const CHARACTERS = /\\u[0-9a-f]{4}|\\.|[\ud800-\udbff][\udc00-\udfff]|[a-z/\u0080-\uffff]/g;

const escaped = (unit: number) => `\\u${unit.toString(16).padStart(4, "0")}`;

/** A JSON text with some of its string characters escaped and whitespace in some gaps. */
const text = fc.tuple(value, fc.infiniteStream(fc.nat(11))).map(([of, choices]) =>
  JSON.stringify(of).replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs, (token) => {
    if (!token.startsWith('"')) {
      const space = ["", "", " ", "\n\t", "  \r"][choices.next().value as number] ?? "";
      return token === "}" || token === "]" ? space + token : token;
    }
    return token.replace(CHARACTERS, (character) =>
      character.startsWith("\\") || (choices.next().value as number) > 0
        ? character
        : Array.from({ length: character.length }, (_, i) => escaped(character.charCodeAt(i))).join(""),
    );
  }),
);

describe("any JSON", () => {
  it("is what JSON.parse reads, without repeated keys", () => {
    let escapes = 0;
    fc.assert(
      fc.property(text, (source) => {
        expect(parses(source)).toBe(true);
        if (source.includes("\\u")) escapes++;
        expect(accepts(json, source), source).toBe(isPlain(source));
        expect(accepts(jsonObject, source)).toBe(isPlain(source) && source.startsWith("{"));
      }),
      {
        numRuns: 300,
        examples: [["1e400"], ["-0"], ["1E+05"], ["0.0000"], ['"\\u0000\\b\\f"'], ['"\u007f\u2028"']],
      },
    );
    expect(escapes).toBeGreaterThan(30);
  });

  it("with a byte changed is accepted only if JSON.parse reads it", () => {
    const interesting = fc.constantFrom(
      ...encoder.encode('"\\{}[]:,0123456789.-+eEu \n\tntfa'),
      0,
      0x1f,
      0x7f,
      0xc3,
      0xa9,
      0xed,
      0xff,
    );
    const counts = [0, 0];
    // Whitespace at any place of this, of which each byte is a token, changes nothing: enough is accepted whatever is drawn.
    const list = JSON.stringify(Array.from({ length: 60 }, (_, i) => i % 10));
    const spaced = Array.from(list, (_, at): [string, number, string, number] => [list, at, "insert", 0x20]);
    fc.assert(
      fc.property(
        text,
        fc.nat(),
        fc.constantFrom("delete", "insert", "replace"),
        interesting,
        (source, at, how, byte) => {
          const bytes = [...encoder.encode(source)];
          at %= bytes.length;
          if (how === "delete") bytes.splice(at, 1);
          else bytes.splice(at, how === "replace" ? 1 : 0, byte);
          const changed = Uint8Array.from(bytes);
          const matcher = new Matcher(json, vocabulary);
          const accepted = matcher.acceptBytes(changed) && matcher.isComplete;
          let decoded: string | undefined;
          try {
            decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(changed);
          } catch {
            // Not UTF-8.
          }
          const expected = decoded !== undefined && parses(decoded) && isPlain(decoded);
          counts[Number(accepted)] = (counts[Number(accepted)] as number) + 1;
          expect(accepted, JSON.stringify(decoded)).toBe(expected);
        },
      ),
      { numRuns: 1000 + spaced.length, examples: spaced },
    );
    expect(Math.min(...counts)).toBeGreaterThan(100);
  });

  it("is no other dialect of JSON", () => {
    const wrong = [
      "",
      "01",
      "+1",
      ".5",
      "1.",
      "0x1",
      "NaN",
      "Infinity",
      "-",
      "1e",
      "nul",
      "True",
      "'a'",
      "[1,]",
      "[,]",
    ];
    wrong.push(
      '{"a":1,}',
      "{a:1}",
      '{"a"}',
      "[1 2]",
      "//",
      '"\t"',
      '"\n"',
      '"\\x41"',
      '"\\u12"',
      '"\\U0041"',
      "\ufeff1",
      "1 2",
    );
    for (const source of wrong) {
      expect(parses(source), source).toBe(false);
      expect(accepts(json, source), source).toBe(false);
    }
  });

  it("has no text that is not UTF-8: overlong forms, surrogates, beyond U+10FFFF, cut characters", () => {
    const sequences = [
      [0xc0, 0x80],
      [0xc1, 0xbf],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x80, 0x80, 0x80],
    ];
    sequences.push(
      [0xf4, 0x90, 0x80, 0x80],
      [0xf5],
      [0xff],
      [0x80],
      [0xc3, 0x22],
      [0xe2, 0x82, 0x22],
      [0xf0, 0x9f, 0x98, 0x22],
    );
    for (const sequence of sequences) {
      const bytes = Uint8Array.from([0x22, ...sequence, 0x22]);
      expect(new Matcher(json, vocabulary).acceptBytes(bytes), String(sequence)).toBe(false);
    }
  });

  it("has no escape of half a character, and no dead end behind the first half", () => {
    expect(accepts(json, '"\\ud83d\\ude00"')).toBe(true);
    expect(begins(json, '"\\ude00')).toBe(false);
    expect(begins(json, '"\\ud83d"')).toBe(false);
    expect(begins(json, '"\\ud83dx')).toBe(false);
    expect(begins(json, '"\\ud83d\\n')).toBe(false);
    expect(begins(json, '"\\ud83d\\ud83d')).toBe(false);
  });

  it("may be as deep as the output is long", () => {
    const depth = 20_000;
    expect(accepts(json, "[".repeat(depth) + "]".repeat(depth))).toBe(true);
    expect(accepts(json, "[".repeat(depth) + "]".repeat(depth - 1))).toBe(false);
    expect(accepts(json, `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`)).toBe(true);
  });

  it("with minimal escapes has the spelling of JSON.stringify alone", () => {
    const minimal = compileJson({ escapes: "minimal", whitespace: "compact" });
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 8 }), (content) => {
        expect(accepts(minimal, JSON.stringify(content)), content).toBe(true);
      }),
      { examples: [['\u0000\u001f\b\t\n\f\r"\\/\u007f']] },
    );
    for (const source of ['"\\u0061"', '"\\/"', '"\\u000a"', '{"\\u0061":1}']) {
      expect(parses(source)).toBe(true);
      expect(accepts(minimal, source), source).toBe(false);
    }
  });

  it("with plain numbers has no exponents and no endless digits", () => {
    const plain = compileJson({ numbers: "plain" });
    for (const source of ["0", "-1", "12.5", "1234567890", "[0.001,-3]"])
      expect(accepts(plain, source), source).toBe(true);
    for (const source of ["1e5", "1E5", `1${"0".repeat(30)}`, `0.${"3".repeat(30)}`]) {
      expect(parses(source)).toBe(true);
      expect(accepts(plain, source), source).toBe(false);
    }
  });
});
