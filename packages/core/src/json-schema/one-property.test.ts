import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LanguageArena } from "../language/index.js";
import { type Formula, FormulaStore, JsonType, Kind } from "./formula.js";
import { differInOneProperty } from "./one-property.js";

const store = new FormulaStore(new LanguageArena(), { maxNodes: 1_000_000 });
const property = (name: string, value: Formula) => store.props(store.keySet(name), value);
const words = (...list: string[]) => store.str(store.arena.choice(list));
const branch = (value: Formula, ...others: Formula[]) =>
  store.and([store.required("a"), property("a", value), ...others]);
const values = [words("x", "y"), words("y", "z"), words("x", "z", "w")];

/** An object's properties by name; a missing one has no text. */
type Instance = { readonly a?: string; readonly b?: string };
const texts = [undefined, "x", "y", "z", "w", "v"];
const instances: Instance[] = texts.flatMap((a) =>
  texts.map((b) => ({ ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) })),
);

/** What a formula over objects of strings says of one, read off its nodes. */
function holds(formula: Formula, instance: Instance): boolean {
  if ((formula & 1) === 1) return !holds(formula ^ 1, instance);
  switch (store.kind(formula)) {
    case Kind.True:
      return true;
    case Kind.And:
      return store.children(formula).every((child) => holds(child, instance));
    case Kind.ExactlyOne:
      return store.children(formula).filter((child) => holds(child, instance)).length === 1;
    case Kind.Type:
      return (store.first(formula) & JsonType.Object) !== 0;
    default: {
      const text = instance[store.nameOf(store.first(formula)) as "a" | "b"];
      return text === undefined || inValue(store.second(formula), text);
    }
  }
}

function inValue(formula: Formula, text: string): boolean {
  if ((formula & 1) === 1) return !inValue(formula ^ 1, text);
  switch (store.kind(formula)) {
    case Kind.True:
      return true;
    case Kind.And:
      return store.children(formula).every((child) => inValue(child, text));
    case Kind.ExactlyOne:
      return store.children(formula).filter((child) => inValue(child, text)).length === 1;
    case Kind.Type:
      return (store.first(formula) & JsonType.String) !== 0;
    default:
      return store.arena.matches(store.first(formula), text);
  }
}

describe("branches that differ in what they ask of one property", () => {
  it("are exactly one of what they ask of its value", () => {
    const common = property("b", words("v"));
    const one = store.exactlyOne(values.map((value) => branch(value, common)));
    expect(one).toBe(branch(store.exactlyOne(values), common));
  });

  it("must need the property, and differ in nothing else", () => {
    const [x, y] = values as [Formula, Formula];
    expect(differInOneProperty(store, [branch(x), branch(y)])).toBeDefined();
    expect(differInOneProperty(store, [property("a", x), property("a", y)])).toBeUndefined();
    expect(differInOneProperty(store, [branch(x, store.required("b")), branch(y)])).toBeUndefined();
    const others = [branch(x, property("b", x)), branch(y, property("b", y))];
    expect(differInOneProperty(store, others)).toBeUndefined();
    const any = store.keyLanguage(store.arena.choice(["a", "c"]));
    const ofMany = (value: Formula) => store.and([store.required("a"), store.props(any, value)]);
    expect(differInOneProperty(store, [ofMany(x), ofMany(y)])).toBeUndefined();
  });

  it("mean what they say apart", () => {
    const literal = fc.oneof(
      fc.constantFrom(store.required("a"), store.required("b"), store.required("b") ^ 1),
      fc
        .tuple(fc.constantFrom("a", "b"), fc.constantFrom(...values))
        .map(([name, value]) => property(name, value)),
    );
    const same = fc.array(literal, { maxLength: 2 });
    const own = fc.array(fc.oneof(fc.constantFrom(...values), literal), { minLength: 2, maxLength: 4 });
    // Pairs of branches that differ in one property, beside what both ask: drawn ones seldom do.
    const commons = [[], [store.required("b")], ...values.map((value) => [property("b", value)])];
    const pairs = values.flatMap((a) => values.filter((b) => b !== a).map((b) => [a, b]));
    const examples = pairs.flatMap((pair) => commons.map((common): [Formula[], Formula[]] => [common, pair]));
    let collapsed = 0;
    fc.assert(
      fc.property(same, own, (common, list) => {
        const branches = list.map((formula) => {
          const isValue = values.includes(formula);
          return isValue ? branch(formula, ...common) : store.and([formula, ...common]);
        });
        if (differInOneProperty(store, branches) !== undefined) collapsed++;
        const one = store.exactlyOne(branches);
        for (const instance of instances) {
          const expected = branches.filter((formula) => holds(formula, instance)).length === 1;
          expect(holds(one, instance)).toBe(expected);
        }
      }),
      { numRuns: 500 + examples.length, examples },
    );
    expect(collapsed).toBeGreaterThan(25);
  });
});
