import { Automaton } from "../automaton/automaton.js";
import type { RuleCapture } from "../automaton/context-free/captures.js";
import { EmbeddedJson } from "../automaton/context-free/embedded-json.js";
import { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import { LimitedReader } from "../automaton/context-free/limited-reader.js";
import { NOTHING_NEXT, Rules } from "../automaton/context-free/rules.js";
import { Ending, NO_BYTES, type Terminal, TokenChoice } from "../automaton/context-free/terminals.js";
import {
  GrammarLimitError,
  type GrammarLimits,
  type Language,
  LanguageLimitError,
} from "../language/index.js";
import { GrammarError } from "./errors.js";
import { compileJsonSchema } from "./json-schema.js";
import type { Lexemes } from "./lexemes.js";
import { RegularNodes } from "./regular-nodes.js";
import type { GrammarNode, GrammarTree } from "./tree.js";

/** Makes the rules of an `ItemAutomaton` from a grammar's tree. */
export class RuleBuilder {
  private readonly tree: GrammarTree;
  private readonly lexemes: Lexemes;
  private readonly limits: GrammarLimits;
  private readonly missing: ReadonlySet<string>;
  private readonly regular: RegularNodes;
  private readonly terminals: Terminal[] = [];
  private readonly terminalsByKey = new Map<string, number>();
  private readonly jsonTerminals = new Map<GrammarNode, number>();
  /** The values of all schemas, whose states count against the limits. */
  readonly embedded: EmbeddedJson[] = [];
  private readonly captures = new Map<number, RuleCapture>();
  private readonly ruleNumbers = new Map<string, number>();
  private readonly pending: { readonly rule: number; readonly node: GrammarNode }[] = [];
  private readonly nonterminal: number[] = [];
  private readonly terminal: number[] = [];
  private readonly next: number[] = [];
  private readonly mayEnd: number[] = [];
  private readonly left: number[] = [];
  private readonly starts: number[][] = [];

  /** @param missing the keys of token choices that the vocabulary has none of */
  constructor(tree: GrammarTree, lexemes: Lexemes, limits: GrammarLimits, missing: ReadonlySet<string>) {
    this.missing = missing;
    this.tree = tree;
    this.lexemes = lexemes;
    this.limits = limits;
    this.regular = new RegularNodes(tree, lexemes.arena);
  }

  /** @throws GrammarError where the grammar has no text */
  build(): ItemAutomaton {
    const startDot = this.sequence([{ kind: "rule", name: this.tree.start }], -1);
    const { ignored } = this.tree;
    const ignoredDot = ignored === undefined ? undefined : this.sequence([ignored], -1);
    for (let task = this.pending.pop(); task !== undefined; task = this.pending.pop()) {
      this.alternatives(task.rule, task.node);
    }
    const { nonterminal, terminal, next, mayEnd, left, starts, limits } = this;
    const rules = new Rules({ nonterminal, terminal, next, mayEnd, left, starts, startDot }, this.terminals);
    if (!((rules.restLength[startDot] as number) < Number.POSITIVE_INFINITY)) {
      const names = [...this.missing].join(", ");
      const lacks = names === "" ? "" : ` The vocabulary lacks the tokens ${names}.`;
      throw new GrammarError(
        `No text matches the rule "${this.tree.start}", so there is no output: each alternative needs a rule that never ends.${lacks}`,
      );
    }
    const plain = { rules, limits, captures: this.captures };
    const options =
      ignoredDot === undefined || (rules.terminal[ignoredDot] as number) < 0
        ? plain
        : { ...plain, ignored: { dot: ignoredDot, isAtStart: this.tree.isIgnoredAtStart === true } };
    const automaton = new ItemAutomaton(options);
    if (!automaton.isLive) {
      throw new GrammarError(
        "No terminal at the start can end, so there is no output: the longest match reads on over each end.",
      );
    }
    return automaton;
  }

  private alternatives(rule: number, node: GrammarNode): void {
    if (this.regular.isRegular(node)) this.starts[rule]?.push(this.sequence([node], rule));
    else if (node.kind === "choice") for (const item of node.items) this.alternatives(rule, item);
    else if (node.kind === "repeat") this.starts[rule]?.push(this.repetition(node, rule));
    else this.starts[rule]?.push(this.sequence(node.kind === "sequence" ? node.items : [node], rule));
  }

  /** The first dot of an alternative. */
  private sequence(items: readonly GrammarNode[], rule: number): number {
    const first = this.next.length;
    for (const item of this.merged(items)) {
      const dot = this.dot(rule);
      if (this.symbol(item, dot)) this.next[dot] = dot + 1;
      else this.undo();
    }
    this.mayEnd[this.dot(rule)] = 1;
    return first;
  }

  /** Items with those side by side that are regular as one. */
  private merged(items: readonly GrammarNode[]): GrammarNode[] {
    const merged: GrammarNode[] = [];
    let run: GrammarNode[] = [];
    const endRun = () => {
      if (run.length > 0)
        merged.push(run.length === 1 ? (run[0] as GrammarNode) : { kind: "sequence", items: run });
      run = [];
    };
    for (const item of items) {
      if (this.regular.isRegular(item)) run.push(item);
      else {
        endRun();
        merged.push(item);
      }
    }
    endRun();
    return merged;
  }

  private repetition({ item, min, max }: GrammarNode & { kind: "repeat" }, rule: number): number {
    const first = this.next.length;
    const last = max === Number.POSITIVE_INFINITY ? min : max;
    if (!Number.isInteger(last) || last > this.limits.maxSymbols) {
      throw new GrammarLimitError("maxSymbols", this.limits.maxSymbols);
    }
    const dot = this.dot(rule);
    if (!this.symbol(item, dot)) {
      this.mayEnd[dot] = 1;
      return first;
    }
    for (let i = first + 1; i <= first + last; i++) {
      this.dot(rule);
      this.nonterminal[i] = this.nonterminal[first] as number;
      this.terminal[i] = this.terminal[first] as number;
      this.next[i - 1] = i;
    }
    for (let i = first + min; i <= first + last; i++) this.mayEnd[i] = 1;
    if (max === Number.POSITIVE_INFINITY) this.next[first + last] = first + last;
    else {
      this.nonterminal[first + last] = -1;
      this.terminal[first + last] = -1;
      this.next[first + last] = NOTHING_NEXT;
    }
    return first;
  }

  private dot(rule: number): number {
    const { maxSymbols } = this.limits;
    if (this.next.length >= maxSymbols) throw new GrammarLimitError("maxSymbols", maxSymbols);
    this.nonterminal.push(-1);
    this.terminal.push(-1);
    this.mayEnd.push(0);
    this.left.push(rule);
    return this.next.push(NOTHING_NEXT) - 1;
  }

  private undo(): void {
    for (const table of [this.nonterminal, this.terminal, this.mayEnd, this.left, this.next]) table.pop();
  }

  /** Writes the symbol of a node to a dot; false for the empty text, which needs none. */
  private symbol(node: GrammarNode, dot: number): boolean {
    const isLimited = node.kind === "lexeme" || node.kind === "limited";
    if (isLimited && !this.regular.isRegular(node.item)) {
      throw new GrammarError(
        "Options of rules and terminals are for regular ones: without recursion, tokens and JSON in them.",
      );
    }
    if (isLimited || this.regular.isRegular(node)) {
      const { arena } = this.lexemes;
      const language = this.regular.language(node);
      if (language === arena.epsilon) return false;
      this.terminal[dot] = this.textTerminal(language, node.kind === "lexeme" ? node : PLAIN);
    } else if (node.kind === "json") this.terminal[dot] = this.jsonTerminal(node);
    else if (node.kind === "tokens") this.terminal[dot] = this.tokenTerminal(node);
    else if (node.kind === "capture") this.nonterminal[dot] = this.captured(node);
    else this.nonterminal[dot] = node.kind === "rule" ? this.named(node) : this.anonymous(node);
    return true;
  }

  private named({ name, place }: GrammarNode & { kind: "rule" }): number {
    let rule = this.ruleNumbers.get(name);
    if (rule === undefined) {
      const node = this.tree.rules.get(name);
      if (node === undefined) throw new GrammarError(`There is no rule "${name}".`, place);
      rule = this.starts.push([]) - 1;
      this.ruleNumbers.set(name, rule);
      this.pending.push({ rule, node });
    }
    return rule;
  }

  private captured({ item, name, suffix }: GrammarNode & { kind: "capture" }): number {
    const rule = this.anonymous(item);
    const { texts } = this.lexemes;
    const start = (node: GrammarNode) => texts.start(this.regular.language(node));
    this.captures.set(rule, {
      name,
      ...(suffix === undefined
        ? {}
        : {
            suffix: {
              reader: texts,
              own: start(suffix.own),
              suffix: start(suffix.node),
              name: suffix.name,
            },
          }),
    });
    return rule;
  }

  private anonymous(node: GrammarNode): number {
    const rule = this.starts.push([]) - 1;
    this.pending.push({ rule, node });
    return rule;
  }

  private keyed(key: string, make: () => Terminal): number {
    let index = this.terminalsByKey.get(key);
    if (index === undefined) {
      index = this.terminals.push(make()) - 1;
      this.terminalsByKey.set(key, index);
    }
    return index;
  }

  private textTerminal(language: Language, { ending, maxTokens, temperature }: TerminalOptions): number {
    return this.keyed(`text ${language} ${ending} ${maxTokens} ${temperature}`, () => {
      const { texts, arena } = this.lexemes;
      const start = texts.start(language);
      const isNullable = arena.nullable(language);
      const minLength =
        start === 0 ? Number.POSITIVE_INFINITY : isNullable ? 1 : this.shortest(language, start);
      const rest = {
        ending: ENDINGS[ending],
        isNullable,
        minLength,
        ...(temperature === undefined ? {} : { temperature }),
      };
      if (maxTokens === undefined || start === 0) return { reader: texts, start, ...rest };
      const reader = new LimitedReader(texts, start, maxTokens);
      return { reader, start: reader.start, ...rest };
    });
  }

  private shortest(language: Language, start: number): number {
    try {
      return this.lexemes.texts.completion(start)?.length ?? Number.POSITIVE_INFINITY;
    } catch (error) {
      if (error instanceof LanguageLimitError) return this.lexemes.arena.nodes.minLength[language] as number;
      throw error;
    }
  }

  private tokenTerminal({
    names = [],
    ranges = [],
    isNegated = false,
  }: GrammarNode & { kind: "tokens" }): number {
    const tokens = new TokenChoice({ names, ranges, isNegated });
    return this.keyed(`token ${tokens.key}`, () => {
      const minLength = this.missing.has(tokens.key) ? Number.POSITIVE_INFINITY : 1;
      return { reader: NO_BYTES, start: 0, ending: Ending.Anywhere, isNullable: false, minLength, tokens };
    });
  }

  private jsonTerminal(node: GrammarNode & { kind: "json" }): number {
    let index = this.jsonTerminals.get(node);
    if (index === undefined) {
      const { automaton } = compileJsonSchema(node.schema, node.options);
      if (!(automaton instanceof Automaton)) throw new TypeError("Not a schema's automaton");
      const keepsAll = JSON.stringify([node.schema, node.options?.schemas]).includes("uniqueItems");
      const reader = new EmbeddedJson(automaton, keepsAll, this.limits.maxPositions);
      this.embedded.push(reader);
      const minLength = reader.completion(reader.start).length;
      index =
        this.terminals.push({
          reader,
          start: reader.start,
          ending: Ending.Anywhere,
          isNullable: false,
          minLength,
        }) - 1;
      this.jsonTerminals.set(node, index);
    }
    return index;
  }
}

const ENDINGS = { anywhere: Ending.Anywhere, longest: Ending.Longest, shortest: Ending.Shortest } as const;

type TerminalOptions = Pick<GrammarNode & { kind: "lexeme" }, "ending" | "maxTokens" | "temperature">;

const PLAIN: TerminalOptions = { ending: "anywhere" };
