import { existsSync, readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { describe, expect, it } from "vitest";
import { CompileCheck } from "./compile-check.js";

/** How nice the threads of this process are; field 19 of their state, behind a name that may have spaces. */
function priorities(): number[] {
  return readdirSync("/proc/self/task").map((id) => {
    const state = readFileSync(`/proc/self/task/${id}/stat`, "latin1");
    return Number(state.slice(state.lastIndexOf(")") + 2).split(" ")[16]);
  });
}

// Other systems have no priorities of threads that a program could set.
describe.skipIf(!existsSync("/proc/thread-self"))("the priority of threads", () => {
  it("is lower for those that compile on trial, and no others", async () => {
    const own = getPriority();
    expect(new Set(priorities())).toEqual(new Set([own]));
    const limits = { compileMilliseconds: 20_000, maskMilliseconds: 20_000 };
    const check = new CompileCheck({ limits, memoryMegabytes: 256 });
    try {
      const { signal } = new AbortController();
      await check.check({ kind: "schema", schema: '{"type":"integer"}' }, undefined, signal);
      const lower = priorities().filter((each) => each !== own);
      expect(lower).toEqual([Math.min(own + 3, 19)]);
    } finally {
      await check.close();
    }
  });
});
