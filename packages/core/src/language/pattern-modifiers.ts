/** Modifiers of groups in patterns, `(?i:...)`, `(?m:...)` and `(?s:...)` (ECMA-262, 2025). */
import type { AST } from "@eslint-community/regexpp";

/** A node that matches one code point. */
export type CharacterNode = AST.Character | AST.CharacterSet | AST.CharacterClass;

/** Which nodes of a pattern are read under a modifier. */
export interface ModifiedNodes {
  /** Characters, sets, classes and word boundaries without regard to case. */
  readonly ignoreCase: ReadonlySet<AST.Node>;
  /** `^` and `$` at the start and end of each line. */
  readonly multiline: ReadonlySet<AST.Node>;
  /** Dots that match line terminators too. */
  readonly dotAll: ReadonlySet<AST.Node>;
}

type Flag = keyof ModifiedNodes;
type Flags = Readonly<Record<Flag, boolean>>;

/** Finds what the modifiers of a pattern's groups apply to. */
export function modifiedNodes(pattern: AST.Pattern): ModifiedNodes {
  const modified = {
    ignoreCase: new Set<AST.Node>(),
    multiline: new Set<AST.Node>(),
    dotAll: new Set<AST.Node>(),
  };

  const visit = (node: AST.Node, flags: Flags): void => {
    const mark = (flag: Flag) => {
      if (flags[flag]) modified[flag].add(node);
    };
    switch (node.type) {
      case "Group": {
        const { modifiers } = node;
        const now = (flag: Flag) =>
          (flags[flag] || modifiers?.add[flag] === true) && !modifiers?.remove?.[flag];
        const inside = {
          ignoreCase: now("ignoreCase"),
          multiline: now("multiline"),
          dotAll: now("dotAll"),
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
        if (node.kind === "lookahead" || node.kind === "lookbehind") {
          for (const alternative of node.alternatives) visit(alternative, flags);
        } else mark(node.kind === "word" ? "ignoreCase" : "multiline");
        break;
      case "CharacterSet":
        if (node.kind === "any") mark("dotAll");
        mark("ignoreCase");
        break;
      case "Character":
      case "CharacterClass":
        mark("ignoreCase");
        break;
    }
  };

  visit(pattern, { ignoreCase: false, multiline: false, dotAll: false });
  return modified;
}
