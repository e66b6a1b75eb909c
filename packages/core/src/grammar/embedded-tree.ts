import type { GrammarNode, GrammarTree } from "./tree.js";

/** A tree as a node of another one, whose rules get those of the tree with a prefix before their names. */
export function embedded(tree: GrammarTree, prefix: string, rules: Map<string, GrammarNode>): GrammarNode {
  const rename = (name: string) => `${prefix}:${name}`;
  for (const [name, node] of tree.rules) rules.set(rename(name), renamed(node, rename));
  return { kind: "rule", name: rename(tree.start) };
}

/** A node with the names of rules in it changed. */
function renamed(node: GrammarNode, rename: (name: string) => string): GrammarNode {
  switch (node.kind) {
    case "rule":
      return { ...node, name: rename(node.name) };
    case "sequence":
    case "choice":
      return { ...node, items: node.items.map((item) => renamed(item, rename)) };
    case "repeat":
    case "limited":
    case "lexeme":
    case "capture":
      return { ...node, item: renamed(node.item, rename) };
    default:
      return node;
  }
}
