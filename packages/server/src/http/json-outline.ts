import { jsonRange, stringEnd } from "./json-text.js";

/**
 * A JSON text without what is long in its schemas: quick to read, and the same as the whole for who does not look into schemas.
 */
export interface Outline {
  /** JSON; in the place of each part that was cut out is an empty array or object. */
  readonly text: string;
  /** Where the parts stand in the whole, each with its start and its end, in order. */
  readonly cuts: readonly (readonly [number, number])[];
}

/** Of a request's fields none is called so: behind them, JSON Schemas hold what is long. */
const KEYWORDS: ReadonlySet<string> = new Set(
  [
    ...["properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"],
    ...["allOf", "anyOf", "oneOf", "items", "prefixItems", "enum", "examples"],
  ].map((name) => `"${name}"`),
);

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** What stands in the place of a part. */
const EMPTY = 2;

/**
 * @param whole is JSON: `JSON.parse` takes it
 * @param least characters of the parts that are cut out
 */
export function outlineOf(whole: string, least: number): Outline {
  const cuts = outermost(whole, least);
  let text = "";
  let at = 0;
  for (const [start, end] of cuts) {
    text += whole.slice(at, start) + (whole.charCodeAt(start) === OPEN_BRACE ? "{}" : "[]");
    at = end;
  }
  return { text: text + whole.slice(at), cuts };
}

/** A part of the whole, by its path in the outline; as `jsonPart`. */
export function outlinedPart(
  whole: string,
  { text, cuts }: Outline,
  path: readonly (string | number)[],
): string | undefined {
  const range = jsonRange(text, path);
  if (range === undefined) {
    return undefined;
  }
  const inWhole = (place: number) => {
    let moved = place;
    for (const [start, end] of cuts) {
      if (start >= moved) {
        break;
      }
      moved += end - start - EMPTY;
    }
    return moved;
  };
  return whole.slice(inWhole(range[0]), inWhole(range[1]));
}

/** The arrays and objects behind keywords that are long enough, and in no other one. */
function outermost(whole: string, least: number): (readonly [number, number])[] {
  const cuts: (readonly [number, number])[] = [];
  /** Where the containers that are open begin; -1: not behind a keyword. */
  const open: number[] = [];
  let last = "";
  let isBehind = false;
  for (let at = 0; at < whole.length; at++) {
    const code = whole.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(whole, at);
      // Longer than every keyword: not one of them.
      last = end - at < 24 ? whole.slice(at, end) : "";
      isBehind = false;
      at = end - 1;
    } else if (code === COLON) {
      isBehind = KEYWORDS.has(last);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      open.push(isBehind ? at : -1);
      isBehind = false;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      const start = open.pop()!;
      if (start >= 0 && at + 1 - start >= least) {
        while (cuts.length > 0 && cuts.at(-1)![0] > start) {
          cuts.pop();
        }
        cuts.push([start, at + 1]);
      }
    } else if (code > 0x20) {
      isBehind = false;
    }
  }
  return cuts;
}
