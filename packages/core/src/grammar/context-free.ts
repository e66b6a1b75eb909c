/** Compiles what the front ends of context-free grammars make of their sources. */
import type { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import type { TokenChoice } from "../automaton/context-free/terminals.js";
import type { Engine } from "../automaton/engine.js";
import { type CompileReport, plainReport } from "../json-schema/report.js";
import { DEFAULT_GRAMMAR_LIMITS, type GrammarLimits, within } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { type Generation, type Grammar, RenewableGrammar } from "./grammar.js";
import { sharedLexemes } from "./lexemes.js";
import { RuleBuilder } from "./rule-builder.js";
import type { GrammarTree } from "./tree.js";
import { uselessRules } from "./useless-rules.js";

export interface GrammarOptions {
  /** Bounds on what the grammar may cost; missing ones have defaults. */
  readonly limits?: Partial<GrammarLimits>;
}

/** Beyond that, well below the limits, the next matcher gets a new automaton. */
const FULL_ARENA = 120_000;
const FULL_TEXTS = 500_000;
/** A position has a row of 1 KB. */
const FULL_POSITIONS = 50_000;

/**
 * The grammar of a tree, called `dialect` in its report.
 *
 * @throws GrammarError where no text matches, or a rule is missing; SchemaError and its kinds for schemas in it
 * @throws GrammarLimitError, LanguageLimitError where it is too large
 */
export function compileTree(dialect: string, tree: GrammarTree, options: GrammarOptions = {}): Grammar {
  return new TreeGrammar(dialect, tree, { ...DEFAULT_GRAMMAR_LIMITS, ...options.limits });
}

/**
 * A grammar that asks for tokens is another one for a vocabulary that lacks some of them: nothing that needs these can be
 * written. So there is an automaton for each set of missing ones.
 */
class TreeGrammar implements Grammar {
  private readonly dialect: string;
  private readonly tree: GrammarTree;
  private readonly limits: GrammarLimits;
  private readonly complete: RenewableGrammar;
  private readonly without = new Map<string, RenewableGrammar>();
  private readonly tokens: ReadonlyMap<string, TokenChoice>;

  constructor(dialect: string, tree: GrammarTree, limits: GrammarLimits) {
    this.dialect = dialect;
    this.tree = tree;
    this.limits = limits;
    this.complete = this.grammar(new Set());
    this.tokens = tokensOf(this.complete.automaton as ItemAutomaton);
  }

  get report(): CompileReport {
    return this.complete.report;
  }

  get automaton(): Engine {
    return this.complete.automaton;
  }

  automatonFor(vocabulary: Vocabulary): Engine {
    const missing = new Set<string>();
    for (const [key, choice] of this.tokens) if (choice.list(vocabulary).length === 0) missing.add(key);
    if (missing.size === 0) return this.automaton;
    const key = [...missing].sort().join(" ");
    let grammar = this.without.get(key);
    if (grammar === undefined) {
      grammar = this.grammar(missing);
      this.without.set(key, grammar);
    }
    return grammar.automaton;
  }

  private grammar(missing: ReadonlySet<string>): RenewableGrammar {
    const { dialect, tree, limits } = this;
    const build = (): Generation =>
      within("compileMilliseconds", limits.compileMilliseconds, () => {
        const lexemes = sharedLexemes();
        const builder = new RuleBuilder(tree, lexemes, limits, missing);
        const automaton = builder.build();
        const { arena, texts } = lexemes;
        const isFull = () =>
          arena.nodes.count > FULL_ARENA ||
          texts.count > FULL_TEXTS ||
          automaton.sets.size > Math.min(FULL_POSITIONS, limits.maxPositions / 2) ||
          builder.embedded.some((reader) => reader.size > limits.maxPositions / 2);
        return {
          automaton,
          isFull,
          report: () => ({ ...plainReport(dialect), uselessRules: uselessRules(tree) }),
        };
      });
    return new RenewableGrammar(build(), build);
  }
}

function tokensOf({ rules }: ItemAutomaton): Map<string, TokenChoice> {
  const tokens = new Map<string, TokenChoice>();
  for (const terminal of rules.terminals) {
    if (terminal.tokens !== undefined) tokens.set(terminal.tokens.key, terminal.tokens);
  }
  return tokens;
}
