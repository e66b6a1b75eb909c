import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomTree } from "../../test/random-trees.js";
import { compileGbnf, GrammarError } from "../index.js";
import { compileTree } from "./context-free.js";
import type { GrammarTree } from "./tree.js";
import { uselessRules } from "./useless-rules.js";

describe("rules of which no output has a part", () => {
  it("are endless where the grammar that starts with them is refused", () => {
    const counts = { endless: 0, others: 0 };
    for (const tree of fc.sample(randomTree, { seed: 41, numRuns: 300 })) {
      const endless = new Set(
        uselessRules(tree).flatMap(({ rule, reason }) => (reason === "endless" ? [rule] : [])),
      );
      for (const start of tree.rules.keys()) {
        const shown = `${start} of ${JSON.stringify([...tree.rules])}`;
        expect(endless.has(start), shown).toBe(isRefused({ ...tree, start }));
        counts[endless.has(start) ? "endless" : "others"]++;
      }
    }
    expect(counts.endless).toBeGreaterThan(30);
    expect(counts.others).toBeGreaterThan(300);
  });

  it("are found in time that grows with the grammar, not with how far its rules lead", () => {
    const count = 8_000;
    const rules = Array.from(
      { length: count },
      (_, i) => `r${i} ::= "(" r${i + 1} ")" | "[" r${i + 1} r${i + 1} "]"`,
    );
    const source = `root ::= r0\n${rules.join("\n")}\nr${count} ::= "y" root | "z"\nunused ::= "u" unused`;
    const grammar = compileGbnf(source);
    const start = process.cpuUsage().user;
    expect(grammar.report.uselessRules).toEqual([{ rule: "unused", reason: "endless" }]);
    // Some 0.1 s; looking at all rules again as long as one more ends takes 9 s.
    expect((process.cpuUsage().user - start) / 1000).toBeLessThan(3_000);
  }, 60_000);
});

function isRefused(tree: GrammarTree): boolean {
  try {
    compileTree("test", tree);
    return false;
  } catch (error) {
    if (error instanceof GrammarError) return true;
    throw error;
  }
}
