import { describe, expect, it } from "vitest";
import { accepts, begins } from "../../test/accepts.js";
import { randomStatement } from "../../test/random-formulas.js";
import { randomNumbers } from "../../test/walk.js";
import { compileJsonSchema } from "../index.js";
import { Derivatives } from "../json-schema/derivative.js";
import { FALSE, type Formula, FormulaStore, JsonType, Kind } from "../json-schema/formula.js";
import { Satisfiability } from "../json-schema/satisfiability.js";
import { jsonNumber, LanguageArena, normalisedNumber } from "../language/index.js";
import { FlatObject } from "./flat-object.js";
import { PropertyAdditions } from "./property-additions.js";
import { PropertyNames } from "./property-order.js";

const NAMES = ["a", "b", "c"];

/** A random formula about objects, and what can be asked about it. */
function randomObject(random: () => number) {
  const arena = new LanguageArena();
  const store = new FormulaStore(arena, { maxNodes: 1_000_000 });
  const numbers = { all: jsonNumber(arena), normalised: normalisedNumber(arena) };
  const noSchema = (): Formula => FALSE;
  const derivatives = new Derivatives(store, noSchema, numbers);
  const satisfiability = new Satisfiability(
    store,
    derivatives,
    { maxSatSteps: 20_000 },
    {
      constant: () => FALSE,
      isSurelySatisfiable: () => false,
      listed: () => [],
    },
  );
  const { formula } = randomStatement(store, random, 1, { negations: random() < 0.7 });
  const names = new PropertyNames();
  const list = names.list(NAMES);
  /** Whether some object satisfies a formula with names from an index on. */
  const exact = (of: Formula, from: number) => satisfiability.object(of, names.availability(list, from, 0));
  const value = (of: Formula) => satisfiability.value(of);
  const found = (of: Formula) => satisfiability.objectCase(of, names.availability(list, 0, 0));
  return { store, value, exact, found, list, formula: derivatives.specialise(formula, JsonType.Object) };
}

describe("what is known of objects without a search", () => {
  it("is what the search says, for disjunctions of independent statements", () => {
    const random = randomNumbers(11);
    let found = 0;
    for (let i = 0; i < 600; i++) {
      const { store, value, exact, list, formula } = randomObject(random);
      if (formula === FALSE) continue;
      const cases = FlatObject.casesOf(formula, store, value);
      if (cases === undefined) continue;
      found++;
      for (let from = 0; from <= NAMES.length; from++) {
        expect(cases.some((flat) => flat.canEnd(list, from))).toBe(exact(formula, from));
      }
      NAMES.forEach((name, index) => {
        const lives = cases.some((flat) => flat.canEnd(list, index) && flat.isLive(list, index));
        expect(lives).toBe(exact(store.and([formula, store.required(name)]), index));
      });
    }
    expect(found).toBeGreaterThan(100);
  });

  it("names only properties that can be added, and excludes only those that cannot", () => {
    const random = randomNumbers(12);
    let found = 0;
    let excluded = 0;
    for (let i = 0; i < 600; i++) {
      const { store, value, exact, formula } = randomObject(random);
      if (formula === FALSE || !exact(formula, 0)) continue;
      const additions = new PropertyAdditions(formula, store, value);
      for (const name of NAMES) {
        if (additions.excludes(name)) {
          excluded++;
          expect(exact(store.and([formula, store.required(name)]), 0)).toBe(false);
        }
        if (!additions.has(name)) continue;
        found++;
        expect(exact(store.and([formula, store.required(name)]), 0)).toBe(true);
      }
      const others = store.keysBut(NAMES);
      const languages = new Set<number>();
      store.forEachAtom(formula, (literal) => {
        const isProps = store.kind(literal) === Kind.Props;
        if (isProps && store.hasKey(store.first(literal), "other")) languages.add(store.first(literal));
      });
      if (additions.excludesOther(languages)) {
        excluded++;
        expect(exact(store.and([formula, store.props(others, FALSE) ^ 1]), 0)).toBe(false);
      }
      if (additions.hasOther(languages)) {
        expect(exact(store.and([formula, store.props(others, FALSE) ^ 1]), 0)).toBe(true);
      }
    }
    expect(found).toBeGreaterThan(200);
    expect(excluded).toBeGreaterThan(10);
  });

  it("finds literals with an object that imply what was asked of it", () => {
    const random = randomNumbers(13);
    let named = 0;
    for (let i = 0; i < 600; i++) {
      const { store, value, exact, found, formula } = randomObject(random);
      if (formula === FALSE) continue;
      for (const name of NAMES) {
        const asked = store.and([formula, store.required(name)]);
        const literals = found(asked);
        expect(literals !== undefined).toBe(exact(asked, 0));
        if (literals === undefined || literals.length === 0) continue;
        named++;
        const object = store.and(literals);
        expect(exact(object, 0)).toBe(true);
        expect(exact(store.and([object, asked ^ 1]), 0)).toBe(false);
        const additions = new PropertyAdditions(object, store, value);
        for (const other of NAMES) {
          if (additions.has(other)) expect(exact(store.and([asked, store.required(other)]), 0)).toBe(true);
        }
      }
    }
    expect(named).toBeGreaterThan(200);
  });
});

describe("objects with one case left of several", () => {
  /** An object of one property, and none but that. */
  const only = (name: string) => ({ required: [name], propertyNames: { const: name } });

  it.each<[string, object]>([
    ["a property that may have no value", { anyOf: [only("a"), only("b")], properties: { a: false } }],
    ["a property that must not be", { anyOf: [only("a"), only("b")], not: { required: ["a"] } }],
    ["constants", { enum: [{ a: 1 }, { b: 1 }], properties: { a: false } }],
    ["constants of several properties", { enum: [{ a: 1, c: 1 }, { b: 1 }], properties: { a: false } }],
    ["two of three cases", { anyOf: [only("a"), only("b"), only("c")], properties: { a: false, c: false } }],
  ])("are the objects of that case, where others are excluded by %s", (_, schema) => {
    for (const order of ["any", "schema"] as const) {
      const grammar = compileJsonSchema({ type: "object", ...schema }, { order, whitespace: "compact" });
      expect(accepts(grammar, '{"b":1}')).toBe(true);
      expect(begins(grammar, '{"b":1,')).toBe(false);
      expect(begins(grammar, '{"a')).toBe(false);
    }
  });
});
