/** A schema that is hard for an engine that multiplies out, and texts that decide it late. */
export interface AdversarialCase {
  readonly name: string;
  readonly schema: unknown;
  /** In any order of properties, as `JSON.stringify` writes them. */
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
  /** The problem is hard in itself: reaching a limit is right. */
  readonly mayReachLimit?: boolean;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** An object with a value for each of `count` names. */
const record = (count: number, key: (i: number) => string, value: (i: number) => unknown) =>
  Object.fromEntries(range(count).map((i) => [key(i), value(i)]));

/** Integers under the names p0, p1 and so on. */
const counted = (count: number) =>
  record(
    count,
    (i) => `p${i}`,
    (i) => i,
  );

const branchKinds = (count: number, shared: number) =>
  range(count).map((i) => ({
    type: "object",
    required: ["kind"],
    properties: {
      ...record(
        shared,
        (k) => `p${k}`,
        (k) => ({ type: (i + k) % 2 === 0 ? ["string", "integer"] : ["string", "boolean"] }),
      ),
      kind: { const: `k${i}` },
    },
  }));

const pattern = (i: number) => `^[a-${String.fromCharCode(98 + i)}]*$`;

const holes = (pigeons: number, places: number) => ({
  type: "object",
  allOf: [
    ...range(pigeons).map((p) => ({ anyOf: range(places).map((h) => ({ required: [`p${p}h${h}`] })) })),
    ...range(places).flatMap((h) =>
      range(pigeons).flatMap((p) =>
        range(p).map((q) => ({ not: { required: [`p${p}h${h}`, `p${q}h${h}`] } })),
      ),
    ),
  ],
});

function nested(depth: number, leaf: unknown, wrap: (inner: unknown) => unknown): unknown {
  let value = leaf;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

export const CASES: readonly AdversarialCase[] = [
  {
    name: "oneOf of 50 constants",
    schema: {
      oneOf: range(50).map((i) => ({
        type: "object",
        required: ["kind"],
        properties: { kind: { const: `k${i}` }, [`only${i}`]: { type: "integer" } },
      })),
    },
    valid: [
      { kind: "k49", only49: 1 },
      { only3: "x", kind: "k7" },
    ],
    invalid: [{ kind: "k50" }, { only49: "x", kind: "k49" }],
  },
  {
    name: "oneOf of 130 constants of all kinds",
    schema: {
      oneOf: range(130).map((i) => ({
        type: "object",
        required: ["v", `name${i}`],
        properties: { v: { const: [i, `${i}`, i + 0.5, [i], { k: i }][i % 5] } },
      })),
    },
    valid: [
      { v: 125, name125: 1 },
      { name128: 1, v: [128] },
      { v: { k: 129 }, name129: 1, name128: 1 },
    ],
    invalid: [
      { v: "125", name125: 1 },
      { name128: 1, v: [123] },
    ],
  },
  {
    name: "oneOf of 130 ranges of numbers",
    schema: {
      type: "object",
      required: ["v"],
      oneOf: range(130).map((i) => ({
        required: [`name${i}`],
        properties: { v: { type: "number", minimum: i, exclusiveMaximum: i + 1 } },
      })),
    },
    valid: [
      { v: 129.5, name129: 1 },
      { name7: 1, v: 7, name8: 1 },
    ],
    invalid: [
      { v: 130, name129: 1 },
      { v: 129, name128: 1 },
    ],
  },
  {
    name: "anyOf of 41 disjoint constants",
    schema: {
      anyOf: range(41).map((i) => ({
        type: "object",
        required: ["kind", "value"],
        properties: { kind: { const: `k${i}` }, value: { const: i } },
        additionalProperties: false,
      })),
    },
    valid: [
      { kind: "k40", value: 40 },
      { value: 3, kind: "k3" },
    ],
    invalid: [
      { kind: "k40", value: 39 },
      { value: 3, kind: "k4" },
    ],
  },
  {
    name: "allOf of 8 anyOf of 8 on one key",
    schema: {
      type: "object",
      required: ["a"],
      allOf: range(8).map((i) => ({
        anyOf: range(8).map((j) => ({
          properties: { a: { pattern: `^.{${i}}[${String.fromCharCode(97 + j)}-z]` } },
          required: [`b${j}`],
        })),
      })),
    },
    valid: [
      { a: "zzzzzzzz", b7: 1 },
      { b0: 1, a: "aaaaaaaa" },
      { a: "dddddddd", b0: 1, b3: 2 },
    ],
    invalid: [{ a: "zzzzzzzz" }, { b7: 1, a: "zzzazzzz" }],
  },
  {
    name: "oneOf of 24 overlapping patterns",
    schema: {
      type: "object",
      oneOf: range(24).map((i) => ({
        required: ["a"],
        properties: { a: { type: "string", pattern: pattern(i) } },
      })),
    },
    valid: [{ a: "by" }],
    invalid: [{ a: "bx" }, { a: "~" }, { a: 1 }],
  },
  {
    name: "oneOf of 24 overlapping patterns and a key",
    schema: {
      type: "object",
      required: ["a"],
      oneOf: range(24).map((i) => ({
        required: [`r${i % 6}`],
        properties: { a: { type: "string", pattern: pattern(i) }, [`r${i % 6}`]: { const: i } },
      })),
    },
    valid: [
      { a: "abc", r5: 23 },
      { r5: 11, a: "c" },
    ],
    invalid: [
      { a: "abc", r5: 5, r4: 22 },
      { a: "abc", r5: 24 },
    ],
  },
  {
    name: "12 overlapping branches before the discriminator",
    schema: { oneOf: branchKinds(12, 12) },
    valid: [
      {
        ...record(
          12,
          (i) => `p${i}`,
          (i) => (i % 3 === 0 ? "x" : i % 2 === 0 ? 1 : true),
        ),
        kind: "k6",
      },
      {
        kind: "k11",
        ...record(
          12,
          (i) => `p${i}`,
          () => "s",
        ),
      },
    ],
    invalid: [
      {
        ...record(
          12,
          (i) => `p${i}`,
          () => 1,
        ),
        kind: "k0",
      },
      { p0: "x", kind: "k12" },
    ],
  },
  {
    name: "100 unique objects",
    schema: {
      type: "array",
      uniqueItems: true,
      items: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
    },
    valid: [range(100).map((i) => ({ id: i, tag: `t${i % 3}` }))],
    invalid: [[...range(100).map((i) => ({ id: i, tag: `t${i % 3}` })), { tag: "t0", id: 0 }]],
  },
  {
    name: "15 pairs of anyOf with additionalProperties",
    schema: {
      type: "object",
      allOf: range(15).map((i) => ({
        anyOf: [
          {
            properties: { [`a${i}`]: { type: "string" } },
            required: [`a${i}`],
            additionalProperties: { type: ["string", "integer"] },
          },
          {
            properties: { [`b${i}`]: { type: "integer" } },
            required: [`b${i}`],
            additionalProperties: { type: ["string", "boolean"] },
          },
        ],
      })),
    },
    valid: [
      record(
        15,
        (i) => `a${i}`,
        () => "s",
      ),
      {
        ...record(
          15,
          (i) => `b${i}`,
          () => "s",
        ),
        ...record(
          15,
          (i) => `a${i}`,
          () => "s",
        ),
      },
    ],
    invalid: [
      { a0: "x" },
      {
        ...record(
          15,
          (i) => `a${i}`,
          () => "s",
        ),
        more: null,
      },
    ],
  },
  {
    name: "7 pigeons in 6 holes",
    schema: holes(7, 6),
    valid: [],
    invalid: [{}],
    mayReachLimit: true,
  },
  {
    name: "6 pigeons in 6 holes",
    schema: holes(6, 6),
    valid: [
      record(
        6,
        (i) => `p${i}h${i}`,
        () => 1,
      ),
    ],
    invalid: [
      record(
        5,
        (i) => `p${i}h${i}`,
        () => 1,
      ),
    ],
    mayReachLimit: true,
  },
  {
    name: "3,000 required objects, each referring to the next",
    schema: {
      $ref: "#/$defs/d0",
      $defs: record(
        3000,
        (i) => `d${i}`,
        (i) => ({
          type: "object",
          required: ["a"],
          properties: { a: i === 2999 ? { type: "integer" } : { $ref: `#/$defs/d${i + 1}` } },
          additionalProperties: false,
        }),
      ),
    },
    valid: [nested(3000, 1, (inner) => ({ a: inner }))],
    invalid: [nested(3000, "x", (inner) => ({ a: inner }))],
  },
  {
    name: "enum of 10,000",
    schema: { enum: range(10_000).map((i) => `value ${i}`) },
    valid: ["value 9999"],
    invalid: ["value 10000"],
  },
  {
    name: "enum of 10,000 objects",
    schema: { enum: range(10_000).map((i) => ({ id: i, name: `n${i}` })) },
    valid: [{ id: 9999, name: "n9999" }],
    invalid: [{ id: 9999, name: "n9998" }],
  },
  {
    name: "a million items, all different",
    schema: { type: "array", uniqueItems: true, minItems: 1e6 },
    valid: [],
    invalid: [range(10)],
  },
  {
    name: "3,000 properties, all required",
    schema: {
      type: "object",
      properties: record(
        3000,
        (i) => `p${i}`,
        () => ({ type: "integer" }),
      ),
      required: range(3000).map((i) => `p${i}`),
      additionalProperties: false,
    },
    valid: [counted(3000)],
    invalid: [counted(2999)],
  },
  {
    name: "3,000 additional properties",
    schema: { type: "object", additionalProperties: { type: "integer" } },
    valid: [counted(3000)],
    invalid: [
      record(
        3000,
        (i) => `p${i}`,
        (i) => (i === 2999 ? "x" : i),
      ),
    ],
  },
  {
    name: "20,000 items",
    schema: { type: "array", minItems: 10_000, items: { type: ["integer", "string"] } },
    valid: [range(20_000)],
    invalid: [range(9999)],
  },
];
