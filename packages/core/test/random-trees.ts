import fc from "fast-check";
import type { GrammarNode, GrammarTree } from "../src/grammar/tree.js";

const NAMES = ["root", "x", "y", "z"];

/** Any node over the letters a and b and the rules' names: recursion, ambiguity, empty texts and rules included. */
const node: fc.Arbitrary<GrammarNode> = fc.letrec<{ node: GrammarNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("a", "b", "ab", "").map((text): GrammarNode => ({ kind: "text", text })),
    fc.constantFrom(...NAMES).map((name): GrammarNode => ({ kind: "rule", name })),
    fc.array(tie("node"), { maxLength: 3 }).map((items): GrammarNode => ({ kind: "sequence", items })),
    fc
      .array(tie("node"), { minLength: 1, maxLength: 3 })
      .map((items): GrammarNode => ({ kind: "choice", items })),
    fc.tuple(tie("node"), fc.constantFrom([0, 1], [0, Infinity], [1, Infinity], [2, 3], [0, 2])).map(
      ([item, [min, max]]): GrammarNode => ({
        kind: "repeat",
        item,
        min: min as number,
        max: max as number,
      }),
    ),
  ),
})).node;

/** Grammars of four such rules. */
export const randomTree: fc.Arbitrary<GrammarTree> = fc
  .tuple(node, node, node, node)
  .map((nodes) => ({ start: "root", rules: new Map(nodes.map((item, i) => [NAMES[i] as string, item])) }));
