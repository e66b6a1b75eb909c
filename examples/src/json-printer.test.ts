import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonPrinter } from "./json-printer.js";

function print(pieces: readonly string[]): string {
  let out = "";
  const printer = new JsonPrinter((text) => {
    out += text;
  });
  for (const piece of pieces) printer.push(piece);
  return out;
}

test("prints as JSON.stringify indents, whatever the pieces are", () => {
  fc.assert(
    fc.property(fc.json(), fc.integer({ min: 1, max: 5 }), (text, size) => {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      expect(print(pieces)).toBe(JSON.stringify(JSON.parse(text), null, 2));
    }),
    { examples: [['{"a":[],"b":{},"c":[{"d":"\\"}"}]}', 1]] },
  );
});

test("keys, strings and other scalars have their own colours", () => {
  let out = "";
  const mark = (name: string) => (text: string) => `${name}${text}`;
  const printer = new JsonPrinter((text) => void (out += text), {
    key: mark("k"),
    string: mark("s"),
    literal: mark("n"),
  });
  printer.push('{"a":"b","c":[1,"d"]}');
  expect(out.replaceAll(/\s/g, "")).toBe('{k"kak":s"sbs",k"kck":[n1,s"sds"]}');
});
