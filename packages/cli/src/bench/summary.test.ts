import { expect, test } from "vitest";
import type { FailureKind } from "./protocol.js";
import { Summary } from "./summary.js";

const none = new Float32Array(0);
const texts = { tell: () => "", before: (test: number, token: number) => `${test}.${token}` };

test("what failed is counted by where it failed, as the worst that happened", () => {
  const summary = new Summary();
  const failures = (...kinds: FailureKind[]) => kinds.map((kind) => ({ kind }));
  summary.add("a", { failures: [], ttfm: 10, tbm: Float32Array.of(1, 2, 3), read: [1, 0, 2] }, texts);
  summary.add("b", { failures: failures("timeout"), ttfm: undefined, tbm: none, read: [] }, texts);
  summary.add("c", { failures: failures("crash"), ttfm: 10, tbm: none, read: [] }, texts);
  const both = failures("validation-error", "invalidation-error");
  summary.add("d", { failures: both, ttfm: 10, tbm: Float32Array.of(2), read: [1] }, texts);
  summary.add("e", { failures: failures("compile-error"), ttfm: undefined, tbm: none, read: [] }, texts);
  expect(summary.failed).toBe(4);
  expect(summary.result()).toMatchObject({
    files: 5,
    passed: 1,
    compileErrors: 2,
    validationErrors: 1,
    invalidationErrors: 1,
    tbm: { avg: 2, max: 3 },
    ttfm: { avg: 10 },
    tokens: 4,
    slowest: {
      tbm: [
        { id: "a", time: 3, test: 2, token: 1, after: "2.1" },
        { id: "d", time: 2, test: 0, token: 0, after: "0.0" },
      ],
      ttfm: [{ id: "a" }, { id: "c" }, { id: "d", time: 10 }],
    },
  });
});

test("two engines are compared on the files that both compile", () => {
  const [one, other] = [new Summary(), new Summary()];
  one.add("a", { failures: [], ttfm: 1, tbm: Float32Array.of(100), read: [1] }, texts);
  one.add("b", { failures: [], ttfm: 3, tbm: Float32Array.of(4, 8), read: [2] }, texts);
  other.add("b", { failures: [], ttfm: 30, tbm: Float32Array.of(40), read: [1] }, texts);
  other.add("c", { failures: [], ttfm: 300, tbm: Float32Array.of(400), read: [1] }, texts);
  expect(one.compare("other", other)).toMatchObject({
    files: 1,
    tokens: 2,
    tbm: { avg: 6, max: 8 },
    ttfm: { avg: 3 },
    other: { name: "other", tbm: { avg: 40 }, ttfm: { avg: 30 } },
  });
});
