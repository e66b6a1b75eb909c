/** Compiles the syntax tree of a pattern to the language of the texts in which it finds a match. */
import type { AST } from "@eslint-community/regexpp";
import type { LanguageArena } from "./arena.js";
import { LanguageLimitError } from "./limits.js";
import type { Language } from "./nodes.js";
import { setOf, wordSet } from "./pattern-classes.js";
import { type Continuation, constant, LEFTS, Left, lazy } from "./pattern-continuation.js";
import { PatternError } from "./pattern-error.js";
import { type CharacterNode, type ModifiedNodes, modifiedNodes } from "./pattern-modifiers.js";

type Node = AST.Alternative | AST.Element;

/** Loops around assertions are unrolled this often at most. */
const MAX_COPIES = 1000;

export class PatternCompiler {
  readonly #simple = new Map<Node, boolean>();
  /** Texts of one code point. */
  readonly #word: Language;
  readonly #other: Language;
  readonly #modified: ModifiedNodes;
  #copies = 0;

  /** @param unicode whether the pattern was read with the flag u */
  constructor(
    private readonly arena: LanguageArena,
    private readonly source: string,
    private readonly pattern: AST.Pattern,
    private readonly unicode: boolean,
  ) {
    const { sets } = arena;
    this.#modified = modifiedNodes(source, pattern);
    const ignoreCase = this.#modified.boundariesIgnoreCase;
    const words = wordSet(sets, { unicode, ignoreCase, dotAll: false });
    this.#word = arena.codePoints(words);
    this.#other = arena.codePoints(sets.complement(words));
  }

  /** The texts in which the pattern matches somewhere; if `whole`, from their start to their end. */
  compile(whole: boolean): Language {
    const { arena, pattern } = this;
    const end = constant(whole ? arena.epsilon : arena.any);
    if (pattern.alternatives.every((alternative) => this.#isSimple(alternative))) {
      const language = this.#languageOfAlternatives(pattern.alternatives);
      return whole ? language : arena.concat(arena.any, language, arena.any);
    }
    return arena.union(
      pattern.alternatives.map((alternative) => this.#search(alternative.elements, end, whole)),
    );
  }

  /** The texts in which the elements match somewhere (if `anchored`, at the start) and are followed by `end`. */
  #search(elements: readonly AST.Element[], end: Continuation, anchored: boolean): Language {
    const { arena } = this;
    const last = elements.findLastIndex(
      (element) => element.type === "Assertion" && element.kind === "lookbehind",
    );
    if (last < 0) {
      const match = this.#sequence(elements, end);
      if (anchored) return match.at(Left.Start, true);
      if (match.blind) return arena.concat(arena.any, match.at(Left.Other, true));
      return this.#after(arena.any, (left) => match.at(left, true));
    }
    // A look-behind intersects what comes before it, which then must not look ahead itself.
    const assertion = elements[last] as AST.LookbehindAssertion;
    const before = elements.slice(0, last);
    if (!before.every((element) => !looksRight(element)) || assertion.alternatives.some(looksRight)) {
      throw new PatternError(this.source, "look-behind", "a look-behind next to a look-ahead or boundary");
    }
    const behind = arena.union(
      assertion.alternatives.map((alternative) =>
        this.#search(alternative.elements, constant(arena.epsilon), false),
      ),
    );
    const prefix = arena.intersection([
      this.#search(before, constant(arena.epsilon), anchored),
      assertion.negate ? arena.complement(behind) : behind,
    ]);
    const rest = this.#sequence(elements.slice(last + 1), end);
    if (rest.blind) return arena.concat(prefix, rest.at(Left.Other, true));
    return this.#after(prefix, (left) => rest.at(left, true));
  }

  /** The texts of a language followed by what its last code point (or its emptiness) calls for. */
  #after(language: Language, rest: (left: Left) => Language): Language {
    const { arena } = this;
    const [start, word, other] = LEFTS.map(rest) as [Language, Language, Language];
    const parts: Language[] = arena.nullable(language) ? [start] : [];
    if (word === other && (word === start || !arena.nullable(language))) return arena.concat(language, word);
    if (word === other) parts.push(arena.concat(this.#nonEmpty(language), word));
    else {
      parts.push(arena.concat(this.#endingWith(language, this.#word), word));
      parts.push(arena.concat(this.#endingWith(language, this.#other), other));
    }
    return arena.union(parts);
  }

  #nonEmpty(language: Language): Language {
    return this.arena.nullable(language)
      ? this.arena.intersection([language, this.arena.length(1, Infinity)])
      : language;
  }

  #endingWith(language: Language, last: Language): Language {
    const { arena } = this;
    if (language === arena.any) return arena.concat(arena.any, last);
    return arena.intersection([language, arena.concat(arena.any, last)]);
  }

  #alternatives(alternatives: readonly AST.Alternative[], next: Continuation): Continuation {
    if (next.blind && alternatives.every((alternative) => this.#isSimple(alternative))) {
      return this.#simpleThen(this.#languageOfAlternatives(alternatives), next);
    }
    const all = alternatives.map((alternative) => this.#sequence(alternative.elements, next));
    const blind = all.every((one) => one.blind);
    return lazy(blind, (left, moved) => this.arena.union(all.map((one) => one.at(left, moved))));
  }

  #sequence(elements: readonly AST.Element[], next: Continuation): Continuation {
    for (let end = elements.length; end > 0; ) {
      let start = end;
      while (start > 0 && this.#isSimple(elements[start - 1]!)) start--;
      if (start < end) next = this.#simpleThen(this.#languageOfSequence(elements.slice(start, end)), next);
      else next = this.#element(elements[--start]!, next);
      end = start;
    }
    return next;
  }

  #simpleThen(language: Language, next: Continuation): Continuation {
    const { arena } = this;
    if (next.blind) return constant(arena.concat(language, next.at(Left.Other, true)));
    return lazy(false, (left, moved) => {
      const stay = next.at(left, moved);
      return this.#after(language, (last) => (last === Left.Start ? stay : next.at(last, true)));
    });
  }

  /** An element with an assertion in it. */
  #element(element: AST.Element, next: Continuation): Continuation {
    switch (element.type) {
      case "Group":
      case "CapturingGroup":
        return this.#alternatives(element.alternatives, next);
      case "Quantifier":
        return this.#loop(element, next);
      case "Assertion":
        return this.#assertion(element, next);
      case "Backreference":
        throw new PatternError(this.source, "back-reference", element.raw);
      default:
        throw new PatternError(this.source, "unsupported", element.raw);
    }
  }

  #assertion(assertion: AST.Assertion, next: Continuation): Continuation {
    const { arena } = this;
    switch (assertion.kind) {
      case "start":
        return lazy(false, (left, moved) => (left === Left.Start ? next.at(left, moved) : arena.empty));
      case "end":
        return lazy(next.blind, (left, moved) =>
          arena.nullable(next.at(left, moved)) ? arena.epsilon : arena.empty,
        );
      case "word":
        return lazy(false, (left, moved) => {
          const isWord = (left === Left.Word) !== assertion.negate;
          const wordNext = arena.concat(this.#word, arena.any);
          return arena.intersection([next.at(left, moved), isWord ? arena.complement(wordNext) : wordNext]);
        });
      case "lookahead": {
        const ahead = this.#alternatives(assertion.alternatives, constant(arena.any));
        return lazy(ahead.blind && next.blind, (left, moved) => {
          const inside = ahead.at(left, true);
          return arena.intersection([
            next.at(left, moved),
            assertion.negate ? arena.complement(inside) : inside,
          ]);
        });
      }
      default:
        throw new PatternError(this.source, "look-behind", "a look-behind inside a group");
    }
  }

  /** A quantifier around assertions. An iteration past the minimum that reads nothing fails, as ECMA-262 has it. */
  #loop(quantifier: AST.Quantifier, next: Continuation): Continuation {
    const { arena } = this;
    const { min, max, element } = quantifier;
    this.#copies += min + (max === Infinity ? 1 : max - min);
    if (this.#copies > MAX_COPIES)
      throw new LanguageLimitError("maxPatternLength", arena.nodes.limits.maxPatternLength);
    let loop: Continuation;
    if (max === Infinity) loop = this.#star(element, next);
    else {
      loop = next;
      for (let i = min; i < max; i++) loop = this.#option(element, loop, next);
    }
    for (let i = 0; i < min; i++) loop = this.#sequence([element], loop);
    return loop;
  }

  /** Either `next`, or one iteration that moves and then `after`. */
  #option(element: AST.Element, after: Continuation, next: Continuation): Continuation {
    const { arena } = this;
    const moving = lazy(false, (left, moved) => (moved ? after.at(left, true) : arena.empty));
    const body = this.#sequence([element], moving);
    const blind = next.blind && after.blind && !looksLeft(element);
    return lazy(blind, (left, moved) => arena.union([next.at(left, moved), body.at(left, false)]));
  }

  /** The smallest solution of Z = next ∪ element·Z, as a node that is unfolded where it is read. */
  #star(element: AST.Element, next: Continuation): Continuation {
    const { arena } = this;
    const blind = next.blind && !looksLeft(element);
    const again: Continuation = lazy(blind, (left) => {
      const exit = next.at(left, true);
      return arena.fixpoint(exit, () => arena.union([exit, body.at(left, false)]));
    });
    const body = this.#sequence(
      [element],
      lazy(false, (left, moved) => (moved ? again.at(left, true) : arena.empty)),
    );
    return lazy(blind, (left, moved) => {
      const exit = next.at(left, moved);
      return exit === next.at(left, true) ? again.at(left, true) : arena.union([exit, body.at(left, false)]);
    });
  }

  /** Whether a node has no assertions and no references: then it is a language of its own. */
  #isSimple(node: Node): boolean {
    let simple = this.#simple.get(node);
    if (simple === undefined) {
      simple =
        node.type !== "Assertion" &&
        node.type !== "Backreference" &&
        node.type !== "ExpressionCharacterClass";
      simple &&= childrenOf(node).every((child) => this.#isSimple(child));
      this.#simple.set(node, simple);
    }
    return simple;
  }

  /** Runs of characters become one text (also the halves of a pair, which the parser tells apart without the u flag). */
  #languageOfSequence(elements: readonly AST.Element[]): Language {
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
  #languageOfAlternatives(alternatives: readonly AST.Alternative[]): Language {
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
      } else others.push(this.#languageOfSequence(elements));
    }
    return arena.union([...others, arena.choice(texts)]);
  }

  /** Whether an element matches one character and no other. */
  #isOneText(element: AST.Element | undefined): element is AST.Character {
    return element?.type === "Character" && !this.#modified.ignoreCase.has(element);
  }

  #setOf(node: CharacterNode): Language {
    const { arena, unicode } = this;
    const ignoreCase = this.#modified.ignoreCase.has(node);
    const dotAll = this.#modified.dotAll.has(node);
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
        return this.#languageOfAlternatives(element.alternatives);
      case "Quantifier":
        return arena.repeat(this.#languageOf(element.element), element.min, element.max);
      default:
        throw new PatternError(this.source, "unsupported", element.raw);
    }
  }
}

function childrenOf(node: Node): readonly Node[] {
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

/** Whether a node asks what stands to its left. */
function looksLeft(node: Node): boolean {
  if (node.type === "Assertion" && node.kind !== "end" && node.kind !== "lookahead") return true;
  return childrenOf(node).some(looksLeft);
}

/** Whether a node asks what stands to its right. */
function looksRight(node: Node): boolean {
  if (node.type === "Assertion" && node.kind !== "start" && node.kind !== "lookbehind") return true;
  return childrenOf(node).some(looksRight);
}
