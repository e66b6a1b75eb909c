import fc from "fast-check";
import type { Json } from "./random-formulas.js";

/** Where whitespace can stand. */
export type Gap = "open" | "before colon" | "after colon" | "after comma" | "after value";

/** JSON with what `gap` returns in each gap. */
export function serialise(value: Json, gap: (at: Gap) => string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isArray = Array.isArray(value);
  let text = isArray ? "[" : "{";
  let before: Gap = "open";
  for (const [key, of] of Object.entries(value)) {
    if (before === "after comma") text += `${gap("after value")},`;
    text += gap(before);
    if (!isArray) text += `${JSON.stringify(key)}${gap("before colon")}:${gap("after colon")}`;
    text += serialise(of as Json, gap);
    before = "after comma";
  }
  return text + gap(before === "open" ? "open" : "after value") + (isArray ? "]" : "}");
}

/** Small values of every kind, with strings that look like what stands between tokens. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom<Json>(null, true, 0, -1.5, "", "a b", " , : { \n", "é"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "", " :", ", "), tie("value"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).value;
