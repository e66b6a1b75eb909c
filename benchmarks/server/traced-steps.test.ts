import { describe, expect, it } from "vitest";
import { split, type TracedStep } from "./traced-steps.js";

const step = (tokens: number, passed: number, between: Partial<TracedStep["between"]> = {}): TracedStep => ({
  end: 0,
  tokens,
  sequences: 1,
  step: { passed, work: passed },
  between: { passed: 0, work: 0, idle: 0, ...between },
});
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("the split of what heavy schemas cost others", () => {
  // Steps of 1 token take 10 ms, those of 3 tokens 20 ms.
  const light = { steps: [...times(10, step(1, 10)), ...times(10, step(3, 20))], pieces: 20 };

  it("is no more than larger steps where those take what they take otherwise", () => {
    const { moreTokens, sharedProcessor, blocked } = split(light, {
      steps: times(20, step(3, 20)),
      pieces: 20,
    });
    expect([moreTokens, sharedProcessor, blocked]).toEqual([5, 0, 0]);
  });

  it("is a shared processor where the same steps take longer, or the thread waits between them", () => {
    const steps = [...times(10, step(1, 14)), ...times(10, step(3, 24, { passed: 5, work: 2 }))];
    const { moreTokens, sharedProcessor, blocked } = split(light, { steps, pieces: 20 });
    expect([moreTokens, sharedProcessor, blocked]).toEqual([0, 4 + 1.5, 1]);
  });

  it("is a blocked thread where it works for something else, and tells the longest piece of that", () => {
    const steps = [...light.steps.slice(1), step(1, 10, { passed: 40, work: 40 })];
    const { moreTokens, sharedProcessor, blocked, longestBetween } = split(light, { steps, pieces: 20 });
    expect([moreTokens, sharedProcessor, blocked]).toEqual([0, 0, 2]);
    expect(longestBetween).toEqual({ light: 0, heavy: 40 });
  });

  it("takes steps of a size that light schemas do not ask for from the line through all", () => {
    const { moreTokens } = split(light, { steps: times(20, step(5, 30)), pieces: 20 });
    expect(moreTokens).toBeCloseTo(30 - 15);
  });
});
