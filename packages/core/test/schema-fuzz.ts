/** Schemas that are not: documents of any kind, for the question whether compiling them ends well. */
import fc from "fast-check";
import { KEYWORDS } from "../src/json-schema/keywords.js";

const HUGE = [
  "1e400",
  "-1e400",
  "1e-400",
  "1e999999999",
  "1e-999999999",
  "9".repeat(1500),
  "-0",
  "1.0",
  "0e0",
];
const TEXTS = [
  "",
  "a",
  "\u0000",
  "\ud800",
  "a\udc00b",
  "__proto__",
  "constructor",
  "\u{1F600}",
  "é",
  "x".repeat(3000),
];
const PATTERNS = [
  ...[
    "(",
    "[",
    "a{2,1}",
    "a{1000000}",
    "(a*)*b",
    "(?=a)*",
    "(?<=a)b",
    "\\1",
    "(a)\\1",
    "(?<n>a)\\k<n>",
    "\\p{L}{500}",
  ],
  ...[
    "^(.{1,100}a){1,100}$",
    ".*a.{20}",
    "\\u{110000}",
    "\ud800",
    "(?i:a)|\\b",
    "[^]",
    "[]",
    "^$|^(?!.)",
    "(?<!a|bb)c",
  ],
];
const REFERENCES = [
  ...[
    "#",
    "#/",
    "#/$defs/a",
    "#/$defs/b",
    "#/allOf/0",
    "#/properties/a",
    "#/~2",
    "#/%zz",
    "#a",
    "",
    "%",
    "\ud800",
  ],
  ...["http://[", "//", "urn:x", "http://example.com/x#/y", "https://json-schema.org/draft/2020-12/schema"],
];
const DIALECTS = [
  ...[4, 6, 7].map((draft) => `http://json-schema.org/draft-0${draft}/schema#`),
  ...["2019-09", "2020-12"].map((draft) => `https://json-schema.org/draft/${draft}/schema`),
  ...["http://json-schema.org/draft-03/schema", "", "#", "\ud800"],
];
const TYPES = ["null", "boolean", "integer", "number", "string", "array", "object", "any", ""];
const FORMATS = ["date-time", "regex", "idn-hostname", "uri", "ipv6", "nothing", ""];
const names = [...KEYWORDS.keys(), "x-guidance", "format", "toString"];

/** A number beyond doubles, which `textOf` writes as it is; as a value it is what is left of it. */
class Digits {
  constructor(readonly text: string) {}
  toJSON(): number {
    return Number(this.text) || 0;
  }
}

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.integer({ min: -3, max: 5 }),
  fc.constantFrom(0.1, 1e21, -1e-7, 2 ** 53, 1e308),
  fc.constantFrom(...HUGE).map((text) => new Digits(text)),
  fc.constantFrom(...TEXTS),
  fc.string({ unit: "binary", maxLength: 6 }),
);

/** What stands behind a keyword: now and then what it needs, of any size. */
function valueFor(name: string, inner: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const key = fc.oneof(fc.constantFrom("a", "b", ...TEXTS.slice(0, 6)), fc.constantFrom(...PATTERNS));
  const map = (value: fc.Arbitrary<unknown>) =>
    fc.array(fc.tuple(key, value), { maxLength: 3 }).map(objectOf);
  const list = (value: fc.Arbitrary<unknown>) => fc.array(value, { maxLength: 3 });
  const text = fc.constantFrom("a", "b", ...TEXTS.slice(0, 6));
  const number = fc.oneof(
    fc.integer({ min: 0, max: 4 }),
    fc.constantFrom(0.5, 2.5),
    fc.constantFrom(...HUGE).map((digits) => new Digits(digits)),
  );
  switch (KEYWORDS.get(name)?.shape) {
    case "schema":
      return inner;
    case "schemas":
      return list(inner);
    case "schema-or-schemas":
      return fc.oneof(inner, list(inner));
    case "schema-map":
      return map(inner);
    case "count":
    case "number":
    case "number-or-boolean":
      return number;
    case "names":
      return list(text);
    case "types":
      return fc.oneof(fc.constantFrom(...TYPES), list(fc.constantFrom(...TYPES)));
    case "values":
      return list(fc.oneof(scalar, map(scalar)));
    case "dependencies":
    case "names-map":
      return map(fc.oneof(list(text), inner));
    case "boolean":
      return fc.boolean();
    case "string":
      if (name === "pattern") return fc.constantFrom(...PATTERNS);
      if (name === "format") return fc.constantFrom(...FORMATS);
      if (name === "$schema") return fc.constantFrom(...DIALECTS);
      return fc.constantFrom(...REFERENCES);
    default:
      return fc.oneof(scalar, map(scalar), list(scalar));
  }
}

/** With keys of their own, `__proto__` too. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return object;
}

const { schema } = fc.letrec<{ schema: unknown; member: [string, unknown] }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    { weight: 1, arbitrary: fc.boolean() },
    { weight: 1, arbitrary: scalar },
    { weight: 14, arbitrary: fc.array(tie("member"), { maxLength: 5 }).map(objectOf) },
  ),
  member: fc
    .tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 19 }))
    .chain(([name, luck]) =>
      fc.tuple(fc.constant(name), luck === 0 ? scalar : valueFor(name, tie("schema"))),
    ) as fc.Arbitrary<[string, unknown]>,
}));

/** Keywords with values that mostly have the right shape; deep and cyclic at times. */
export const wildSchemas: fc.Arbitrary<unknown> = fc
  .tuple(
    schema,
    schema,
    fc.integer({ min: 0, max: 30 }),
    fc.constantFrom("items", "not", "allOf", "additionalProperties"),
    fc.nat(700),
  )
  .map(([root, definition, luck, keyword, depth]) => {
    let result: unknown = root;
    if (isObject(root) && luck % 3 === 0)
      result = objectOf([...Object.entries(root), ["$defs", { a: definition, b: root }]]);
    if (luck === 1)
      for (let i = 0; i < depth; i++) result = { [keyword]: keyword === "allOf" ? [result] : result };
    return result;
  });

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Digits);
}

/** Makers of JavaScript values of which no schema can be made, or that JSON would lose. */
export const strangeValues: fc.Arbitrary<() => unknown> = fc
  .tuple(
    fc.constantFrom<() => unknown>(
      () => undefined,
      () => Symbol("a"),
      () => () => ({}),
      () => Number.NaN,
      () => 10n ** 500n,
      () => new Map([["a", 1]]),
      () => new Date(Number.NaN),
      () => new Proxy({}, { ownKeys: raise }),
      () => new Proxy({}, { getPrototypeOf: raise }),
      revoked,
      () => Object.defineProperty({}, "type", { enumerable: true, get: raise }),
      () => ({ toJSON: raise }),
      () => ({ toJSON: () => ({ type: "string" }) }),
      () => Object.create({ type: "string" }),
      () => new Array(4),
      () => {
        const cycle: { items?: unknown } = {};
        cycle.items = cycle;
        return cycle;
      },
    ),
    schema,
    fc.constantFrom(...names),
  )
  .map(([make, other, name]) => (isObject(other) ? () => ({ ...other, [name]: make() }) : make));

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

function raise(): never {
  throw new Error("asked for");
}

/** The JSON text of a value, its numbers with all of their digits. */
export function textOf(value: unknown): string {
  if (value instanceof Digits) return value.text;
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}:${textOf(member)}`)
    .join()}}`;
}
