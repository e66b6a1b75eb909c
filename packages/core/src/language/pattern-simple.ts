import type { AST } from "@eslint-community/regexpp";
import type { LanguageArena } from "./arena.js";
import type { Language } from "./nodes.js";
import { setOf } from "./pattern-classes.js";
import { PatternError } from "./pattern-error.js";
import type { CharacterNode, ModifiedNodes } from "./pattern-modifiers.js";
import { childrenOf, type Node } from "./pattern-tree.js";

/** The parts of a pattern without assertions and references: each is a language of its own, whatever is around it. */
export class SimpleParts {
  readonly #simple = new Map<Node, boolean>();

  constructor(
    private readonly arena: LanguageArena,
    private readonly source: string,
    private readonly unicode: boolean,
    private readonly modified: ModifiedNodes,
  ) {}

  /** Whether a node has no assertions and no references: then it is a language of its own. */
  has(node: Node): boolean {
    let simple = this.#simple.get(node);
    if (simple === undefined) {
      simple =
        node.type !== "Assertion" &&
        node.type !== "Backreference" &&
        node.type !== "ExpressionCharacterClass";
      simple &&= childrenOf(node).every((child) => this.has(child));
      this.#simple.set(node, simple);
    }
    return simple;
  }

  /** Runs of characters become one text (also the halves of a pair, which the parser tells apart without the u flag). */
  sequence(elements: readonly AST.Element[]): Language {
    const parts: Language[] = [];
    for (let i = 0; i < elements.length; ) {
      let run = "";
      for (let next = elements[i]; this.#isOneText(next); next = elements[++i]) {
        run += String.fromCodePoint(next.value);
      }
      if (run !== "") parts.push(this.arena.text(run));
      else parts.push(this.#languageOf(elements[i++]!));
    }
    return this.arena.concat(...parts);
  }

  /** Alternatives that are single texts become a prefix trie. */
  alternatives(alternatives: readonly AST.Alternative[]): Language {
    const { arena } = this;
    const texts: string[] = [];
    const others: Language[] = [];
    for (const { elements } of alternatives) {
      if (
        alternatives.length > 2 &&
        elements.length > 0 &&
        elements.every((element) => this.#isOneText(element))
      ) {
        texts.push(String.fromCodePoint(...elements.map((element) => element.value)));
      } else others.push(this.sequence(elements));
    }
    return arena.union([...others, arena.choice(texts)]);
  }

  /** Whether an element matches one character and no other. */
  #isOneText(element: AST.Element | undefined): element is AST.Character {
    return element?.type === "Character" && !this.modified.ignoreCase.has(element);
  }

  #setOf(node: CharacterNode): Language {
    const { arena, unicode } = this;
    const ignoreCase = this.modified.ignoreCase.has(node);
    const dotAll = this.modified.dotAll.has(node);
    return arena.codePoints(setOf(arena.sets, node, { unicode, ignoreCase, dotAll }));
  }

  #languageOf(element: AST.Element): Language {
    const { arena } = this;
    switch (element.type) {
      case "Character":
      case "CharacterSet":
      case "CharacterClass":
        return this.#setOf(element);
      case "Group":
      case "CapturingGroup":
        return this.alternatives(element.alternatives);
      case "Quantifier":
        return arena.repeat(this.#languageOf(element.element), element.min, element.max);
      default:
        throw new PatternError(this.source, "unsupported", element.raw);
    }
  }
}
