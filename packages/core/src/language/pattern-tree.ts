/** What can be told of a pattern by its syntax tree alone. */
import type { AST } from "@eslint-community/regexpp";

export type Node = AST.Alternative | AST.Element;

/** The parts of a node that are patterns themselves. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.type) {
    case "Alternative":
      return node.elements;
    case "Quantifier":
      return [node.element];
    case "Group":
    case "CapturingGroup":
      return node.alternatives;
    case "Assertion":
      return node.kind === "lookahead" || node.kind === "lookbehind" ? node.alternatives : [];
    default:
      return [];
  }
}

/**
 * The last look-behind that can be cut off: it intersects what comes before it, which then must not look ahead itself.
 * Those inside groups and the others cannot; -1 if there is none.
 */
export function splitAt(elements: readonly AST.Element[]): number {
  const last = elements.findLastIndex(({ type, kind }: { type: string; kind?: string }) => {
    return type === "Assertion" && kind === "lookbehind";
  });
  return looksBeyond(elements.slice(0, Math.max(0, last))) ? -1 : last;
}

/** Whether a node asks what stands to its left. */
export function looksLeft(node: Node): boolean {
  if (node.type === "Assertion" && node.kind !== "end" && node.kind !== "lookahead") return true;
  return childrenOf(node).some(looksLeft);
}

/** Whether elements one after the other ask what stands beyond their end; `covered`: something is read there anyway. */
export function looksBeyond(elements: readonly Node[], covered = false): boolean {
  for (let i = elements.length - 1; i >= 0; i--) {
    const node = elements[i]!;
    // A word boundary asks for one code point.
    if (node.type === "Assertion" && node.kind === "word") {
      if (!covered) return true;
    } else if (node.type === "Assertion" && (node.kind === "end" || node.kind === "lookahead")) return true;
    else if (node.type === "Group" || node.type === "CapturingGroup") {
      if (node.alternatives.some((alternative) => looksBeyond(alternative.elements, covered))) return true;
    } else if (node.type === "Quantifier" && looksBeyond([node.element], covered)) return true;
    covered ||= alwaysReads(node);
  }
  return false;
}

/** Whether every match of a node has a code point. */
function alwaysReads(node: Node): boolean {
  switch (node.type) {
    case "Character":
    case "CharacterSet":
    case "CharacterClass":
      return true;
    case "Group":
    case "CapturingGroup":
      return node.alternatives.every(({ elements }) => elements.some(alwaysReads));
    case "Quantifier":
      return node.min > 0 && alwaysReads(node.element);
    default:
      return false;
  }
}
