import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Derivatives } from "../json-schema/derivative.js";
import { FALSE, type Formula, FormulaStore, JsonType, Kind, TRUE } from "../json-schema/formula.js";
import { ALL_KEYS } from "../json-schema/key-availability.js";
import { Satisfiability } from "../json-schema/satisfiability.js";
import { jsonNumber, LanguageArena, normalisedNumber } from "../language/index.js";
import { Projection } from "./projection.js";

const arena = new LanguageArena();
const store = new FormulaStore(arena, { maxNodes: 1_000_000 });
const numbers = { all: jsonNumber(arena), normalised: normalisedNumber(arena) };
const derivatives = new Derivatives(store, () => TRUE, numbers);
const satisfiability = new Satisfiability(
  store,
  derivatives,
  { maxSatSteps: 100_000 },
  {
    constant: () => FALSE,
    isSurelySatisfiable: () => false,
    listed: () => [],
  },
);
const projection = new Projection(store);

const lives = (formula: Formula) => satisfiability.object(formula, ALL_KEYS);

/** What the variables stand for: the value is one of these types. */
const MASKS = [
  JsonType.String,
  JsonType.Number,
  JsonType.String | JsonType.Number,
  JsonType.Null | JsonType.String,
  JsonType.Array,
  JsonType.Null | JsonType.Array | JsonType.Number,
];
const VALUES = [JsonType.String, JsonType.Number, JsonType.Null, JsonType.Array, JsonType.Object];

const replaceVariables = (formula: Formula, by: (index: number) => Formula) =>
  store.map(
    formula,
    (atom) => (store.kind(atom) === Kind.Variable ? by(store.first(atom)) : atom),
    new Map(),
  );

const kind = (i: number) => store.str(arena.text(`k${i}`));

const names = ["a", "b", "c"];
const languages = [arena.any, arena.difference(arena.any, arena.choice(["a"])), arena.choice(["b", "d"])];

const atom: fc.Arbitrary<Formula> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(MASKS.length - 1).map((index) => store.variable(index)) },
  fc.constantFrom(...names).map((name) => store.required(name)),
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...MASKS))
    .map(([name, mask]) => store.props(store.keySet(name), store.type(mask))),
  fc
    .tuple(fc.constantFrom(...languages), fc.constantFrom(0, ...MASKS))
    .map(([language, mask]) => store.props(store.keyLanguage(language), store.type(mask))),
  fc.nat(3).map((count) => store.propCount(count)),
);

const formula: fc.Arbitrary<Formula> = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    atom,
    fc.tuple(tie("formula")).map(([child]) => child ^ 1),
    fc.array(tie("formula"), { minLength: 2, maxLength: 4 }).map((list) => store.and(list)),
    fc.array(tie("formula"), { minLength: 2, maxLength: 4 }).map((list) => store.or(list)),
    fc.array(tie("formula"), { minLength: 2, maxLength: 4 }).map((list) => store.exactlyOne(list)),
  ),
})).formula;

describe("a parent's formula, projected onto what it asks of its open value", () => {
  it("holds of a value just if the parent can go on after it", () => {
    let mixed = 0;
    fc.assert(
      fc.property(formula, (parent) => {
        const asked = MASKS.map((mask) => store.type(mask));
        let steps = 0;
        let variables = 0;
        store.forEachAtom(parent, (literal) => {
          if (store.kind(literal) === Kind.Variable)
            variables = Math.max(variables, store.first(literal) + 1);
        });
        const result = projection.project(parent, variables, {
          lives,
          // What is told soon may be missing at any time.
          livesSoon: (f) => (f % 3 === 0 ? undefined : lives(f)),
          possible: (f) => satisfiability.value(replaceVariables(f, (i) => asked[i] as Formula)),
          step: () => {
            if (++steps > 4096) throw new Error("too many cases");
          },
        });
        let held = 0;
        for (const type of VALUES) {
          const truth = (i: number) => (((MASKS[i] as number) & type) !== 0 ? TRUE : FALSE);
          const holds = replaceVariables(result, truth);
          expect([TRUE, FALSE]).toContain(holds);
          expect(holds === TRUE).toBe(lives(replaceVariables(parent, truth)));
          if (holds === TRUE) held++;
        }
        if (held > 0 && held < VALUES.length) mixed++;
      }),
      { numRuns: 1500 },
    );
    expect(mixed).toBeGreaterThan(150);
  });

  it("of 12 overlapping branches has a case a branch", () => {
    const branches = Array.from({ length: 12 }, (_, i) => {
      const kind = store.props(store.keySet("kind"), store.str(arena.text(`k${i}`)));
      return store.and([store.variable(i), store.required("kind"), kind]);
    });
    let steps = 0;
    const result = projection.project(store.exactlyOne(branches), 12, {
      lives,
      livesSoon: lives,
      possible: () => true,
      step: () => steps++,
    });
    expect(result).toBe(store.or(Array.from({ length: 12 }, (_, i) => store.variable(i))));
    expect(steps).toBeLessThan(40);
  });

  it("asks little of branches that allow no more than others", () => {
    // The branch of `r7` asks of the value, and all of one property; the first ones have the narrower languages.
    const length = (most: number) => store.props(store.keySet("a"), store.str(arena.length(0, most)));
    const needed = store.required("a");
    const branches = Array.from({ length: 24 }, (_, i) => {
      if (i % 6 === 5) return store.and([length(i), store.variable((i - 5) / 6)]);
      return store.and([
        length(i),
        store.required(`r${i % 6}`),
        store.props(store.keySet(`r${i % 6}`), kind(i)),
      ]);
    });
    let questions = 0;
    let literals = 0;
    const counted = (formula: Formula) => {
      questions++;
      literals += store.kind(formula) === Kind.And ? store.children(formula).length : 1;
      return lives(formula);
    };
    const result = projection.project(store.and([needed, store.exactlyOne(branches)]), 4, {
      lives: counted,
      livesSoon: counted,
      possible: () => true,
      step: () => {},
    });
    // Any of the languages that are larger than those before can be all that holds.
    expect(result).toBe(TRUE);
    expect(questions).toBeLessThan(150);
    expect(literals).toBeLessThan(3000);
  });
});
