export * from "./errors.js";
export { type JsonFromValueOptions, jsonFromValue } from "./from-value.js";
export { addKeys, isJsonArray, type JsonNode, JsonNumber, JsonObject } from "./node.js";
export { canonicalNumber, isIntegerNumber, isZeroNumber } from "./number.js";
export { type ParseJsonOptions, parseJson } from "./parse.js";
export { escapePointerSegment, jsonPointer, parseJsonPointer, unescapePointerSegment } from "./pointer.js";
export { canonicalJson, jsonEquals, stringifyJson } from "./stringify.js";
export { jsonToValue } from "./to-value.js";
