/** Formulas of small schemas that stand for themselves instead of being referred to. */
import { isJsonArray, type JsonNode } from "../json/index.js";
import { onlyTextOf } from "../language/index.js";
import type { Constants } from "./constants.js";
import type { Formula, FormulaStore } from "./formula.js";
import type { Member } from "./position.js";
import { typeMask } from "./type-mask.js";

/** So many constants are as small as a reference to them. */
const MAX_CONSTANTS = 16;

/**
 * The formula of keywords that list types and texts, and few: it is as small as a reference, and tells them from what
 * others list. Undefined: the keywords say more.
 */
export function plainFormula(
  members: readonly Member[],
  constants: Constants,
  store: FormulaStore,
): Formula | undefined {
  for (let i = 0; i < members.length; i++) {
    const { keyword, value } = members[i] as Member;
    if (!isPlain(keyword.name, value)) return undefined;
  }
  const parts: Formula[] = [];
  for (let i = 0; i < members.length; i++) {
    const { keyword, value } = members[i] as Member;
    switch (keyword.name) {
      case "type":
        parts.push(store.type(typeMask(value)));
        break;
      case "pattern":
        parts.push(store.str(store.arena.text(onlyTextOf(value as string) as string)));
        break;
      default:
        parts.push(constants.formula(keyword.name === "const" ? [value] : (value as readonly JsonNode[])));
    }
  }
  return store.and(parts);
}

function isPlain(name: string, value: JsonNode): boolean {
  switch (name) {
    case "type":
      // What is an integer depends on the dialect.
      return value !== "integer" && !(isJsonArray(value) && value.includes("integer"));
    case "pattern":
      return onlyTextOf(value as string) !== undefined;
    case "const":
      return isPlainValue(value);
    case "enum":
      return (
        (value as readonly JsonNode[]).length <= MAX_CONSTANTS &&
        (value as readonly JsonNode[]).every(isPlainValue)
      );
    default:
      return false;
  }
}

function isPlainValue(value: JsonNode): boolean {
  return value === null || typeof value === "boolean" || typeof value === "string";
}
