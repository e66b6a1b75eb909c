/** Compiles the syntax tree of a pattern to the language of the texts in which it finds a match. */
import type { AST } from "@eslint-community/regexpp";
import type { LanguageArena } from "./arena.js";
import type { CodePointSet } from "./code-point-set.js";
import { LanguageLimitError } from "./limits.js";
import { Kind, type Language } from "./nodes.js";
import { lineEnds, wordSet } from "./pattern-classes.js";
import { type Continuation, constant, lazy } from "./pattern-continuation.js";
import { PatternError } from "./pattern-error.js";
import { type Left, LeftContexts, START } from "./pattern-left.js";
import type { ModifiedNodes } from "./pattern-modifiers.js";
import { SimpleParts } from "./pattern-simple.js";
import { childrenOf, looksBeyond, looksLeft, type Node, splitAt } from "./pattern-tree.js";

/** Loops around assertions are unrolled this often at most. */
const MAX_COPIES = 1000;
/** States of the automaton that reads what stands to the left of look-behinds inside groups. */
const MAX_LEFTS = 100;

export class PatternCompiler {
  readonly #simple: SimpleParts;
  /** What look-behinds match: texts up to their place. */
  readonly #behinds = new Map<AST.LookbehindAssertion, Language>();
  /** Look-behinds, and sets of code points, that the left side is asked about; their indices in `#lefts`. */
  readonly #tracked: AST.LookbehindAssertion[] = [];
  readonly #trackedSets: CodePointSet[] = [];
  #lefts: LeftContexts | undefined;
  #copies = 0;

  /**
   * @param unicode whether the pattern was read with the flag u
   * @param modified what the modifiers of the pattern's groups apply to
   */
  constructor(
    private readonly arena: LanguageArena,
    private readonly source: string,
    private readonly alternatives: readonly AST.Alternative[],
    private readonly unicode: boolean,
    private readonly modified: ModifiedNodes,
  ) {
    this.#simple = new SimpleParts(arena, source, unicode, modified);
    for (const { elements } of alternatives) this.#track(elements);
  }

  /** The texts in which the pattern matches somewhere; if `whole`, from their start to their end. */
  compile(whole: boolean): Language {
    const { arena, alternatives } = this;
    const end = constant(whole ? arena.epsilon : arena.any);
    if (alternatives.every((alternative) => this.#simple.has(alternative))) {
      const language = this.#simple.alternatives(alternatives);
      return whole ? language : arena.concat(arena.any, language, arena.any);
    }
    return arena.union(alternatives.map((alternative) => this.#search(alternative.elements, end, whole)));
  }

  /** The texts at the end of which the pattern matches. */
  compileBehind(): Language {
    const { arena, alternatives } = this;
    const end = constant(arena.epsilon);
    return arena.union(alternatives.map((alternative) => this.#search(alternative.elements, end, false)));
  }

  /** The texts in which the elements match somewhere (if `anchored`, at the start) and are followed by `end`. */
  #search(elements: readonly AST.Element[], end: Continuation, anchored: boolean): Language {
    const { arena } = this;
    const last = splitAt(elements);
    if (last < 0) {
      const match = this.#sequence(elements, end);
      if (anchored) return match.at(START, true);
      if (match.blind) return arena.concat(arena.any, match.at(START, true));
      return this.#after(arena.any, START, (left) => match.at(left, true));
    }
    const assertion = elements[last] as AST.LookbehindAssertion;
    const behind = this.#behind(assertion);
    const prefix = arena.intersection([
      this.#search(elements.slice(0, last), constant(arena.epsilon), anchored),
      assertion.negate ? arena.complement(behind) : behind,
    ]);
    const rest = this.#sequence(elements.slice(last + 1), end);
    if (rest.blind) return arena.concat(prefix, rest.at(START, true));
    return this.#after(prefix, START, (left) => rest.at(left, true));
  }

  /** The texts, from the start on, at whose end a look-behind finds what it names. */
  #behind(assertion: AST.LookbehindAssertion): Language {
    let behind = this.#behinds.get(assertion);
    if (behind === undefined) {
      const { arena, source, unicode, modified } = this;
      const { alternatives } = assertion;
      if (alternatives.some(({ elements }) => looksBeyond(elements)))
        throw new PatternError(source, "look-behind", `${assertion.raw} looks beyond its end`);
      behind = new PatternCompiler(arena, source, alternatives, unicode, modified).compileBehind();
      this.#behinds.set(assertion, behind);
    }
    return behind;
  }

  /** Finds what the left side is asked about, except by what `#search` cuts off. */
  #track(elements: readonly AST.Element[]): void {
    const last = splitAt(elements);
    if (last >= 0) this.#track(elements.slice(0, last));
    const visit = (node: Node): void => {
      if (node.type !== "Assertion") {
        for (const child of childrenOf(node)) visit(child);
      } else if (node.kind === "lookbehind") this.#tracked.push(node);
      else if (node.kind === "lookahead") for (const child of node.alternatives) visit(child);
      else {
        const set = this.#askedBy(node);
        if (set !== undefined && !this.#trackedSets.includes(set)) this.#trackedSets.push(set);
      }
    };
    for (const element of elements.slice(last + 1)) visit(element);
  }

  /** The set that the code points beside an assertion are looked up in. */
  #askedBy(assertion: AST.EdgeAssertion | AST.WordBoundaryAssertion): CodePointSet | undefined {
    const { unicode, modified, arena } = this;
    if (assertion.kind !== "word")
      return modified.multiline.has(assertion) ? lineEnds(arena.sets) : undefined;
    const ignoreCase = modified.ignoreCase.has(assertion);
    return wordSet(arena.sets, { unicode, ignoreCase, dotAll: false });
  }

  #contexts(): LeftContexts {
    if (this.#lefts === undefined) {
      const behinds = this.#tracked.map((assertion) => this.#behind(assertion));
      this.#lefts = new LeftContexts(this.arena, this.#trackedSets, behinds, MAX_LEFTS, () => {
        const detail = "look-behinds inside groups, or beside look-aheads, with too many cases";
        throw new PatternError(this.source, "look-behind", detail);
      });
    }
    return this.#lefts;
  }

  #endsIn(left: Left, set: CodePointSet): boolean {
    return this.#contexts().endsIn(left, this.#trackedSets.indexOf(set));
  }

  /** A text of a language, and what its end calls for; `stay` where nothing is read. */
  #after(
    language: Language,
    left: Left,
    rest: (left: Left) => Language,
    stay: Language = rest(left),
  ): Language {
    const { arena } = this;
    const { nodes, sets } = arena;
    const contexts = this.#contexts();
    if (nodes.kind[language] === Kind.Class) {
      const byRest = new Map<Language, CodePointSet>();
      for (const { set, to } of contexts.moves(left)) {
        const some = sets.intersection(set, nodes.a[language]!);
        if (some === sets.none) continue;
        const after = rest(to);
        byRest.set(after, sets.union(byRest.get(after) ?? sets.none, some));
      }
      return arena.union([...byRest].map(([after, set]) => arena.concat(arena.codePoints(set), after)));
    }
    if (nodes.kind[language] === Kind.Literal)
      return arena.concat(language, rest(contexts.after(left, arena.asText(language)!)));
    const byRest = new Map<Language, Left[]>();
    for (const to of [...contexts.reachable(left)].sort((x, y) => x - y)) {
      const after = rest(to);
      byRest.set(after, [...(byRest.get(after) ?? []), to]);
    }
    const nullable = arena.nullable(language);
    const [only] = byRest.size === 1 ? byRest.keys() : [];
    if (only !== undefined && (!nullable || stay === only)) return arena.concat(language, only);
    const parts = nullable ? [stay] : [];
    for (const [after, targets] of byRest) {
      const texts =
        only === undefined ? contexts.texts(left, targets) : arena.length(1, Number.POSITIVE_INFINITY);
      parts.push(arena.concat(arena.intersection([language, texts]), after));
    }
    return arena.union(parts);
  }

  #alternatives(alternatives: readonly AST.Alternative[], next: Continuation): Continuation {
    if (next.blind && alternatives.every((alternative) => this.#simple.has(alternative))) {
      return this.#simpleThen(this.#simple.alternatives(alternatives), next);
    }
    const all = alternatives.map((alternative) => this.#sequence(alternative.elements, next));
    const blind = all.every((one) => one.blind);
    return lazy(blind, (left, moved) => this.arena.union(all.map((one) => one.at(left, moved))));
  }

  #sequence(elements: readonly AST.Element[], next: Continuation): Continuation {
    for (let end = elements.length; end > 0; ) {
      let start = end;
      while (start > 0 && this.#simple.has(elements[start - 1]!)) start--;
      if (start < end) next = this.#simpleThen(this.#simple.sequence(elements.slice(start, end)), next);
      else next = this.#element(elements[--start]!, next);
      end = start;
    }
    return next;
  }

  #simpleThen(language: Language, next: Continuation): Continuation {
    if (next.blind) return constant(this.arena.concat(language, next.at(START, true)));
    return lazy(false, (left, moved) =>
      this.#after(language, left, (last) => next.at(last, true), next.at(left, moved)),
    );
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
      case "start": {
        const ends = this.#askedBy(assertion);
        const isStart = (left: Left) => left === START || (ends !== undefined && this.#endsIn(left, ends));
        return lazy(false, (left, moved) => (isStart(left) ? next.at(left, moved) : arena.empty));
      }
      case "end": {
        const ends = this.#askedBy(assertion);
        if (ends === undefined) {
          return lazy(next.blind, (left, moved) =>
            arena.nullable(next.at(left, moved)) ? arena.epsilon : arena.empty,
          );
        }
        const line = arena.union([arena.epsilon, arena.concat(arena.codePoints(ends), arena.any)]);
        return lazy(next.blind, (left, moved) => arena.intersection([next.at(left, moved), line]));
      }
      case "word": {
        const words = this.#askedBy(assertion)!;
        const wordNext = arena.concat(arena.codePoints(words), arena.any);
        return lazy(false, (left, moved) => {
          const isWord = this.#endsIn(left, words) !== assertion.negate;
          return arena.intersection([next.at(left, moved), isWord ? arena.complement(wordNext) : wordNext]);
        });
      }
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
      case "lookbehind": {
        const index = this.#tracked.indexOf(assertion);
        return lazy(false, (left, moved) =>
          this.#contexts().isIn(left, index) === assertion.negate ? arena.empty : next.at(left, moved),
        );
      }
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
}
