import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonLimitError, type JsonPosition, JsonSyntaxError } from "./errors.js";
import { JsonNumber, JsonObject } from "./node.js";
import { parseJson } from "./parse.js";
import { stringifyJson } from "./stringify.js";
import { jsonToValue } from "./to-value.js";

function judge(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function expectAsJsonParse(text: string): void {
  const expected = judge(text);
  if (expected) {
    expect(jsonToValue(parseJson(text)), text).toEqual(expected.value);
    // That is for the scanner.
    expect(jsonToValue(parseJson(text, { onDuplicateKey: () => {} })), text).toEqual(expected.value);
  } else expect(() => parseJson(text), JSON.stringify(text)).toThrow(JsonSyntaxError);
}

describe("parseJson agrees with JSON.parse", () => {
  it("on random values, compact and indented", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 2, "\t"), (value, indent) => {
        expectAsJsonParse(JSON.stringify(value, null, indent));
      }),
    );
  });

  it("on texts with one edit", () => {
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat(2),
      insert: fc.constantFrom("", ...'{}[],:"\\/-+.eE01\0\t\n\u00a0\ufeffx'),
    });
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), edit, (text, { at, remove, insert }) => {
        const i = at % (text.length + 1);
        expectAsJsonParse(text.slice(0, i) + insert + text.slice(i + remove));
      }),
      { numRuns: 2000 },
    );
  });

  it("on random sequences of tokens", () => {
    const token = fc.constantFrom(
      ...[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"a"',
        '"',
        "\\",
        "1",
        "0",
        "-",
        ".",
        "e",
        "E",
        "+",
        "true",
        "nul",
        " ",
        "\n",
      ],
      ...[
        "\r",
        "\t",
        "\f",
        "\v",
        "\0",
        "\u00a0",
        "\ufeff",
        "\u2028",
        "//",
        "/*x*/",
        '"\\ud800"',
        '"\\u12"',
        "é",
        "😀",
      ],
      ...["NaN", "Infinity", "'", "01", "1.", "1.5", "-0", "1e5", '"__proto__":1', "true false", "\x7f"],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 6 }), fc.constantFrom("", "[", '{"k":'), (tokens, before) => {
        const after = before === "[" ? "]" : before === "" ? "" : "}";
        expectAsJsonParse(before + tokens.join("") + after);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("parseJson keeps what JSON.parse loses", () => {
  it("numbers as written", () => {
    const text = `[1.0,-0,1e400,0.${"1".repeat(1000)},${"9".repeat(100_000)},10E-01]`;
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it("the order of keys, integer-like keys and __proto__ included", () => {
    const node = parseJson('{"b":0,"__proto__":{"x":1},"10":0,"2":0,"":0,"constructor":0}');
    expect(node).toBeInstanceOf(JsonObject);
    expect([...(node as JsonObject).keys()]).toEqual(["b", "__proto__", "10", "2", "", "constructor"]);
    expect((node as JsonObject).get("toString")).toBeUndefined();
  });

  it("lone surrogates", () => {
    expect(parseJson('"\\ud800"')).toBe("\ud800");
    expect(parseJson('"\\udc00\\ud800"')).toBe("\udc00\ud800");
    expect(parseJson('"\\ud83d\\ude00"')).toBe("😀");
  });

  it("duplicate keys: the last value at the first place, each reported", () => {
    const met: [string, JsonPosition][] = [];
    const node = parseJson('{"a":1,"b":2,\n "a":3}', { onDuplicateKey: (key, at) => met.push([key, at]) });
    expect(stringifyJson(node)).toBe('{"a":3,"b":2}');
    expect(met).toEqual([["a", { offset: 15, line: 2, column: 2 }]]);
  });
});

describe("parseJson reports", () => {
  it.each([
    ['{"a": 1,\n  "b" 2}', 2, 7, "expected"],
    ["[1,\r\n2,\r]", 3, 1, "expected a value"],
    ["", 1, 1, "end of the text"],
    ["\ufeff{}", 1, 1, "byte order mark"],
    ["[1] // done", 1, 5, "Comments"],
    ['["a\nb"]', 1, 2, "string"],
    ['{"a":1,}', 1, 8, "a key"],
  ])("where the text %j is wrong", (text, line, column, reason) => {
    expect(() => parseJson(text)).toThrow(
      expect.objectContaining({ name: "JsonSyntaxError", code: "json-syntax", line, column }),
    );
    expect(() => parseJson(text)).toThrow(reason);
  });

  it.each(["[", '{"a":', '[{"a":'])("100,000 levels of %s by a limit, not a stack overflow", (open) => {
    expect(() => parseJson(open.repeat(100_000))).toThrow(JsonLimitError);
    expect(() => parseJson(open.repeat(100_000))).toThrow(
      expect.objectContaining({ code: "json-too-deep", maximum: 512 }),
    );
    expect(() => parseJson(open.repeat(100_000), { maxDepth: 1e6 })).toThrow(JsonSyntaxError);
  });

  it("depth exactly", () => {
    expect(parseJson("[[]]", { maxDepth: 2 })).toEqual([[]]);
    expect(() => parseJson("[[[]]]", { maxDepth: 2 })).toThrow(JsonLimitError);
    expect(parseJson("1", { maxDepth: 0 })).toEqual(new JsonNumber("1"));
  });

  it("size in UTF-8 bytes, exactly", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (s) => {
        const text = JSON.stringify(s);
        const bytes = new TextEncoder().encode(text).length;
        expect(parseJson(text, { maxBytes: bytes })).toBe(s);
        expect(() => parseJson(text, { maxBytes: bytes - 1 })).toThrow(
          expect.objectContaining({ code: "json-too-large", limit: "maxBytes" }),
        );
      }),
    );
  });
});
