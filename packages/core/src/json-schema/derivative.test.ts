import { describe, expect, it } from "vitest";
import { type Json, randomStatement, smallValues, typeOf } from "../../test/random-formulas.js";
import { randomNumbers } from "../../test/walk.js";
import { jsonNumber, LanguageArena, normalisedNumber } from "../language/index.js";
import { Derivatives } from "./derivative.js";
import { FALSE, type Formula, FormulaStore, JsonType, type KeySet, Kind, TRUE } from "./formula.js";

function build() {
  const arena = new LanguageArena();
  const store = new FormulaStore(arena, { maxNodes: 1_000_000 });
  const schemas: Formula[] = [];
  const numbers = { all: jsonNumber(arena), normalised: normalisedNumber(arena) };
  const derivatives = new Derivatives(store, (id) => schemas[id] as Formula, numbers);

  /** Whether a value satisfies a formula, by reading it from front to back. */
  const isMember = (formula: Formula, value: Json): boolean => {
    const type = typeOf(value);
    let rest = derivatives.specialise(formula, type);
    if (type === JsonType.String) return arena.matches(derivatives.stringLanguage(rest), value as string);
    if (type === JsonType.Number)
      return arena.matches(derivatives.numberLanguage(rest), JSON.stringify(value));
    if (type !== JsonType.Array && type !== JsonType.Object) {
      expect([TRUE, FALSE]).toContain(rest);
      return rest === TRUE;
    }
    const settle = (stepped: Formula, inner: Json): Formula => {
      const decide = (atom: Formula) => {
        if (store.kind(atom) !== Kind.ValueIn) return atom;
        return isMember(store.first(atom), inner) ? TRUE : FALSE;
      };
      return store.map(stepped, decide, new Map());
    };
    if (Array.isArray(value)) {
      for (const item of value as readonly Json[]) rest = settle(derivatives.stepItem(rest), item);
    } else {
      for (const [key, inner] of Object.entries(value as { [key: string]: Json })) {
        const isIn = (keys: KeySet) => {
          const set = store.keysOf(keys);
          return typeof set === "string" ? set === key : arena.matches(set, key);
        };
        rest = settle(derivatives.stepProperty(rest, isIn, new Map()), inner);
      }
    }
    return derivatives.holdsAtEnd(rest);
  };
  return { store, schemas, isMember };
}

describe("derivatives", () => {
  it("read a value from front to back to what the formula says of it", () => {
    const random = randomNumbers(2);
    const small = smallValues();
    const values = small.filter((_, i) => i % 11 === 0 || i < 40);
    for (const value of small.filter((_, i) => i % 97 === 0))
      values.push([value, 1], { a: value, c: [value] });
    let members = 0;
    for (let i = 0; i < 150; i++) {
      const { store, isMember } = build();
      const { formula, holds } = randomStatement(store, random, 2, { negations: true });
      for (const value of values) {
        const expected = holds(value);
        if (expected) members++;
        if (isMember(formula, value) !== expected) {
          throw new Error(`formula ${i} is ${!expected} of ${JSON.stringify(value)}, not ${expected}`);
        }
      }
    }
    expect(members).toBeGreaterThan(5000);
  });

  it("expand a schema when a value reaches it, recursive ones too", () => {
    const { store, schemas, isMember } = build();
    // Schema 0: null, or an array of schema 0, or an object whose "a" is not schema 0.
    schemas[0] = store.or([
      store.type(JsonType.Null),
      store.and([store.type(JsonType.Array), store.items(0, 100, store.schema(0))]),
      store.and([
        store.type(JsonType.Object),
        store.required("a"),
        store.props(store.keySet("a"), store.not(store.schema(0))),
      ]),
    ]);
    const holds = (value: Json): boolean => {
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(holds);
      return typeof value === "object" && "a" in value && !holds(value.a as Json);
    };
    const values: Json[] = [null, 1, [], {}, { a: 1 }, { a: null }];
    for (let round = 0; round < 2; round++) {
      for (const value of [...values]) values.push([value], [null, value], { a: value }, { b: value, a: 1 });
    }
    for (const value of values)
      expect(isMember(store.schema(0), value), JSON.stringify(value)).toBe(holds(value));
  });
});
