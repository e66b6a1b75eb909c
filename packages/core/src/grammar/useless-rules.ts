/** Rules of a grammar that no output has a part of. */
import type { UselessRule } from "../json-schema/report.js";
import type { GrammarNode, GrammarTree } from "./tree.js";

/** Those that no text matches, and those that the start does not lead to, in the order of the rules. */
export function uselessRules({ rules, start, ignored }: GrammarTree): UselessRule[] {
  const ending = endingRules(rules);
  const used = new Set([start]);
  const visit = (node: GrammarNode) => {
    for (const name of namesIn(node)) used.add(name);
  };
  if (ignored !== undefined) visit(ignored);
  // What is added on the way is visited too.
  for (const name of used) {
    const node = rules.get(name);
    if (node !== undefined) visit(node);
  }
  return [...rules.keys()].flatMap((rule): UselessRule[] => {
    if (!ending.has(rule)) return [{ rule, reason: "endless" }];
    return used.has(rule) ? [] : [{ rule, reason: "unused" }];
  });
}

/** The rules that some text matches, found from the leaves upwards. */
function endingRules(rules: ReadonlyMap<string, GrammarNode>): Set<string> {
  const ending = new Set<string>();
  const ends = (node: GrammarNode): boolean => {
    switch (node.kind) {
      case "rule":
        return ending.has(node.name);
      case "sequence":
        return node.items.every(ends);
      case "choice":
        return node.items.some(ends);
      case "repeat":
        return node.min === 0 || ends(node.item);
      case "lexeme":
      case "limited":
      case "capture":
        return ends(node.item);
      default:
        return true;
    }
  };
  for (let before = -1; before < ending.size; ) {
    before = ending.size;
    for (const [name, node] of rules) if (ends(node)) ending.add(name);
  }
  return ending;
}

function* namesIn(node: GrammarNode): Generator<string, void, void> {
  if (node.kind === "rule") yield node.name;
  else if ("item" in node) yield* namesIn(node.item);
  else if ("items" in node) for (const item of node.items) yield* namesIn(item);
}
