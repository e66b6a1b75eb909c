import { expect, test } from "vitest";
import { wantsColors } from "./io.js";

test("colours are for terminals, unless NO_COLOR asks for none", () => {
  expect(wantsColors(true, {})).toBe(true);
  expect(wantsColors(true, { NO_COLOR: "" })).toBe(true);
  expect(wantsColors(true, { NO_COLOR: "1" })).toBe(false);
  expect(wantsColors(true, { TERM: "dumb" })).toBe(false);
  expect(wantsColors(false, { FORCE_COLOR: "1" })).toBe(false);
});
