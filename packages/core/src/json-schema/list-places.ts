/** Where an object may be told from thousands of constants by looking them up: nothing else may be asked of it. */
import { isJsonArray } from "../json/index.js";
import type { Position } from "./position.js";

/** With these alone, a value is read against one schema, or against schemas that say nothing of the same object. */
const APART: ReadonlySet<string> = new Set([
  ...["type", "enum", "const", "pattern", "format", "minLength", "maxLength"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["items", "prefixItems", "additionalItems", "minItems", "maxItems"],
  ...["properties", "required", "additionalProperties", "$ref"],
]);

/** Whether all schemas are such that lists of more than `maxAlternatives` constants stand alone. */
export function listsStandAlone(positions: Iterable<Position>, maxAlternatives: number): boolean {
  for (const { members } of positions) {
    let others = 0;
    let isAlone = false;
    for (const { keyword, value } of members) {
      if (keyword.role !== "enforced") continue;
      if (!APART.has(keyword.name)) return false;
      const isLong = keyword.name === "enum" && isJsonArray(value) && value.length > maxAlternatives;
      if (isLong || keyword.isReference) isAlone = true;
      else if (keyword.name !== "type") others++;
    }
    if (isAlone && others > 0) return false;
  }
  return true;
}
