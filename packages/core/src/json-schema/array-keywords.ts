import { isJsonArray } from "../json/index.js";
import { ALL_TYPES, type Formula, type FormulaStore, JsonType, TRUE, UNBOUNDED } from "./formula.js";
import { count, type Found, type KeywordContext } from "./keyword-context.js";
import type { SchemaNode } from "./position.js";

/** The formula of a schema's keywords about arrays, but for `unevaluatedItems`. */
export function arrayKeywords(node: SchemaNode, found: Found, context: KeywordContext): Formula {
  const { store, schemas } = context;
  const reference = (name: string, index?: number) => context.reference(schemas.child(node, name, index));
  const parts: Formula[] = [];
  const { prefix, prefixLength, rest } = itemLayout(found);
  for (let i = 0; i < prefixLength; i++) parts.push(store.items(i, i + 1, reference(prefix, i)));
  if (rest !== undefined) parts.push(store.items(prefixLength, UNBOUNDED, reference(rest)));
  const least = found.get("minItems");
  if (least !== undefined) parts.push(ifArray(store, store.minItems(count(least))));
  const most = found.get("maxItems");
  if (most !== undefined) parts.push(store.maxItems(count(most)));
  if (found.has("contains")) {
    const value = reference("contains");
    const minimum = found.get("minContains");
    const maximum = found.get("maxContains");
    parts.push(ifArray(store, store.itemCount(minimum === undefined ? 1 : count(minimum), value)));
    if (maximum !== undefined) {
      parts.push(ifArray(store, store.itemCount(count(maximum) + 1, value) ^ 1));
    }
  }
  return store.and(parts);
}

/** Which keyword has the first items' schemas, how many they are, and which one has the schema of the items after them. */
export interface ItemLayout {
  readonly prefix: "prefixItems" | "items";
  readonly prefixLength: number;
  readonly rest: "items" | "additionalItems" | undefined;
}

/** 2020-12 has `prefixItems` and `items`; before, they were an array in `items`, and `additionalItems`. */
export function itemLayout(found: Found): ItemLayout {
  const items = found.get("items");
  if (isJsonArray(items)) {
    const rest = found.has("additionalItems") ? "additionalItems" : undefined;
    return { prefix: "items", prefixLength: items.length, rest };
  }
  const prefix = found.get("prefixItems");
  const rest = items === undefined ? undefined : "items";
  return { prefix: "prefixItems", prefixLength: isJsonArray(prefix) ? prefix.length : 0, rest };
}

function ifArray(store: FormulaStore, formula: Formula): Formula {
  return formula === TRUE ? TRUE : store.or([store.type(ALL_TYPES & ~JsonType.Array), formula]);
}
