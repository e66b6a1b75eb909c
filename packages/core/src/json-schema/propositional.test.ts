import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LanguageArena } from "../language/index.js";
import { FALSE, type Formula, FormulaStore, TRUE } from "./formula.js";
import { CONTRADICTION, modelOf } from "./propositional.js";

const store = new FormulaStore(new LanguageArena(), { maxNodes: 10_000_000 });
const ATOMS = [..."abcde"].map((name) => store.required(name));

const formulas = fc.letrec<{ node: Formula }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.tuple(fc.constantFrom(...ATOMS), fc.boolean()).map(([atom, negated]) => atom ^ (negated ? 1 : 0)),
    fc.array(tie("node"), { minLength: 2, maxLength: 4 }).map((list) => store.and(list)),
    fc.array(tie("node"), { minLength: 2, maxLength: 4 }).map((list) => store.or(list)),
    fc.array(tie("node"), { minLength: 2, maxLength: 4 }).map((list) => store.exactlyOne(list)),
    tie("node").map((formula) => formula ^ 1),
  ),
})).node;

/** The formula where these literals are true and their opposites false. */
const assuming = (formula: Formula, literals: ReadonlySet<Formula>) =>
  store.map(
    formula,
    (atom) => (literals.has(atom) ? TRUE : literals.has(atom ^ 1) ? FALSE : atom),
    new Map(),
  );

const truths = Array.from(
  { length: 2 ** ATOMS.length },
  (_, bits) => new Set(ATOMS.map((atom, i) => atom ^ ((bits >> i) & 1))),
);

describe("formulas as propositions", () => {
  it("contradict themselves only where no truths of the atoms make them true, and have models that do", () => {
    let contradictions = 0;
    fc.assert(
      fc.property(fc.array(formulas, { minLength: 1, maxLength: 6 }), (list) => {
        const formula = store.and(list);
        const canHold = truths.some((literals) => assuming(formula, literals) === TRUE);
        const model = modelOf(store, formula, 1000, () => {});
        if (model === CONTRADICTION) {
          contradictions++;
          expect(canHold).toBe(false);
        } else if (model !== undefined) {
          expect(canHold).toBe(true);
          const rest = assuming(formula, new Set(model));
          for (const literals of truths) {
            if ([...model].every((literal) => literals.has(literal))) {
              expect(assuming(rest, literals)).toBe(TRUE);
            }
          }
        }
      }),
      { numRuns: 1500 },
    );
    expect(contradictions).toBeGreaterThan(100);
  });

  it("are refuted where more things than places need one each", () => {
    const place = (thing: number, at: number) => store.required(`${thing} in ${at}`);
    const range = (count: number) => Array.from({ length: count }, (_, i) => i);
    const things = (count: number) =>
      store.and([
        ...range(count).map((thing) => store.or(range(6).map((at) => place(thing, at)))),
        ...range(6).flatMap((at) =>
          range(count).flatMap((x) => range(x).map((y) => store.and([place(x, at), place(y, at)]) ^ 1)),
        ),
      ]);
    expect(modelOf(store, things(7), 2000, () => {})).toBe(CONTRADICTION);
    const model = modelOf(store, things(6), 2000, () => {});
    if (model === CONTRADICTION || model === undefined) throw new Error("six things have room");
    expect(assuming(things(6), new Set(model))).toBe(TRUE);
  });

  it("stay undecided where there are too many cases", () => {
    const [a, b, c] = ATOMS as [Formula, Formula, Formula];
    const formula = store.and([store.or([a, b]), store.or([a ^ 1, c, b]), store.or([b ^ 1, c])]);
    let decisions = 0;
    expect(modelOf(store, formula, 0, () => decisions++)).toBeUndefined();
    expect(decisions).toBe(0);
  });
});
