import { createColors } from "picocolors";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Io } from "../io.js";
import { Progress } from "./progress.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("the time left counts each kind of step at its own speed", () => {
  const shown: string[] = [];
  const io: Io = {
    out() {},
    err: (text) => shown.push(text),
    stdin: (async function* () {})(),
    errIsTerminal: false,
    colors: createColors(false),
    onInterrupt: () => () => {},
  };
  const progress = new Progress(io, [3, 2]);
  const step = (kind: number, seconds: number) => {
    vi.advanceTimersByTime(1000 * seconds);
    progress.step(kind, `step of kind ${kind}`);
  };
  step(0, 20);
  step(1, 600);
  step(0, 40);
  progress.end();
  expect(shown).toEqual([
    // The second kind is thought to be like the first.
    "1/5, 1 min 20 s left: step of kind 0\n",
    "2/5, 10 min 40 s left: step of kind 1\n",
    "3/5, 10 min 30 s left: step of kind 0\n",
  ]);
});
