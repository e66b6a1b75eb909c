import { isJsonArray, type JsonNode } from "../json/index.js";
import { JsonType } from "./formula.js";

/** The types that the value of `type` allows; integers are numbers. */
export function typeMask(value: JsonNode): number {
  if (!isJsonArray(value)) return typeOf(value);
  let mask = 0;
  for (let i = 0; i < value.length; i++) mask |= typeOf(value[i] as JsonNode);
  return mask;
}

function typeOf(name: JsonNode): number {
  switch (name) {
    case "string":
      return JsonType.String;
    case "object":
      return JsonType.Object;
    case "array":
      return JsonType.Array;
    case "integer":
    case "number":
      return JsonType.Number;
    case "boolean":
      return JsonType.True | JsonType.False;
    default:
      return JsonType.Null;
  }
}
