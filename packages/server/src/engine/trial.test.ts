import { compileJsonSchema, compileRegex, SchemaError } from "@grammask/core";
import { describe, expect, it } from "vitest";
import { threadMilliseconds } from "./thread-clock.js";
import { LIGHT, tryConstraint } from "./trial.js";

const trial = (schema: object) => tryConstraint(() => compileJsonSchema(schema));

describe("a trial", () => {
  it("tells constraints that are light from those that take long to compile", () => {
    const light = { type: "object", properties: { a: { type: "string", maxLength: 20 } }, required: ["a"] };
    // The first run has the code compiled.
    trial(light);
    expect(trial(light).milliseconds).toBeLessThanOrEqual(LIGHT);
    const names = Array.from({ length: 20_000 }, (_, i) => [`name ${i}`, { enum: [i] }]);
    expect(trial({ properties: Object.fromEntries(names) }).milliseconds).toBeGreaterThan(LIGHT);
  });

  it("sees masks that are slow although compiling is not, also behind the shortest output", () => {
    // As many states as there are texts of so many letters, and the shortest output is none.
    const patterns = Array.from({ length: 20 }, (_, i) => `(?=[ab]*a[ab]{${i + 8}}$)`);
    const pattern = `(?:${patterns.join("")}[ab]*)?`;
    expect(tryConstraint(() => compileRegex(pattern)).milliseconds).toBeGreaterThan(LIGHT);
  });

  it("gives the grammar, and throws what compiling throws", () => {
    expect(trial({ const: 1 }).grammar.report.enforced).toHaveProperty("const");
    expect(() => trial({ minimum: "a" })).toThrow(SchemaError);
  });
});

describe("a thread's clock", () => {
  it("goes on with work, and not beyond the time that has passed", () => {
    const [work, time] = [threadMilliseconds(), performance.now()];
    while (performance.now() - time < 200);
    const worked = threadMilliseconds() - work;
    expect(worked).toBeGreaterThan(0);
    expect(worked).toBeLessThanOrEqual(performance.now() - time + 20);
  });
});
