/** Regular expressions of ECMA-262 as languages. */
import { type AST, RegExpParser, RegExpSyntaxError } from "@eslint-community/regexpp";
import type { LanguageArena } from "./arena.js";
import { LanguageLimitError } from "./limits.js";
import type { Language } from "./nodes.js";
import { PatternCompiler } from "./pattern-compiler.js";
import { PatternError } from "./pattern-error.js";
import { modifiedNodes } from "./pattern-modifiers.js";
import { isPlain, somePlainLength } from "./pattern-plain.js";

export interface PatternOptions {
  /** Whether the pattern must match from the start of the text to its end; else somewhere, as JSON Schema has it. */
  readonly whole?: boolean;
}

export interface Pattern {
  /**
   * The texts that match; of patterns that can always be compiled it is made when it is first asked for.
   * @throws LanguageLimitError
   */
  readonly language: Language;
  /** False where the pattern is invalid with the u flag and was read without it (ECMA-262, Annex B). */
  readonly unicode: boolean;
  /** A length, in code points, of some text that matches, as far as the pattern's syntax shows one. */
  readonly knownLength: number | undefined;
}

class LazyPattern implements Pattern {
  readonly unicode: boolean;
  private readonly whole: boolean;
  private readonly isPlain: boolean;
  private made: Language | undefined;
  private length: number | undefined;

  constructor(
    private readonly arena: LanguageArena,
    private readonly source: string,
    private readonly tree: AST.Pattern,
    { unicode, whole }: { readonly unicode: boolean; readonly whole: boolean },
  ) {
    this.unicode = unicode;
    this.whole = whole;
    this.isPlain = isPlain(tree);
    // What may be wrong with others shows only when they are compiled.
    if (!this.isPlain) this.made = this.compile();
  }

  get language(): Language {
    this.made ??= this.compile();
    return this.made;
  }

  get knownLength(): number | undefined {
    if (!this.isPlain) return undefined;
    if (this.length === undefined) {
      const { arena, tree, unicode } = this;
      this.length = somePlainLength(tree, { sets: arena.sets, unicode, modified: modifiedNodes(tree) });
    }
    return this.length === Number.POSITIVE_INFINITY ? undefined : this.length;
  }

  private compile(): Language {
    const { arena, source, tree, unicode, whole } = this;
    const compiler = new PatternCompiler(arena, source, tree.alternatives, unicode, modifiedNodes(tree));
    return arena.nodes.bounded(() => compiler.compile(whole));
  }
}

/** Groups may nest this deep; the parser is recursive. */
const MAX_DEPTH = 250;
const known = new WeakMap<LanguageArena, Map<string, Pattern>>();

/**
 * Compiles a pattern. All of ECMA-262 (2025) without flags other than u, except for back-references, which are not
 * regular, and some look-behinds: those that look beyond their own end, and those inside groups or behind look-aheads
 * that have to keep apart too many cases of what stands before them. Texts are read by code points, also without u.
 *
 * Membership is that of `RegExp.prototype.test`; greedy and lazy quantifiers are the same, groups do not capture.
 *
 * @throws PatternError if the pattern is invalid or not regular
 * @throws LanguageLimitError if it is longer or deeper than the limits
 */
export function compilePattern(arena: LanguageArena, source: string, options: PatternOptions = {}): Pattern {
  let patterns = known.get(arena);
  if (!patterns) known.set(arena, (patterns = new Map()));
  const key = `${options.whole === true ? "w" : "s"}${source}`;
  let pattern = patterns.get(key);
  if (!pattern) {
    const { tree, unicode } = parse(arena, source);
    pattern = new LazyPattern(arena, source, tree, { unicode, whole: options.whole === true });
    patterns.set(key, pattern);
  }
  return pattern;
}

function parse(arena: LanguageArena, source: string): { tree: AST.Pattern; unicode: boolean } {
  const { maxPatternLength } = arena.nodes.limits;
  // A node needs a character at least, so this bounds the nodes too.
  if (source.length > maxPatternLength || depthOf(source) > MAX_DEPTH) {
    throw new LanguageLimitError("maxPatternLength", maxPatternLength);
  }
  const parser = new RegExpParser({ ecmaVersion: 2025 });
  const read = (unicode: boolean) =>
    parser.parsePattern(source, 0, source.length, { unicode, unicodeSets: false });
  try {
    return { tree: read(true), unicode: true };
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error;
  }
  try {
    return { tree: read(false), unicode: false };
  } catch (error) {
    if (error instanceof RegExpSyntaxError) throw new PatternError(source, "syntax", error.message);
    throw error;
  }
}

/** The deepest nesting of parentheses, or more where they are escaped or in classes. */
function depthOf(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < source.length; i++) {
    const character = source[i];
    if (character === "\\") i++;
    else if (character === "(") deepest = Math.max(deepest, ++depth);
    else if (character === ")" && depth > 0) depth--;
  }
  return deepest;
}
