/** A plain recogniser of grammars' trees, the slow truth that the engine is measured by. It has only texts as terminals. */
import type { GrammarNode, GrammarTree } from "../src/grammar/tree.js";

/**
 * Whether a text follows a grammar: for each rule and place in the text, the places where the rule can end, grown from
 * nothing until they grow no more, which recursion on either side does not disturb.
 */
export function recognises(tree: GrammarTree, text: string): boolean {
  const ends = new Map<string, Set<number>[]>();
  for (const name of tree.rules.keys()) {
    ends.set(
      name,
      Array.from({ length: text.length + 1 }, () => new Set<number>()),
    );
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const [name, node] of tree.rules) {
      const known = ends.get(name) as Set<number>[];
      for (let at = 0; at <= text.length; at++) {
        const set = known[at] as Set<number>;
        const before = set.size;
        for (const end of endsOf(node, at, text, ends)) set.add(end);
        if (set.size > before) grown = true;
      }
    }
  }
  return ends.get(tree.start)?.[0]?.has(text.length) === true;
}

function endsOf(node: GrammarNode, at: number, text: string, ends: Map<string, Set<number>[]>): Set<number> {
  switch (node.kind) {
    case "text":
      return new Set(text.startsWith(node.text, at) ? [at + node.text.length] : []);
    case "choice":
      return new Set(node.items.flatMap((item) => [...endsOf(item, at, text, ends)]));
    case "sequence": {
      let places = new Set([at]);
      for (const item of node.items) {
        places = new Set([...places].flatMap((place) => [...endsOf(item, place, text, ends)]));
      }
      return places;
    }
    case "repeat": {
      const found = new Set(node.min === 0 ? [at] : []);
      let places = new Set([at]);
      // More rounds than characters change nothing, but for those that are needed.
      const rounds = Math.min(node.max, node.min + text.length + 1);
      for (let i = 1; i <= rounds && places.size > 0; i++) {
        places = new Set([...places].flatMap((place) => [...endsOf(node.item, place, text, ends)]));
        if (i >= node.min) for (const place of places) found.add(place);
      }
      return found;
    }
    case "rule":
      return ends.get(node.name)?.[at] ?? new Set();
    default:
      throw new TypeError(`Not in test grammars: ${node.kind}`);
  }
}
