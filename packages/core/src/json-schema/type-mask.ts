import { isJsonArray, type JsonNode } from "../json/index.js";
import { JsonType } from "./formula.js";

const TYPE_BITS: Readonly<Record<string, number>> = {
  null: JsonType.Null,
  boolean: JsonType.True | JsonType.False,
  number: JsonType.Number,
  integer: JsonType.Number,
  string: JsonType.String,
  array: JsonType.Array,
  object: JsonType.Object,
};

/** The types that the value of `type` allows; integers are numbers. */
export function typeMask(value: JsonNode): number {
  if (!isJsonArray(value)) return TYPE_BITS[value as string] as number;
  let mask = 0;
  for (const name of value) mask |= TYPE_BITS[name as string] as number;
  return mask;
}
