import { describe, expect, it } from "vitest";
import { isObject, type Json, randomStatement, smallValues, typeOf } from "../../test/random-formulas.js";
import { randomNumbers } from "../../test/walk.js";
import { LanguageArena } from "../language/index.js";
import { SchemaLimitError } from "./errors.js";
import { ALL_TYPES, FALSE, type Formula, FormulaStore, JsonType, Kind, TRUE, UNBOUNDED } from "./formula.js";

const newStore = () => new FormulaStore(new LanguageArena(), { maxNodes: 1_000_000 });
const VALUES = smallValues();

/** Whether a value satisfies a formula, read off its nodes. */
function evaluate(store: FormulaStore, formula: Formula, value: Json): boolean {
  if ((formula & 1) === 1) return !evaluate(store, formula ^ 1, value);
  const { arena } = store;
  switch (store.kind(formula)) {
    case Kind.True:
      return true;
    case Kind.And:
      return store.children(formula).every((child) => evaluate(store, child, value));
    case Kind.ExactlyOne:
      return store.children(formula).filter((child) => evaluate(store, child, value)).length === 1;
    case Kind.Type:
      return (store.first(formula) & typeOf(value)) !== 0;
    case Kind.Str:
      return typeof value !== "string" || arena.matches(store.first(formula), value);
    case Kind.Num:
      return typeof value !== "number" || arena.matches(store.first(formula), JSON.stringify(value));
    case Kind.Items: {
      if (!Array.isArray(value)) return true;
      const [from, to] = [store.first(formula), store.second(formula)];
      return value.slice(from, to).every((item) => evaluate(store, store.third(formula), item));
    }
    case Kind.Props: {
      if (!isObject(value)) return true;
      const keys = store.keysOf(store.first(formula));
      const isIn = (key: string) => (typeof keys === "string" ? keys === key : arena.matches(keys, key));
      const entries = Object.entries(value).filter(([key]) => isIn(key));
      return entries.every(([, of]) => evaluate(store, store.second(formula), of));
    }
    case Kind.PropCount:
      return !isObject(value) || Object.keys(value).length >= store.first(formula);
    default:
      throw new Error("not an atom of this test");
  }
}

describe("formulas", () => {
  it("mean after simplification what was said", () => {
    const random = randomNumbers(1);
    let members = 0;
    for (let i = 0; i < 400; i++) {
      const store = newStore();
      const { formula, holds } = randomStatement(store, random, 2, { negations: true });
      for (let j = i % 7; j < VALUES.length; j += 7) {
        const value = VALUES[j] as Json;
        const expected = holds(value);
        if (expected) members++;
        if (evaluate(store, formula, value) !== expected) {
          throw new Error(`formula ${i} is ${!expected} of ${JSON.stringify(value)}, not ${expected}`);
        }
      }
    }
    expect(members).toBeGreaterThan(10_000);
  });

  it("are equal numbers when built in the same way, or with operands in another order", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const store = newStore();
      const statement = () => randomStatement(store, randomNumbers(seed), 2, { negations: true }).formula;
      const first = statement();
      const { size } = store;
      expect(statement()).toBe(first);
      expect(store.size).toBe(size);
      const others = [2, 3, 4].map(
        (n) => randomStatement(store, randomNumbers(seed + 1000 * n), 1, { negations: true }).formula,
      );
      const operands = [first, ...others];
      const reversed = operands.toReversed();
      expect(store.and(reversed)).toBe(store.and(operands));
      expect(store.or(reversed)).toBe(store.or(operands));
      expect(store.exactlyOne(reversed)).toBe(store.exactlyOne(operands));
      expect(store.and([...operands, ...operands])).toBe(store.and(operands));
    }
  });

  it("become constants where types, complements or counts say so", () => {
    const store = newStore();
    const { arena } = store;
    const a = store.str(arena.text("a"));
    const b = store.num(arena.text("1"));
    expect(store.and([])).toBe(TRUE);
    expect(store.or([])).toBe(FALSE);
    expect(store.exactlyOne([])).toBe(FALSE);
    expect(store.and([a, store.not(a)])).toBe(FALSE);
    expect(store.or([a, store.not(a)])).toBe(TRUE);
    expect(store.exactlyOne([a, a])).not.toBe(TRUE);
    expect(store.exactlyOne([TRUE, TRUE])).toBe(FALSE);
    expect(store.exactlyOne([TRUE, a])).toBe(store.not(a));
    expect(store.exactlyOne([a, store.not(a)])).toBe(TRUE);
    expect(store.and([store.type(JsonType.String), store.type(JsonType.Number)])).toBe(FALSE);
    expect(store.or([store.type(JsonType.String), store.type(ALL_TYPES & ~JsonType.String)])).toBe(TRUE);
    // Not a string in a language, and not a number in another: two types at once.
    expect(store.and([store.not(a), store.not(b)])).toBe(FALSE);
    // An atom of another type is true.
    expect(store.and([store.type(JsonType.Number), a])).toBe(store.type(JsonType.Number));
    expect(store.items(3, 3, FALSE)).toBe(TRUE);
    expect(store.items(0, UNBOUNDED, TRUE)).toBe(TRUE);
    expect(store.minItems(0)).toBe(TRUE);
    expect(store.propCount(0)).toBe(TRUE);
    expect(store.and([store.maxItems(0), store.minItems(1)])).toBe(FALSE);
  });

  it("visit their atoms with the sign that they have in negation normal form", () => {
    const store = newStore();
    const a = store.required("a");
    const b = store.required("b");
    const seen: Formula[] = [];
    store.forEachAtom(store.not(store.or([a, b])), (literal) => seen.push(literal));
    expect(new Set(seen)).toEqual(new Set([store.not(a), store.not(b)]));
    const one: Formula[] = [];
    store.forEachAtom(store.exactlyOne([a, b]), (literal) => one.push(literal));
    expect(new Set(one)).toEqual(new Set([a, b, store.not(a), store.not(b)]));
  });

  it("end in a typed error at the limit of nodes, and the store still answers", () => {
    const store = new FormulaStore(new LanguageArena(), { maxNodes: 50 });
    const known = store.required("a");
    const fill = () => {
      for (let i = 0; i < 100; i++) store.required(`key ${i}`);
    };
    expect(fill).toThrow(SchemaLimitError);
    try {
      fill();
    } catch (error) {
      expect(error).toMatchObject({ code: "schema-limit", limit: "maxFormulaNodes", value: 50 });
    }
    expect(store.size).toBe(50);
    expect(store.required("a")).toBe(known);
  });

  it("keep their numbers when the table grows", () => {
    const store = newStore();
    const numbers = Array.from({ length: 5000 }, (_, i) => store.required(`key ${i}`));
    const pairs = numbers.slice(1).map((formula, i) => store.and([formula, numbers[i] as Formula]));
    expect(new Set([...numbers, ...pairs]).size).toBe(numbers.length + pairs.length);
    expect(Array.from({ length: 5000 }, (_, i) => store.required(`key ${i}`))).toEqual(numbers);
    expect(numbers.slice(1).map((formula, i) => store.and([numbers[i] as Formula, formula]))).toEqual(pairs);
  });
});
