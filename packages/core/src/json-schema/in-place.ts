/** Keywords that apply their sub-schemas to the same value as themselves. */
import { isJsonArray, type JsonNode, type JsonObject } from "../json/index.js";
import { Document, type Position } from "./document.js";
import { InvalidSchemaError } from "./errors.js";
import type { SchemaSet } from "./schema-set.js";

const SCHEMAS: readonly string[] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];
const SCHEMA_MAPS: readonly string[] = ["dependentSchemas", "dependencies"];

/** The paths, below a schema, of the sub-schemas that a keyword (no reference) applies in place. */
export function inPlacePaths(keyword: string, value: JsonNode): (readonly (string | number)[])[] {
  if (SCHEMAS.includes(keyword)) {
    return isJsonArray(value) ? value.map((_, index) => [keyword, index]) : [[keyword]];
  }
  if (!SCHEMA_MAPS.includes(keyword)) return [];
  return [...(value as JsonObject)].filter(([, child]) => !isJsonArray(child)).map(([key]) => [keyword, key]);
}

/**
 * Refuses schemas that apply themselves in place: they would expand for ever. Depth-first, linear in the documents.
 * @throws InvalidSchemaError
 */
export function checkProgress(schemas: SchemaSet): void {
  const entered = new Set<Position>();
  const left = new Set<Position>();
  for (const start of [...schemas.positions()]) {
    if (entered.has(start)) continue;
    const path: { readonly position: Position; readonly rest: Position[] }[] = [];
    const enter = (position: Position) => {
      entered.add(position);
      path.push({ position, rest: inPlacePositions(position, schemas) });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        left.add(top.position);
        path.pop();
      } else if (!entered.has(next)) enter(next);
      else if (!left.has(next)) {
        throw new InvalidSchemaError({
          pointer: next.pointer,
          reason:
            "the schema refers to itself without a property or an item in between, so it never says anything",
        });
      }
    }
  }
}

function inPlacePositions(position: Position, schemas: SchemaSet): Position[] {
  const result: Position[] = [];
  for (const [name, value] of Document.keywords(position)) {
    // Where a dynamic reference leads is known only from where one comes; expanding looks out for those.
    if (name === "$ref") result.push(schemas.staticTarget(position, name));
    for (const path of inPlacePaths(name, value)) result.push(schemas.positionBelow(position, path));
  }
  return result;
}
