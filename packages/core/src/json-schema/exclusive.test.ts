import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LanguageArena, type NumberRange, numberChoice, numberRange } from "../language/index.js";
import { exclusiveAmong } from "./exclusive.js";
import { FALSE, type Formula, FormulaStore, JsonType } from "./formula.js";

const store = new FormulaStore(new LanguageArena(), { maxNodes: 1_000_000 });
const excludeEachOther = (list: readonly Formula[]) => exclusiveAmong(store, list).length === list.length;
const texts = (...list: string[]) =>
  store.and([store.type(JsonType.String), store.str(store.arena.choice(list))]);
const property = (name: string, value: Formula) => store.props(store.keySet(name), value);
const branch = (name: string, value: Formula, ...others: Formula[]) =>
  store.and([store.required(name), property(name, value), ...others]);

describe("formulas that exclude each other at sight", () => {
  it("ask different constants of a property that all of them require", () => {
    const some = ["red", "green", "b"].map((text) => branch("kind", texts(text)));
    expect(excludeEachOther(some)).toBe(true);
    expect(store.exactlyOne(some)).toBe(store.or(some));
  });

  it("ask different constants of the value in progress", () => {
    const rest = property("other", store.type(JsonType.Number));
    const some = ["red", "green"].map((text) => store.and([store.valueIn(texts(text)), rest]));
    expect(excludeEachOther(some)).toBe(true);
  });

  it("may have one constant and types that are no strings", () => {
    const some = [branch("kind", texts("red", "green")), branch("kind", store.type(JsonType.Null))];
    expect(excludeEachOther(some)).toBe(true);
    expect(excludeEachOther([...some, branch("kind", store.type(JsonType.String))])).toBe(false);
  });

  it("ask different numbers of a property", () => {
    const numbers = (range: NumberRange) =>
      store.and([store.type(JsonType.Number), store.num(numberRange(store.arena, range))]);
    const constant = (...texts: string[]) =>
      store.and([store.type(JsonType.Number), store.num(numberChoice(store.arena, texts))]);
    const some = [
      ...[constant("1"), constant("2", "3"), numbers({ max: "0", integer: true }), numbers({ min: "3.5" })],
      ...[texts("1"), store.type(JsonType.Null | JsonType.True)],
    ];
    expect(excludeEachOther(some.map((value) => branch("kind", value)))).toBe(true);
    expect(excludeEachOther(some)).toBe(true);
    for (const value of [constant("1.0"), constant("-0"), constant("1e3"), numbers({ max: "1" })])
      expect(exclusiveAmong(store, [...some, value])).toEqual(some);
    // Without a type, a bound says nothing of other values.
    const bound = (range: NumberRange) => store.num(numberRange(store.arena, range));
    expect(excludeEachOther([bound({ max: "0" }), bound({ min: "1" })])).toBe(false);
    expect(excludeEachOther([bound({ max: "0" }), numbers({ min: "1" })])).toBe(true);
  });

  it("do not if the property can be missing, or its constants overlap", () => {
    const optional = property("kind", texts("blue"));
    expect(excludeEachOther([branch("kind", texts("red")), optional])).toBe(false);
    expect(excludeEachOther([branch("kind", texts("red", "blue")), branch("kind", texts("blue"))])).toBe(
      false,
    );
  });

  it("may be some of a list, which then count as one", () => {
    const some = ["red", "green", "blue"].map((text) => branch("kind", texts(text)));
    const other = property("other", texts("x"));
    expect(exclusiveAmong(store, [other, ...some])).toEqual(some);
    expect(store.exactlyOne([other, ...some])).toBe(store.exactlyOne([other, store.or(some)]));
  });

  it("are not the same one twice", () => {
    const one = branch("kind", texts("red"));
    for (const formula of [one, property("kind", texts("red")), store.not(property("kind", texts("red")))])
      expect(exclusiveAmong(store, [formula, formula])).toEqual([formula]);
  });

  it("need a property that the others forbid", () => {
    const closed = (...names: string[]) =>
      store.and([...names.map((name) => store.required(name)), store.props(store.keysBut(names), FALSE)]);
    const some = [closed("a"), closed("b", "c"), closed("b", "d")];
    expect(excludeEachOther(some)).toBe(true);
    const kinds = ["red", "green"].map((text) => store.and([closed("kind"), property("kind", texts(text))]));
    expect(excludeEachOther([...kinds, ...some])).toBe(true);
    // {"b": 1, "c": 1} is for both.
    const open = store.and([store.required("b"), store.props(store.keysBut(["b", "c"]), FALSE)]);
    expect(excludeEachOther([closed("b", "c"), open])).toBe(false);
    expect(exclusiveAmong(store, [...some, open])).toEqual(some);
  });

  it("hold of no object together, whichever constants there are", () => {
    const value: fc.Arbitrary<{ readonly list: readonly string[]; readonly formula: Formula }> = fc.oneof(
      fc
        .subarray(["red", "green", "blue", ""], { minLength: 1 })
        .map((list) => ({ list, formula: texts(...list) })),
      fc.constant({ list: ["a null"], formula: store.type(JsonType.Null) }),
    );
    const some = fc.array(fc.record({ name: fc.constantFrom("a", "b"), value, isOptional: fc.boolean() }), {
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(
      fc.property(some, (list) => {
        const formulas = list.map(({ name, value, isOptional }) =>
          isOptional ? property(name, value.formula) : branch(name, value.formula),
        );
        // Two hold of an object where they ask for different names, or for a value that both have.
        const overlaps = (x: number, y: number) => {
          const [one, other] = [list[x], list[y]] as [(typeof list)[0], (typeof list)[0]];
          if (one.name !== other.name || one.isOptional || other.isOptional) return true;
          return one.value.list.some((text) => other.value.list.includes(text));
        };
        const group = exclusiveAmong(store, formulas).map((formula) => formulas.indexOf(formula));
        for (const x of group) for (const y of group) if (x < y) expect(overlaps(x, y)).toBe(false);
        const indices = list.map((_, index) => index);
        const isExclusive = indices.every((x) => indices.every((y) => x >= y || !overlaps(x, y)));
        if (isExclusive) expect(group).toEqual(indices);
      }),
    );
  });
});
