/** Random formulas with an oracle of their own, and small JSON values to try them on. */
import { ALL_TYPES, type Formula, type FormulaStore, JsonType } from "../src/json-schema/formula.js";
import { numberChoice, numberRange } from "../src/language/index.js";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A formula and, independently of it, the set of values that it should denote. */
export interface Statement {
  readonly formula: Formula;
  readonly holds: (value: Json) => boolean;
}

export function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function typeOf(value: Json): JsonType {
  if (value === null) return JsonType.Null;
  if (typeof value === "boolean") return value ? JsonType.True : JsonType.False;
  if (typeof value === "number") return JsonType.Number;
  if (typeof value === "string") return JsonType.String;
  return Array.isArray(value) ? JsonType.Array : JsonType.Object;
}

/** Values without values inside: enough to tell the languages of `randomStatement` apart. */
export const SMALL_VALUES: readonly Json[] = [null, true, false, -1, 0.5, 1, 3, "", "a", "b", "aa", [], {}];

/**
 * All arrays of up to two small values and all objects of them with the keys a, b and c: for statements of depth 1 every
 * satisfiable one has a member here.
 */
export function smallValues(): readonly Json[] {
  const values: Json[] = [...SMALL_VALUES];
  for (const x of SMALL_VALUES) {
    values.push([x]);
    for (const y of SMALL_VALUES) values.push([x, y]);
  }
  const choices: readonly (Json | undefined)[] = [undefined, ...SMALL_VALUES];
  for (const a of choices) {
    for (const b of choices) {
      for (const c of choices) {
        const entries: [string, Json][] = [];
        if (a !== undefined) entries.push(["a", a]);
        if (b !== undefined) entries.push(["b", b]);
        if (c !== undefined) entries.push(["c", c]);
        if (entries.length > 0) values.push(Object.fromEntries(entries));
      }
    }
  }
  return values;
}

export interface StatementOptions {
  /** Also `not`, `exactlyOne` and counts of properties. Without them every formula is a combination of and and or. */
  readonly negations: boolean;
}

/** A random statement; atoms about items and properties speak of statements up to `depth` levels of values down. */
export function randomStatement(
  store: FormulaStore,
  random: () => number,
  depth: number,
  options: StatementOptions,
): Statement {
  const { arena } = store;
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

  const scalarAtom = (): Statement => {
    switch (below(3)) {
      case 0: {
        const mask = below(ALL_TYPES + 1);
        return { formula: store.type(mask), holds: (v) => (mask & typeOf(v)) !== 0 };
      }
      case 1: {
        const [language, has] = pick<[number, (text: string) => boolean]>([
          [arena.text("a"), (t) => t === "a"],
          [arena.choice(["", "b"]), (t) => t === "" || t === "b"],
          [arena.length(0, 1), (t) => t.length <= 1],
          [arena.length(1, 2), (t) => t.length >= 1 && t.length <= 2],
          [arena.complement(arena.choice(["a", "b"])), (t) => t !== "a" && t !== "b"],
          [arena.empty, () => false],
        ]);
        return { formula: store.str(language), holds: (v) => typeof v !== "string" || has(v) };
      }
      default: {
        const [language, has] = pick<[number, (n: number) => boolean]>([
          [numberRange(arena, { min: "1" }), (n) => n >= 1],
          [numberRange(arena, { max: "0.5", exclusiveMax: true }), (n) => n < 0.5],
          [numberRange(arena, { integer: true }), (n) => Number.isInteger(n)],
          [numberChoice(arena, ["3"]), (n) => n === 3],
          [numberRange(arena, { min: "0", max: "1" }), (n) => n >= 0 && n <= 1],
        ]);
        return { formula: store.num(language), holds: (v) => typeof v !== "number" || has(v) };
      }
    }
  };

  const deepAtom = (level: number): Statement => {
    const inner = () => combination(level - 1, 1);
    switch (below(options.negations ? 7 : 6)) {
      case 0: {
        const from = below(3);
        const to = from + below(3);
        const s = inner();
        return {
          formula: store.items(from, to, s.formula),
          holds: (v) => !Array.isArray(v) || v.slice(from, to).every(s.holds),
        };
      }
      case 1: {
        const min = below(3);
        // A negated atom implies its type.
        return {
          formula: store.minItems(min),
          holds: (v) => min === 0 || (Array.isArray(v) && v.length >= min),
        };
      }
      case 2: {
        const max = below(3);
        return { formula: store.maxItems(max), holds: (v) => !Array.isArray(v) || v.length <= max };
      }
      case 3: {
        const key = pick(["a", "b"]);
        const s = inner();
        return {
          formula: store.props(store.keySet(key), s.formula),
          holds: (v) => !isObject(v) || !Object.hasOwn(v, key) || s.holds(v[key] as Json),
        };
      }
      case 4: {
        const [language, has] = pick<[number, (key: string) => boolean]>([
          [arena.complement(arena.text("a")), (key) => key !== "a"],
          [arena.any, () => true],
          [arena.complement(arena.choice(["a", "b"])), (key) => key !== "a" && key !== "b"],
        ]);
        const s = inner();
        const missing = has("a") ? [] : has("b") ? ["a"] : ["a", "b"];
        const keys = below(2) === 0 ? store.keyLanguage(language) : store.keysBut(missing);
        return {
          formula: store.props(keys, s.formula),
          holds: (v) => !isObject(v) || Object.entries(v).every(([key, of]) => !has(key) || s.holds(of)),
        };
      }
      case 5: {
        const key = pick(["a", "b"]);
        return { formula: store.required(key), holds: (v) => isObject(v) && Object.hasOwn(v, key) };
      }
      default: {
        const count = below(4);
        return {
          formula: store.propCount(count),
          holds: (v) => !isObject(v) || Object.keys(v).length >= count,
        };
      }
    }
  };

  const combination = (level: number, width: number): Statement => {
    const atom = () => (level > 0 && below(3) > 0 ? deepAtom(level) : scalarAtom());
    if (width === 0) return atom();
    const list = (length: number) => Array.from({ length }, () => combination(level, width - 1));
    switch (below(options.negations ? 6 : 4)) {
      case 0:
        return atom();
      case 1:
      case 2: {
        const parts = list(2 + below(2));
        return {
          formula: store.and(parts.map((p) => p.formula)),
          holds: (v) => parts.every((p) => p.holds(v)),
        };
      }
      case 3: {
        const parts = list(2 + below(2));
        return {
          formula: store.or(parts.map((p) => p.formula)),
          holds: (v) => parts.some((p) => p.holds(v)),
        };
      }
      case 4: {
        const of = combination(level, width - 1);
        return { formula: store.not(of.formula), holds: (v) => !of.holds(v) };
      }
      default: {
        const parts = list(1 + below(3));
        // A branch that stands twice, or beside its opposite.
        const first = parts[0] as Statement;
        if (below(3) === 0) parts.push(first);
        if (below(3) === 0) {
          parts.push({ formula: store.not(first.formula), holds: (v) => !first.holds(v) });
        }
        return {
          formula: store.exactlyOne(parts.map((p) => p.formula)),
          holds: (v) => parts.filter((p) => p.holds(v)).length === 1,
        };
      }
    }
  };

  return combination(depth, 3);
}
