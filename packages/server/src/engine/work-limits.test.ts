import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { workOfThread } from "./thread-clock.js";
import { systemThreadId } from "./work-limits.js";

// Other systems do not tell the work of a thread.
describe.skipIf(!existsSync("/proc/thread-self"))("threads", () => {
  it("are known by their work, and not by the time that passes", () => {
    const id = systemThreadId()!;
    const start = workOfThread(id)!;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    const slept = workOfThread(id)!;
    expect(slept - start).toBeLessThan(100);
    const end = performance.now() + 10_000;
    while (performance.now() < end && workOfThread(id)! - slept < 50) {}
    expect(workOfThread(id)! - slept).toBeGreaterThanOrEqual(50);
    expect(workOfThread(2 ** 30)).toBeUndefined();
  });
});
