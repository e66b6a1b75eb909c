import { expect, it } from "vitest";
import { compileJsonSchema, Matcher, Vocabulary } from "../index.js";
import { contentText } from "./string-content.js";

const encoder = new TextEncoder();
const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
const vocabulary = Vocabulary.fromBytes([...bytes, null], { eosTokenIds: [256] });

it("reads the content of strings as JSON does", () => {
  for (const content of [
    "",
    "a",
    "\\n",
    "\\ud83d\\ude00",
    "é\\\\",
    "\ufeff",
    "\ufeffa",
    "\ufeff\\u0061",
    "a\ufeff",
  ])
    expect(contentText(encoder.encode(content)), content).toBe(JSON.parse(`"${content}"`));
});

it("tells a name that begins with U+FEFF from the name without it", () => {
  const schema = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };
  for (const order of ["any", "schema"] as const) {
    const grammar = compileJsonSchema(schema, { order, whitespace: "flexible" });
    const matcher = new Matcher(grammar, vocabulary);
    expect(
      matcher.acceptBytes(encoder.encode(order === "any" ? '{"\ufeffa":"x"' : '{"a":1,"\ufeffa":"x"')),
    ).toBe(true);
    expect(matcher.acceptBytes(encoder.encode(order === "any" ? ',"a":1}' : "}"))).toBe(true);
    expect(matcher.isComplete).toBe(true);
    const other = new Matcher(grammar, vocabulary);
    expect(other.acceptBytes(encoder.encode('{"\ufeffa":1}'))).toBe(false);
  }
});
