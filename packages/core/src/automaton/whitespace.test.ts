import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accepts } from "../../test/accepts.js";
import { type Gap, json, serialise } from "../../test/json-texts.js";
import { compileJson, compileJsonSchema, LayoutError, type Whitespace } from "../index.js";

/** The offsets in a JSON text at which whitespace is not inside a string or a scalar. */
function gapOffsets(text: string): number[] {
  const offsets: number[] = [];
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (inString) {
      if (character === "\\") i++;
      else if (character === '"') inString = false;
      continue;
    }
    if ('[]{}:," \n\t'.includes(character)) offsets.push(i);
    if (character === '"') inString = true;
  }
  return offsets.filter((offset) => offset > 0);
}

const RUNS = { numRuns: 150 };

describe("compact", () => {
  const grammar = compileJson({ whitespace: "compact" });

  it("is what JSON.stringify writes, and no whitespace anywhere", () => {
    fc.assert(
      fc.property(json, fc.constantFrom(" ", "\n", "\t", "\r"), (value, space) => {
        const text = JSON.stringify(value);
        expect(accepts(grammar, text)).toBe(true);
        for (const at of gapOffsets(text)) {
          expect(accepts(grammar, text.slice(0, at) + space + text.slice(at)), text).toBe(false);
        }
      }),
      RUNS,
    );
  });
});

describe("spaced", () => {
  const grammar = compileJson({ whitespace: "spaced" });

  it("is what json.dumps of Python and JSON.stringify write", () => {
    fc.assert(
      fc.property(json, (value) => {
        const python = serialise(value, (at) => (at === "after colon" || at === "after comma" ? " " : ""));
        expect(accepts(grammar, python)).toBe(true);
        expect(accepts(grammar, JSON.stringify(value))).toBe(true);
      }),
      RUNS,
    );
  });

  it("is the default", () => {
    const byDefault = compileJson();
    for (const text of [
      '{"a": [1, 2]}',
      '{"a":[1,2]}',
      '{"a":  1}',
      '{ "a":1}',
      '{"a" :1}',
      "[1 ]",
      "[\n1]",
    ]) {
      expect(accepts(byDefault, text), text).toBe(accepts(grammar, text));
    }
  });
});

describe("every policy of bounded runs", () => {
  const space = fc.constantFrom("", "", "", " ", "  ", "\n", "\t ", "\r\n", "   ");
  const bounds: [Whitespace, (at: Gap, run: string) => boolean][] = [
    ["compact", (_, run) => run === ""],
    ["spaced", (at, run) => run === "" || (run === " " && (at === "after colon" || at === "after comma"))],
    [{ style: "flexible", max: 1 }, (_, run) => run.length <= 1],
    [{ style: "flexible", max: 2 }, (_, run) => run.length <= 2],
    ["flexible", () => true],
  ];

  it.each(bounds)("%j takes the runs that it says in each gap", (whitespace, isAllowed) => {
    const grammar = compileJson({ whitespace });
    const counts = [0, 0];
    fc.assert(
      fc.property(json, fc.infiniteStream(space), (value, runs) => {
        let expected = true;
        const text = serialise(value, (at) => {
          const run = runs.next().value as string;
          expected &&= isAllowed(at, run);
          return run;
        });
        counts[Number(expected)] = (counts[Number(expected)] as number) + 1;
        expect(accepts(grammar, text), JSON.stringify(text)).toBe(expected);
      }),
      { numRuns: 200 },
    );
    expect(counts[1]).toBeGreaterThan(10);
  });

  it("has no whitespace before or behind the whole", () => {
    for (const whitespace of ["compact", "spaced", "flexible", "pretty"] as const) {
      const grammar = compileJson({ whitespace });
      for (const text of ["[]", "1", '"a"', "null"]) {
        expect(accepts(grammar, text)).toBe(true);
        expect(accepts(grammar, ` ${text}`)).toBe(false);
        expect(accepts(grammar, `${text}\n`)).toBe(false);
      }
    }
  });

  it("flexible has a bound where none is given", () => {
    const grammar = compileJson({ whitespace: "flexible" });
    expect(accepts(grammar, `[${" ".repeat(9)}]`)).toBe(true);
    expect(accepts(grammar, `[${" ".repeat(1000)}]`)).toBe(false);
    const wide = compileJson({ whitespace: { style: "flexible", max: 1000 } });
    expect(accepts(wide, `[${" ".repeat(1000)}]`)).toBe(true);
    expect(accepts(wide, `[${" ".repeat(1001)}]`)).toBe(false);
  });
});

describe("pretty", () => {
  it.each([undefined, 1, 2, 4, 7, "\t"] as const)(
    "with indent %j is JSON.stringify, to the byte",
    (indent) => {
      const grammar = compileJson({
        whitespace: indent === undefined ? "pretty" : { style: "pretty", indent },
      });
      fc.assert(
        fc.property(json, (value) => {
          const text = JSON.stringify(value, null, indent ?? 2);
          expect(accepts(grammar, text), text).toBe(true);
          for (const at of gapOffsets(text)) {
            for (const run of [" ", "\n", "\t"]) {
              const longer = text.slice(0, at) + run + text.slice(at);
              expect(accepts(grammar, longer), longer).toBe(false);
            }
            if (" \n\t".includes(text[at] as string)) {
              expect(accepts(grammar, text.slice(0, at) + text.slice(at + 1)), text).toBe(false);
              const other = text[at] === " " ? "\t" : " ";
              expect(accepts(grammar, text.slice(0, at) + other + text.slice(at + 1)), text).toBe(false);
            }
          }
          const compact = JSON.stringify(value);
          expect(accepts(grammar, compact)).toBe(compact === text);
        }),
        { numRuns: 40 },
      );
    },
  );

  it("keeps to what the schema leaves: no newline before an item that cannot come", () => {
    const closed = compileJsonSchema(
      { type: "object", properties: { a: { type: "array", maxItems: 1 } }, additionalProperties: false },
      { whitespace: "pretty" },
    );
    for (const value of [{}, { a: [] }, { a: [1] }, { a: [{}] }]) {
      expect(accepts(closed, JSON.stringify(value, null, 2))).toBe(true);
    }
    const required = compileJsonSchema({ type: "object", required: ["a"] }, { whitespace: "pretty" });
    expect(accepts(required, "{}")).toBe(false);
    expect(accepts(required, '{\n  "a": {}\n}')).toBe(true);
  });
});

describe("options out of range", () => {
  const wrong = [
    { style: "flexible", max: 0 },
    { style: "flexible", max: 1.5 },
    { style: "flexible", max: Number.POSITIVE_INFINITY },
    { style: "flexible", max: Number.NaN },
    { style: "flexible", max: 1e9 },
    { style: "pretty", indent: -1 },
    { style: "pretty", indent: "  " },
    "wide",
    { style: "wide" },
  ];
  it.each(wrong)("%j is a LayoutError", (whitespace) => {
    expect(() => compileJson({ whitespace: whitespace as Whitespace })).toThrow(LayoutError);
  });
});
