import { type JsonNode, JsonNumber } from "../json/index.js";

/** Keywords that are told in words. */
export const NOTED: ReadonlySet<string> = new Set([
  ...["format", "pattern", "minLength", "maxLength"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"],
]);

type Keywords = ReadonlyMap<string, JsonNode>;

/** What the keywords of a type say besides the type, a few words each. */
export function constraintNotes(type: string, keywords: Keywords): string[] {
  switch (type) {
    case "string":
      return [
        ...text(keywords, "format", (format) => format),
        ...text(keywords, "pattern", (pattern) => `matches /${pattern}/`),
        ...range(keywords, "minLength", "maxLength", "characters"),
      ];
    case "integer":
    case "number":
      return [
        ...range(keywords, "minimum", "maximum", ""),
        ...exclusive(keywords, "exclusiveMinimum", "minimum", "more than"),
        ...exclusive(keywords, "exclusiveMaximum", "maximum", "less than"),
        ...value(keywords, "multipleOf", (factor) => `a multiple of ${factor}`),
      ];
    case "array":
      return [
        ...range(keywords, "minItems", "maxItems", "items"),
        ...(keywords.get("uniqueItems") === true ? ["all different"] : []),
      ];
    case "object":
      return range(keywords, "minProperties", "maxProperties", "properties");
    default:
      return [];
  }
}

function text(keywords: Keywords, keyword: string, tell: (text: string) => string): string[] {
  const found = keywords.get(keyword);
  return typeof found === "string" ? [tell(found.replace(/\s+/g, " "))] : [];
}

function value(keywords: Keywords, keyword: string, tell: (number: string) => string): string[] {
  const found = keywords.get(keyword);
  return found instanceof JsonNumber ? [tell(found.text)] : [];
}

function range(keywords: Keywords, least: string, most: string, unit: string): string[] {
  const [from] = value(keywords, least, (number) => number);
  const [to] = value(keywords, most, (number) => number);
  if (from === undefined && to === undefined) return [];
  const units = unit === "" ? "" : ` ${unit}`;
  if (from === to) return [`exactly ${from}${units}`];
  if (from === undefined) return [`at most ${to}${units}`];
  return [to === undefined ? `at least ${from}${units}` : `${from} to ${to}${units}`];
}

/** An exclusive bound; in draft-04 it is a boolean beside the bound. */
function exclusive(keywords: Keywords, keyword: string, bound: string, words: string): string[] {
  const own = value(keywords, keyword, (number) => `${words} ${number}`);
  if (own.length > 0 || keywords.get(keyword) !== true) return own;
  return value(keywords, bound, (number) => `${words} ${number}`);
}
