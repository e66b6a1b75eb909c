import { afterEach, describe, expect, it } from "vitest";
import { checkTime, setTimeLimitClock, within } from "./deadline.js";
import { LanguageLimitError } from "./limits.js";

afterEach(() => setTimeLimitClock());

/** Asks until so many milliseconds have passed. */
function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    checkTime();
  }
}

describe("a limit of time", () => {
  it("counts the time that passes", () => {
    expect(() => within("maskMilliseconds", 5, () => busy(200))).toThrow(LanguageLimitError);
    expect(() => within("maskMilliseconds", 10_000, () => busy(20))).not.toThrow();
    // Outside, nothing is over.
    busy(20);
  });

  it("counts by another clock where one is chosen", () => {
    let worked = 1000;
    setTimeLimitClock(() => worked);
    within("compileMilliseconds", 5, () => {
      busy(50);
      worked += 4;
      busy(50);
      worked += 2;
      expect(() => busy(5000)).toThrow("It took more than the limit compileMilliseconds = 5.");
    });
    // What was used before does not count.
    expect(() => within("compileMilliseconds", 5, () => busy(50))).not.toThrow();
  });
});
