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

  it("reads another clock seldom where many things begin, and is not over early by it", () => {
    let readings = 0;
    // As slow as a clock may be: what is over by it has taken the time.
    setTimeLimitClock(() => {
      readings++;
      return performance.now();
    });
    const start = performance.now();
    let things = 0;
    for (; performance.now() - start < 50; things++) within("maskMilliseconds", 5, () => undefined);
    expect(things).toBeGreaterThan(2000);
    expect(readings).toBeLessThanOrEqual(50 / 0.25 + 1);
    for (let i = 0; i < 20; i++) {
      let begun = 0;
      const slow = () => {
        begun = performance.now();
        busy(200);
      };
      expect(() => within("maskMilliseconds", 3, slow)).toThrow(LanguageLimitError);
      expect(performance.now() - begun).toBeGreaterThanOrEqual(2.9);
    }
  });
});
