/** Modifiers of groups in patterns, `(?i:...)` and `(?s:...)` (ECMA-262, 2025). */
import type { AST } from "@eslint-community/regexpp";
import { PatternError } from "./pattern-error.js";

/** A node that matches one code point. */
export type CharacterNode = AST.Character | AST.CharacterSet | AST.CharacterClass;

/** Which nodes of a pattern are read under a modifier. */
export interface ModifiedNodes {
  /** Characters, sets and classes that match without regard to case. */
  readonly ignoreCase: ReadonlySet<AST.Node>;
  /** Dots that match line terminators too. */
  readonly dotAll: ReadonlySet<AST.Node>;
  /** How word boundaries are to be read: all alike, or it cannot be told by one set of word characters. */
  readonly boundariesIgnoreCase: boolean;
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

/**
 * Finds what the modifiers of a pattern's groups apply to.
 * @throws PatternError for the modifier `m`, and for `\b` both with and without regard to case
 */
export function modifiedNodes(source: string, pattern: AST.Pattern): ModifiedNodes {
  const ignoreCase = new Set<AST.Node>();
  const dotAll = new Set<AST.Node>();
  const boundaries = new Set<boolean>();

  const visit = (node: AST.Node, flags: Flags): void => {
    switch (node.type) {
      case "Group": {
        const { modifiers } = node;
        if (modifiers?.add.multiline || modifiers?.remove?.multiline) {
          throw new PatternError(source, "unsupported", modifiers.raw);
        }
        const inside = {
          ignoreCase:
            (flags.ignoreCase || modifiers?.add.ignoreCase === true) && !modifiers?.remove?.ignoreCase,
          dotAll: (flags.dotAll || modifiers?.add.dotAll === true) && !modifiers?.remove?.dotAll,
        };
        for (const alternative of node.alternatives) visit(alternative, inside);
        break;
      }
      case "Alternative":
        for (const element of node.elements) visit(element, flags);
        break;
      case "Pattern":
      case "CapturingGroup":
        for (const alternative of node.alternatives) visit(alternative, flags);
        break;
      case "Quantifier":
        visit(node.element, flags);
        break;
      case "Assertion":
        if (node.kind === "word") boundaries.add(flags.ignoreCase);
        if (node.kind === "lookahead" || node.kind === "lookbehind") {
          for (const alternative of node.alternatives) visit(alternative, flags);
        }
        break;
      case "Character":
      case "CharacterSet":
      case "CharacterClass":
        if (flags.ignoreCase) ignoreCase.add(node);
        if (flags.dotAll && node.type === "CharacterSet" && node.kind === "any") dotAll.add(node);
        break;
    }
  };

  visit(pattern, { ignoreCase: false, dotAll: false });
  if (boundaries.size > 1) {
    throw new PatternError(source, "unsupported", "\\b with and without regard to case");
  }
  return { ignoreCase, dotAll, boundariesIgnoreCase: boundaries.has(true) };
}
