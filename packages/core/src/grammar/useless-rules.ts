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

/** A node that ends once so many more of its parts do, and what it is part of: a node, or the rule of that name. */
interface Open {
  missing: number;
  readonly above: Open | string;
}

/**
 * The rules that some text matches, found from the leaves upwards: each node is told once of each of its parts (Dowling and
 * Gallier 1984), so that the time grows with the size of the grammar and not with how far rules lead.
 */
function endingRules(rules: ReadonlyMap<string, GrammarNode>): Set<string> {
  const ending = new Set<string>();
  const users = new Map<string, (Open | string)[]>();
  const ended: (Open | string)[] = [];
  const open = (node: GrammarNode, above: Open | string): void => {
    if (node.kind === "rule") {
      const known = users.get(node.name);
      if (known === undefined) users.set(node.name, [above]);
      else known.push(above);
    } else if (node.kind === "choice" || (node.kind === "sequence" && node.items.length > 0)) {
      const part = { missing: node.kind === "choice" ? 1 : node.items.length, above };
      for (const item of node.items) open(item, part);
    } else if ("item" in node && !(node.kind === "repeat" && node.min === 0)) open(node.item, above);
    else ended.push(above);
  };
  for (const [name, node] of rules) open(node, name);
  for (let above = ended.pop(); above !== undefined; above = ended.pop()) {
    if (typeof above !== "string") {
      if (--above.missing === 0) ended.push(above.above);
    } else if (!ending.has(above)) {
      ending.add(above);
      for (const user of users.get(above) ?? []) ended.push(user);
    }
  }
  return ending;
}

function* namesIn(node: GrammarNode): Generator<string, void, void> {
  if (node.kind === "rule") yield node.name;
  else if ("item" in node) yield* namesIn(node.item);
  else if ("items" in node) for (const item of node.items) yield* namesIn(item);
}
