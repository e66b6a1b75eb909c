import { canonicalJson, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import {
  type Language,
  type LanguageArena,
  normalisedNumber,
  numberChoice,
  numberFits,
  numberRange,
} from "../language/index.js";
import { FALSE, type Formula, type FormulaStore, JsonType } from "./formula.js";

/**
 * Formulas of `const` and `enum`. Strings and numbers become one language each; an array or object is a node of its own
 * number, expanded when an output reaches it.
 */
export class Constants {
  private readonly store: FormulaStore;
  private readonly reserveId: () => number;
  private readonly values = new Map<number, readonly JsonNode[] | JsonObject>();
  private readonly ids = new Map<string, number>();

  constructor(store: FormulaStore, reserveId: () => number) {
    this.store = store;
    this.reserveId = reserveId;
  }

  /**
   * The value equals one of these, by JSON Schema's equality. A number beyond the limits, which only an output can have
   * (an item that others must differ from), stands for all very long ones: more is then excluded than must be.
   */
  formula(values: readonly JsonNode[]): Formula {
    const { store } = this;
    const strings: string[] = [];
    const numbers: string[] = [];
    const parts: Formula[] = [];
    let mask = 0;
    let hasLong = false;
    for (const value of values) {
      if (value === null) mask |= JsonType.Null;
      else if (typeof value === "boolean") mask |= value ? JsonType.True : JsonType.False;
      else if (typeof value === "string") strings.push(value);
      else if (value instanceof JsonNumber) {
        if (numberFits(value.text, store.arena.nodes.limits)) numbers.push(value.text);
        else hasLong = true;
      } else parts.push(this.reference(value));
    }
    const primitives: Formula[] = [];
    if (strings.length > 0) {
      mask |= JsonType.String;
      primitives.push(store.str(store.arena.choice(strings)));
    }
    if (numbers.length > 0 || hasLong) {
      mask |= JsonType.Number;
      const chosen = numberChoice(store.arena, numbers);
      primitives.push(store.num(hasLong ? store.arena.union([chosen, longNumbers(store.arena)]) : chosen));
    }
    return store.or([store.and([store.type(mask), ...primitives]), ...parts]);
  }

  /** The formula of a numbered constant; undefined: the number is not a constant's. */
  expand(id: number): Formula | undefined {
    const value = this.values.get(id);
    if (value === undefined) return undefined;
    const { store } = this;
    if (value instanceof JsonObject) {
      const others = store.keysBut([...value.keys()]);
      const parts = [store.type(JsonType.Object), store.props(others, FALSE)];
      for (const [key, json] of value) {
        parts.push(store.required(key), store.props(store.keySet(key), this.formula([json])));
      }
      return store.and(parts);
    }
    return store.and([
      store.type(JsonType.Array),
      store.minItems(value.length),
      store.maxItems(value.length),
      ...value.map((json, i) => store.items(i, i + 1, this.formula([json]))),
    ]);
  }

  /** The keys of a numbered constant. */
  names(id: number): string[] | undefined {
    const value = this.values.get(id);
    if (value === undefined) return undefined;
    return value instanceof JsonObject ? [...value.keys()] : [];
  }

  private reference(value: readonly JsonNode[] | JsonObject): Formula {
    const key = canonicalJson(value);
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.reserveId();
      this.ids.set(key, id);
      this.values.set(id, value);
    }
    return this.store.schema(id);
  }
}

/** Numbers that need more than 100 digits before or behind the point. */
function longNumbers(arena: LanguageArena): Language {
  const short = { min: "-1e100", max: "1e100", exclusiveMin: true, exclusiveMax: true, multipleOf: "1e-100" };
  return arena.difference(normalisedNumber(arena), numberRange(arena, short));
}
