import { describe, expect, it } from "vitest";
import { randomStatement } from "../../test/random-formulas.js";
import { randomNumbers } from "../../test/walk.js";
import { jsonNumber, LanguageArena, normalisedNumber } from "../language/index.js";
import { Derivatives } from "./derivative.js";
import { FALSE, type Formula, FormulaStore, JsonType, Kind } from "./formula.js";
import { ALL_KEYS } from "./key-availability.js";
import { PresentProperties } from "./present-properties.js";
import { Satisfiability } from "./satisfiability.js";

const newStore = () => new FormulaStore(new LanguageArena(), { maxNodes: 1_000_000 });

describe("properties that must be there", () => {
  const store = newStore();
  const property = (name: string, value: Formula) => store.props(store.keySet(name), value);
  const kind = (text: string) =>
    property("kind", store.and([store.type(JsonType.String), store.str(store.arena.text(text))]));
  const number = property("size", store.type(JsonType.Number));

  it("tell branches apart that need not have them", () => {
    const branches = [store.and([kind("a"), number]), kind("b"), kind("c")];
    const one = store.exactlyOne(branches);
    expect(store.kind(one)).toBe(Kind.ExactlyOne);
    const required = store.required("kind");
    expect(store.and([required, one])).toBe(store.and([required, store.or(branches)]));
    const other = store.required("other");
    expect(store.and([other, one])).not.toBe(store.and([other, store.or(branches)]));
  });

  it("tell branches apart that have been joined, because these have other properties", () => {
    const joined = ["d", "e"].map((text) =>
      store.and([store.required("which"), property("which", store.str(store.arena.text(text))), kind(text)]),
    );
    const branches = [...joined, kind("f"), kind("g")];
    const required = store.required("kind");
    expect(store.and([required, store.exactlyOne(branches)])).toBe(store.and([required, store.or(branches)]));
  });

  it("leave no branch that forbids one of them", () => {
    const closed = (name: string) =>
      store.and([property(name, store.type(JsonType.Null)), store.props(store.keysBut([name]), FALSE)]);
    const one = store.exactlyOne(["p", "q", "r"].map(closed));
    expect(store.kind(one)).toBe(Kind.ExactlyOne);
    expect(store.and([store.required("q"), one])).toBe(store.and([store.required("q"), closed("q")]));
    expect(store.and([store.required("p"), store.required("q"), one])).toBe(FALSE);
  });

  it("leave none of two branches that say the same beside them", () => {
    const other = store.not(kind("a"));
    const branches = [other, store.or([other, store.not(store.required("kind"))])];
    const one = store.exactlyOne(branches);
    expect(store.kind(one)).toBe(Kind.ExactlyOne);
    expect(store.and([store.required("kind"), one])).toBe(FALSE);
  });

  it("leave branches alone that ask the same constant", () => {
    const branches = [store.and([kind("a"), number]), store.and([kind("a"), property("x", store.type(1))])];
    const all = store.and([store.required("kind"), store.exactlyOne(branches)]);
    const two = store.and([store.required("kind"), ...branches]);
    expect(store.and([all, two])).not.toBe(two);
  });

  it("change no meaning", () => {
    const random = randomNumbers(11);
    let changed = 0;
    for (let i = 0; i < 400; i++) {
      const own = newStore();
      const numbers = { all: jsonNumber(own.arena), normalised: normalisedNumber(own.arena) };
      const derivatives = new Derivatives(own, () => FALSE, numbers);
      const asked = { constant: () => FALSE, isSurelySatisfiable: () => false, listed: () => [] };
      const satisfiability = new Satisfiability(own, derivatives, { maxSatSteps: 50_000 }, asked);
      const texts = ["u", "v", "w"].map((text) =>
        own.and([own.type(JsonType.String), own.str(own.arena.text(text))]),
      );
      const branches = Array.from({ length: 3 }, () => {
        const { formula } = randomStatement(own, random, 1, { negations: true });
        const value = texts[Math.floor(3 * random())] as Formula;
        return own.and([
          derivatives.specialise(formula, JsonType.Object),
          own.props(own.keySet("kind"), value),
        ]);
      });
      if (new Set(branches).size < branches.length || branches.includes(FALSE)) continue;
      const one = own.exactlyOne(branches);
      const required = own.required("kind");
      const simpler = new PresentProperties(own).exclude([required, one]);
      if (simpler === undefined) continue;
      changed++;
      const exactly = own.or(
        branches.map((branch) => own.and(branches.map((other) => (other === branch ? other : other ^ 1)))),
      );
      const simple = own.and(simpler);
      const differs = own.or([own.and([simple, exactly ^ 1]), own.and([required, exactly, simple ^ 1])]);
      expect(satisfiability.object(differs, ALL_KEYS)).toBe(false);
    }
    expect(changed).toBeGreaterThan(20);
  });
});
