import { isJsonArray, type JsonNode, JsonNumber } from "../json/index.js";
import { type NumberRange, numberRange } from "../language/index.js";
import { Dialect } from "./dialect.js";
import { type Formula, type FormulaStore, TRUE } from "./formula.js";

type Found = ReadonlyMap<string, JsonNode>;

const LOWER = ["minimum", "exclusiveMinimum"] as const;
const UPPER = ["maximum", "exclusiveMaximum"] as const;

/** `type: integer`, bounds and `multipleOf` as one language: together they are one automaton of few states. */
export function numberKeywords(found: Found, dialect: Dialect, store: FormulaStore): Formula {
  const range: { -readonly [K in keyof NumberRange]: NumberRange[K] } = {};
  if (isIntegerOnly(found.get("type"))) range.integer = true;
  range.multipleOf = text(found, "multipleOf");
  for (const [names, bound, exclusive] of [
    [LOWER, "min", "exclusiveMin"],
    [UPPER, "max", "exclusiveMax"],
  ] as const) {
    const [inclusiveName, exclusiveName] = names;
    const strict = found.get(exclusiveName);
    if (strict instanceof JsonNumber && found.has(inclusiveName)) return bothBounds(found, dialect, store);
    range[bound] = strict instanceof JsonNumber ? strict.text : text(found, inclusiveName);
    if (strict instanceof JsonNumber || strict === true) range[exclusive] = true;
  }
  const { integer, min, max, multipleOf } = range;
  if (integer !== true && min === undefined && max === undefined && multipleOf === undefined) return TRUE;
  if (dialect === Dialect.Draft04 && integer === true) range.integerForm = "no-fraction";
  return store.num(numberRange(store.arena, range));
}

/** An inclusive and an exclusive bound of the same side: one range each, intersected. */
function bothBounds(found: Found, dialect: Dialect, store: FormulaStore): Formula {
  const without = (names: readonly string[]) => new Map([...found].filter(([name]) => !names.includes(name)));
  return store.and([
    numberKeywords(without([LOWER[0], UPPER[0]]), dialect, store),
    numberKeywords(without([LOWER[1], UPPER[1]]), dialect, store),
  ]);
}

function text(found: Found, name: string): string | undefined {
  const value = found.get(name);
  return value instanceof JsonNumber ? value.text : undefined;
}

function isIntegerOnly(type: JsonNode | undefined): boolean {
  const types = isJsonArray(type) ? type : [type ?? ""];
  return types.includes("integer") && !types.includes("number");
}
