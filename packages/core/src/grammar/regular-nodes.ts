import type { Language, LanguageArena } from "../language/index.js";
import type { GrammarNode, GrammarTree } from "./tree.js";

/** Rules that lead to each other further than this are taken to be recursive. */
const MAX_CHAIN = 500;

/** Tells which nodes of a grammar are regular, and what their languages are. */
export class RegularNodes {
  private readonly tree: GrammarTree;
  private readonly arena: LanguageArena;
  private readonly rules = new Map<string, boolean>();
  private readonly languages = new Map<string, Language>();
  private chain = 0;

  constructor(tree: GrammarTree, arena: LanguageArena) {
    this.tree = tree;
    this.arena = arena;
  }

  /** Whether a node is text of a regular language: no tokens, no JSON, no recursion in it. */
  isRegular(node: GrammarNode): boolean {
    switch (node.kind) {
      case "text":
      case "regular":
        return true;
      case "sequence":
      case "choice":
        return node.items.every((item) => this.isRegular(item));
      case "repeat":
      case "limited":
        return this.isRegular(node.item);
      case "rule":
        return this.isRegularRule(node.name);
      case "lexeme":
        return isPlain(node) && this.isRegular(node.item);
      default:
        return false;
    }
  }

  private isRegularRule(name: string): boolean {
    const known = this.rules.get(name);
    if (known !== undefined) return known;
    const node = this.tree.rules.get(name);
    if (node === undefined || this.chain === MAX_CHAIN) return false;
    // In case it leads back to itself.
    this.rules.set(name, false);
    this.chain++;
    const isRegular = this.isRegular(node);
    this.chain--;
    this.rules.set(name, isRegular);
    return isRegular;
  }

  /** The language of a regular node. */
  language(node: GrammarNode): Language {
    const { arena } = this;
    switch (node.kind) {
      case "text":
        return arena.text(node.text);
      case "regular":
        return node.build(arena);
      case "sequence":
        return arena.concat(...node.items.map((item) => this.language(item)));
      case "choice": {
        const texts = node.items.filter((item) => item.kind === "text");
        const others = node.items.filter((item) => item.kind !== "text");
        const parts = others.map((item) => this.language(item));
        if (texts.length > 0) parts.push(arena.choice(texts.map((item) => item.text)));
        return arena.union(parts);
      }
      case "repeat":
        return arena.repeat(this.language(node.item), node.min, node.max);
      case "rule": {
        let language = this.languages.get(node.name);
        if (language === undefined) {
          language = this.language(this.tree.rules.get(node.name) as GrammarNode);
          this.languages.set(node.name, language);
        }
        return language;
      }
      case "limited":
        return arena.intersection([this.language(node.item), arena.length(0, node.maxLength)]);
      case "lexeme":
        return this.language(node.item);
      default:
        throw new TypeError(`A ${node.kind} is not regular`);
    }
  }
}

/** Whether a lexeme is nothing but its item. */
function isPlain({ ending, maxTokens, temperature }: GrammarNode & { kind: "lexeme" }): boolean {
  return ending === "anywhere" && maxTokens === undefined && temperature === undefined;
}
