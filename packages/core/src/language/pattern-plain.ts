/**
 * Patterns as most are: assertions stand at the ends of alternatives only, `^` first and `$` last, and nothing refers
 * back. They can always be compiled, so that can wait, and that they match something shows in their syntax tree.
 */
import type { AST } from "@eslint-community/regexpp";
import type { CodePointSets } from "./code-point-set.js";
import { isSurrogate } from "./code-point-set.js";
import { setOf } from "./pattern-classes.js";
import type { ModifiedNodes } from "./pattern-modifiers.js";
import { childrenOf, type Node } from "./pattern-tree.js";

export function isPlain({ alternatives }: AST.Pattern): boolean {
  return alternatives.every(({ elements }) => middleOf(elements).every(isFree));
}

/** Characters that stand for themselves, and two escapes, between the ends of a text. */
const ONE_TEXT = /^\^((?:[\w \-/:,;#@&=~%'"<>!]|\\[./])*)\$$/;

/** The text that a pattern like `^text$` matches and no other; undefined for patterns that say more, or say it otherwise. */
export function onlyTextOf(source: string): string | undefined {
  return ONE_TEXT.exec(source)?.[1]?.replaceAll("\\", "");
}

/** The elements without `^` at the start and `$` at the end. */
function middleOf(elements: readonly AST.Element[]): readonly AST.Element[] {
  const [first] = elements;
  const last = elements.at(-1);
  const start = first?.type === "Assertion" && first.kind === "start" ? 1 : 0;
  const end = last?.type === "Assertion" && last.kind === "end" ? 1 : 0;
  return elements.slice(start, Math.max(start, elements.length - end));
}

/** Whether there is no assertion and no reference in a node. */
function isFree(node: Node): boolean {
  if (node.type === "Assertion" || node.type === "Backreference") return false;
  return node.type !== "ExpressionCharacterClass" && childrenOf(node).every(isFree);
}

/** How the nodes of a pattern are read. */
export interface PlainReading {
  readonly sets: CodePointSets;
  readonly unicode: boolean;
  readonly modified: ModifiedNodes;
}

/** A length, in code points, that some text has that a plain pattern matches; Infinity: none is found. */
export function somePlainLength({ alternatives }: AST.Pattern, reading: PlainReading): number {
  return Math.min(...alternatives.map(({ elements }) => lengthOf(middleOf(elements), reading)));
}

function lengthOf(elements: readonly Node[], reading: PlainReading): number {
  let length = 0;
  for (const element of elements) length += lengthOfNode(element, reading);
  return length;
}

function lengthOfNode(node: Node, reading: PlainReading): number {
  switch (node.type) {
    case "Character":
      return isSurrogate(node.value) ? Number.POSITIVE_INFINITY : 1;
    case "CharacterSet":
    case "CharacterClass": {
      const { sets, unicode, modified } = reading;
      const ignoreCase = modified.ignoreCase.has(node);
      const dotAll = modified.dotAll.has(node);
      const set = setOf(sets, node, { unicode, ignoreCase, dotAll });
      return set === sets.none ? Number.POSITIVE_INFINITY : 1;
    }
    case "Quantifier":
      return node.min === 0 ? 0 : node.min * lengthOfNode(node.element, reading);
    case "Group":
    case "CapturingGroup":
      return Math.min(...node.alternatives.map(({ elements }) => lengthOf(elements, reading)));
    case "Alternative":
      return lengthOf(node.elements, reading);
    default:
      return Number.POSITIVE_INFINITY;
  }
}
