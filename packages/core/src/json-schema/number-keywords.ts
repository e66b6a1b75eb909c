import { isJsonArray, type JsonNode, JsonNumber } from "../json/index.js";
import { type NumberRange, numberRange } from "../language/index.js";
import { Dialect } from "./dialect.js";
import type { Formula, FormulaStore } from "./formula.js";
import type { Found } from "./keyword-context.js";

/** `type: integer`, bounds and `multipleOf` as one language: together they are one automaton of few states. */
export function numberKeywords(found: Found, dialect: Dialect, store: FormulaStore): Formula {
  return store.and(numberRanges(found, dialect).map((one) => store.num(numberRange(store.arena, one))));
}

/** The ranges that a number must be in by them; none: they say nothing. */
export function numberRanges(found: Found, dialect: Dialect): readonly NumberRange[] {
  const range: { -readonly [K in keyof NumberRange]: NumberRange[K] } = {};
  const further: NumberRange[] = [];
  if (isIntegerOnly(found.get("type"))) range.integer = true;
  range.multipleOf = text(found, "multipleOf");
  for (const [inclusiveName, exclusiveName, bound, exclusive] of [
    ["minimum", "exclusiveMinimum", "min", "exclusiveMin"],
    ["maximum", "exclusiveMaximum", "max", "exclusiveMax"],
  ] as const) {
    range[bound] = text(found, inclusiveName);
    range[exclusive] = range[bound] !== undefined && found.get(exclusiveName) === true;
    const strict = text(found, exclusiveName);
    // Both bounds of a side: a range of its own, to be intersected.
    if (strict !== undefined && range[bound] !== undefined)
      further.push({ [bound]: strict, [exclusive]: true });
    else if (strict !== undefined) {
      range[bound] = strict;
      range[exclusive] = true;
    }
  }
  const { integer, min, max, multipleOf } = range;
  if (integer !== true && min === undefined && max === undefined && multipleOf === undefined) return [];
  if (dialect === Dialect.Draft04 && integer === true) range.integerForm = "no-fraction";
  return [range, ...further];
}

function text(found: Found, name: string): string | undefined {
  const value = found.get(name);
  return value instanceof JsonNumber ? value.text : undefined;
}

/** Whether the value of `type` allows integers, and no other numbers. */
export function isIntegerOnly(type: JsonNode | undefined): boolean {
  if (!isJsonArray(type)) return type === "integer";
  return type.includes("integer") && !type.includes("number");
}
