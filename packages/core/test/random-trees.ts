import fc from "fast-check";
import {
  choice,
  type GrammarNode,
  type GrammarTree,
  optional,
  repeat,
  sequence,
  text,
} from "../src/grammar/tree.js";

const NAMES = ["root", "x", "y", "z"];

/** Any node over some leaves and the rules' names: recursion, ambiguity, empty texts and rules included. */
function nodeOver(leaf: fc.Arbitrary<GrammarNode>): fc.Arbitrary<GrammarNode> {
  return fc.letrec<{ node: GrammarNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
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
}

function rulesOf(nodes: readonly GrammarNode[]): Map<string, GrammarNode> {
  return new Map(nodes.map((item, i) => [NAMES[i] as string, item]));
}

const node = nodeOver(fc.constantFrom("a", "b", "ab", "").map(text));

/** Grammars of four such rules over the letters a and b. */
export const randomTree: fc.Arbitrary<GrammarTree> = fc
  .tuple(node, node, node, node)
  .map((nodes) => ({ start: "root", rules: rulesOf(nodes) }));

const many = (item: GrammarNode): GrammarNode => repeat(item, 1, Number.POSITIVE_INFINITY);
const [A, B] = [text("a"), text("b")];
const SPACES = many(text(" "));

/** Terminals that are beginnings of each other, go on over each other's ends, or have a space in them. */
const TERMINALS: readonly GrammarNode[] = [
  A,
  B,
  text("ab"),
  text("aba"),
  text("b a"),
  many(A),
  many(choice(A, B)),
  many(text("ab")),
  sequence(A, repeat(B, 0, Number.POSITIVE_INFINITY)),
  sequence(optional(A), B),
  sequence(text("ba"), many(choice(A, text(" "))), B),
];

const lexeme = fc
  .record({
    item: fc.constantFrom(...TERMINALS),
    ending: fc.constantFrom("longest" as const, "longest" as const, "longest" as const, "shortest" as const),
  })
  .map((parts): GrammarNode => ({ kind: "lexeme", ...parts }));
const lexedNode = nodeOver(lexeme);

/** Grammars over such terminals, which end at the longest or shortest, perhaps with something ignored between them. */
export const randomLexedTree: fc.Arbitrary<GrammarTree> = fc
  .record({
    nodes: fc.tuple(lexedNode, lexedNode, lexedNode, lexedNode),
    ignored: fc.constantFrom(
      undefined,
      SPACES,
      choice(SPACES, text("b ")),
      choice(text(" "), sequence(A, SPACES, A)),
    ),
    isIgnoredAtStart: fc.boolean(),
  })
  .map(({ nodes, ignored, isIgnoredAtStart }) => ({
    start: "root",
    rules: rulesOf(nodes),
    isIgnoredAtStart,
    ...(ignored === undefined
      ? {}
      : { ignored: { kind: "lexeme", item: ignored, ending: "longest" } as const }),
  }));
