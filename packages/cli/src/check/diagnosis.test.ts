import { compileJsonSchema, type JsonSchemaOptions } from "@grammask/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CHECK_TEXT } from "../text-options.js";
import { type Diagnosis, diagnose } from "./diagnosis.js";
import { oneOf } from "./expected.js";

const schema = JSON.stringify({
  type: "object",
  properties: {
    name: { type: "string", maxLength: 10 },
    age: { type: "integer", minimum: 0, maximum: 150 },
    color: { enum: ["red", "green", "né\n", 5, null] },
    sizes: { items: { enum: [1.5, 2, 30] }, maxItems: 2 },
    code: { type: "string", pattern: "^[A-Z]{2}-[0-9]+$" },
    day: { type: "string", format: "date" },
    country: { enum: Array.from({ length: 300 }, (_, i) => `country ${i % 7}${i}`) },
    any: { type: ["string", "array", "object", "boolean"] },
  },
  required: ["name", "age"],
  additionalProperties: false,
});

function check(text: string, changes: JsonSchemaOptions = {}, of = schema): Diagnosis | undefined {
  const options = { ...CHECK_TEXT, ...changes };
  return diagnose({
    schema: of,
    options,
    grammar: compileJsonSchema(of, options),
    bytes: new TextEncoder().encode(text),
  });
}

test("a valid text has no diagnosis", () => {
  expect(check('{ "age": 36,\n"name": "Ad\\u0061" }')).toBeUndefined();
});

const KEYS = ['"any"', '"code"', '"color"', '"country"', '"day"', '"sizes"'];

test.each<[string, string, string, string, string[]]>([
  [
    "an unknown key",
    '{"name":"Ada","ag|": 1}',
    "",
    'the key "ag" cannot come here',
    ['a key: "age"', ...KEYS],
  ],
  [
    "a key that is there twice",
    '{"age":1,"a|ge": 1}',
    "",
    'the key "age" is there twice',
    ['a key: "any"', ...KEYS.slice(1, -1), '"name"', '"sizes"'],
  ],
  ["a wrong type", '{"name":|5}', "/name", "the value 5 does not match", ["a string"]],
  [
    "a wrong type of several",
    '{"any":|1}',
    "/any",
    "the value 1 does not match",
    ["a string", "true", "false", "an object", "an array"],
  ],
  [
    "a text that is no member",
    '{"color":"gre|y"}',
    "/color",
    'the value "grey" does not match',
    ['"green"', '"né\\n"', '"red"', "5", "null"],
  ],
  [
    "a number that is no member",
    '{"sizes":[1.5,3|]}',
    "/sizes/1",
    "the value 3 does not match",
    ["1.5", "2", "30"],
  ],
  [
    "a word that is no member",
    '{"color":|true}',
    "/color",
    "the value true does not match",
    ['"green"', '"né\\n"', '"red"', "5", "null"],
  ],
  [
    "one of many members",
    '{"country":"country 14|"}',
    "/country",
    'the value "country 14" does not match',
    [],
  ],
  ["a pattern", '{"code":"A|1-22"}', "/code", 'the value "A1-22" does not match', ["A–Z"]],
  [
    "a pattern's end",
    '{"code":"AB-1|x"}',
    "/code",
    'the value "AB-1x" does not match',
    ["a digit", "the closing quote"],
  ],
  [
    "a text that is too long",
    '{"name":"0123456789|0"}',
    "/name",
    'the value "01234567890" does not match',
    ["the closing quote"],
  ],
  ["a format", '{"day":"2024-1|3-01"}', "/day", 'the value "2024-13-01" does not match', ["0–2"]],
  ["a number out of range", '{"age":15|1}', "/age", "the value 151 does not match", ["0", '","']],
  ["too many items", '{"sizes":[2,2|,2]}', "/sizes", '"," is not allowed here', ['"]"']],
  ["a missing required key", '{"name":"Ada"|}', "", "the object cannot end here", ['","']],
  [
    "a comma too many",
    '{"name":"Ada","age":1,|}',
    "",
    '"}" is not allowed here',
    ['a key: "any"', ...KEYS.slice(1)],
  ],
  ["a missing colon", '{"name" |"Ada"}', "", '"\\"Ada\\"" is not allowed here', ['":"']],
  [
    "text behind the whole",
    '{"name":"A","age":1}|}',
    "",
    "something stands behind the whole value",
    ["the end"],
  ],
  ["a text that ends too early", '{"name":"A","age":|', "/age", "the text ends too early", ["a number"]],
  [
    "a character in the middle",
    '{"color":"n|è"}',
    "/color",
    'the value "nè" does not match',
    ['"green"', '"né\\n"', '"red"', "5", "null"],
  ],
  ["another root", '|["name"]', "", "the value [ does not match", ["an object"]],
])("%s", (_, marked, pointer, problem, expected) => {
  const text = marked.replace("|", "");
  const byte = new TextEncoder().encode(marked.slice(0, marked.indexOf("|"))).length;
  const diagnosis = check(text);
  expect(diagnosis).toMatchObject({ byte, line: 1, column: marked.indexOf("|") + 1, pointer, problem });
  if (expected.length > 0) expect(diagnosis?.expected).toEqual(expected);
});

test("of many members, those that begin like the text", () => {
  const names = JSON.stringify({ enum: Array.from({ length: 400 }, (_, i) => `n${i} end`) });
  const ten = Array.from({ length: 10 }, (_, i) => `"n39${i} end"`);
  expect(check('"n39x"', {}, names)).toMatchObject({ byte: 4, expected: ['"n39 end"', ...ten] });
  expect(check('"n399 x"', {}, names)).toMatchObject({ byte: 6, expected: ['"n399 end"'] });
});

test.each<[string, string, JsonSchemaOptions]>([
  ["--order any would allow it", '{"age":1,"name":"Ada"}', { order: "schema" }],
  ["--order any would allow this, but not all that follows", '{"age":1,"name":7}', { order: "schema" }],
  ["--whitespace flexible:1000 would allow it", '{"name":"Ada", "age":1}', { whitespace: "compact" }],
  ["--whitespace flexible:1000 would allow it", '{"name":"Ada",  "age":1}', { whitespacePattern: " ?" }],
  ["--escapes any would allow it", '{"name":"\\u0061","age":1}', { escapes: "minimal" }],
  ["--numbers any would allow it", '{"name":"Ada","age":1.0}', { numbers: "plain" }],
  ["--formats annotate would allow it", '{"name":"Ada","age":1,"day":"someday"}', {}],
])("%s: %s", (hint, text, options) => {
  // A pattern takes the place of a style.
  const { whitespace: _, ...others } = CHECK_TEXT;
  const base = options.whitespacePattern === undefined ? CHECK_TEXT : others;
  const all = { ...base, ...options };
  const grammar = compileJsonSchema(schema, all);
  expect(diagnose({ schema, options: all, grammar, bytes: new TextEncoder().encode(text) })?.hint).toBe(hint);
});

test("no hint where no option helps", () => {
  expect(check('{"name":5}', { order: "schema", whitespace: "compact" })).not.toHaveProperty("hint");
});

test.each([
  ['{"name":"Ada"}', ["age"]],
  ["{}", ["name", "age"]],
  ['{"age":1, "color":"red" }', ["name"]],
  ['{"name":"Ada","color":5,"age":1}', undefined],
])("%s lacks %j", (text, missing) => {
  const lacks = check(text)?.missing;
  expect(lacks && [...lacks].sort()).toEqual(missing && [...missing].sort());
});

test("the keys that an inner object lacks", () => {
  const item = { type: "object", required: ["a/b", "__proto__"], properties: { "a/b": { const: 1 } } };
  const of = JSON.stringify({ properties: { "x~y": { items: item } } });
  const diagnosis = check('{"x~y":[{"a/b":1,"__proto__":2},{"a/b":1}]}', {}, of);
  expect(diagnosis).toMatchObject({ pointer: "/x~0y/1", missing: ["__proto__"], byte: 40 });
});

test.each([
  ['{"name":"Ada"', /^\{"name":"Ada","age":\d\}$/],
  ['{"name":"Ada","age":1', /^\{"name":"Ada","age":1\}$/],
  ['{"name":"Ada","age":1,"color":"gr', /^\{"name":"Ada","age":1,"color":"green"\}$/],
])("what would end %s", (text, whole) => {
  const ended = text + check(text)?.completion;
  expect(ended).toMatch(whole);
  expect(check(ended)).toBeUndefined();
});

test("characters that are not ASCII count once, and a wrong one is wrong as a whole", () => {
  const of = JSON.stringify({ properties: { é: { enum: ["\u{1F600}", "\u{1F601}x"] } } });
  const text = '{"é": "\u{1F603}"}';
  expect(check(text, {}, of)).toMatchObject({
    ...{ byte: 8, line: 1, column: 8, pointer: "/é", problem: 'the value "\u{1F603}" does not match' },
    expected: ['"\u{1F600}"', '"\u{1F601}x"'],
  });
});

test("a sentence of alternatives", () => {
  expect(oneOf(["a"])).toBe("a");
  expect(oneOf(["a", "b", "c"])).toBe("a, b or c");
  expect(oneOf(Array.from({ length: 20 }, (_, i) => String(i)))).toMatch(/^0, 1, .*, 15 or 4 others$/);
});

test("every text has a diagnosis, or is valid: the text is right as far as the place, and something may come there", () => {
  const whole =
    '{"name":"Adé","color":"red","sizes":[2, 1.5],"code":"AB-12","day":"2024-02-29","any":{"x":[true]},"age":36}';
  expect(check(whole)).toBeUndefined();
  const piece = fc.constantFrom(
    "",
    '"',
    "}",
    "]",
    ",",
    ":",
    "x",
    "é",
    "0",
    "-",
    " ",
    "null",
    "\\",
    '"age":1',
    "\u{1F600}",
  );
  const length = [...whole].length;
  const at = fc.integer({ min: 0, max: length });
  // A beginning of the text is never whole.
  const cuts = Array.from({ length: 32 }, (_, i): [number, number, string, boolean] => [3 * i, 0, "", true]);
  let wrong = 0;
  fc.assert(
    fc.property(at, fc.integer({ min: 0, max: 3 }), piece, fc.boolean(), (start, removed, added, isCut) => {
      const characters = [...whole];
      characters.splice(start, removed, added);
      const text = (isCut ? characters.slice(0, start + 1) : characters).join("");
      const diagnosis = check(text);
      if (diagnosis === undefined) {
        JSON.parse(text);
        return;
      }
      wrong++;
      const { byte, expected, completion } = diagnosis;
      const before = new TextDecoder("utf-8", { fatal: true }).decode(
        new TextEncoder().encode(text).subarray(0, byte),
      );
      expect(check(before)?.byte ?? byte).toBe(byte);
      expect(expected.length).toBeGreaterThan(0);
      expect(expected).not.toContain("");
      if (byte === new TextEncoder().encode(text).length) expect(check(text + completion)).toBeUndefined();
    }),
    { numRuns: 50 + cuts.length, examples: cuts },
  );
  expect(wrong).toBeGreaterThan(30);
});
