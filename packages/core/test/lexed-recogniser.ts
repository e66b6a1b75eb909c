/** A plain recogniser of grammars over terminals that end at the longest or shortest: the slow truth for a lexer's masks. */
import type { GrammarNode, GrammarTree } from "../src/grammar/tree.js";

type Lexeme = GrammarNode & { kind: "lexeme" };
/** Which terminals each lexeme of a text is one of. */
type Lexed = readonly ReadonlySet<string>[];

const LETTERS = ["a", "b", " "];
/** So many characters are tried behind a text to tell whether a terminal goes on. */
const MAX_AHEAD = 4;
const IGNORED = "ignored";

/** Terminals are tried with `RegExp`, what follows them with all derivations, from nothing upwards. */
export class LexedRecogniser {
  private readonly tree: GrammarTree;
  private readonly terminals = new Map<string, Lexeme>();
  private readonly patterns = new Map<string, RegExp>();
  private readonly goesOn = new Map<string, boolean>();
  private readonly nexts = new Map<string, { allowed: ReadonlySet<string>; isWhole: boolean }>();
  private readonly productive: ReadonlySet<string>;

  constructor(tree: GrammarTree) {
    this.tree = tree;
    this.productive = productiveRules(tree);
    if (tree.ignored?.kind === "lexeme") this.terminals.set(IGNORED, tree.ignored);
    for (const node of tree.rules.values()) this.addTerminals(node);
    for (const [name, { item }] of this.terminals)
      this.patterns.set(name, new RegExp(`^(?:${sourceOf(item)})$`));
  }

  /** Whether a text is one of the grammar's. */
  accepts(text: string): boolean {
    let before: Lexed[] = [[]];
    let open = this.allowed(before, this.tree.isIgnoredAtStart === true);
    let lexeme = "";
    for (const letter of text) {
      let live = open.filter((name) => this.isBeginning(name, lexeme + letter));
      if (live.length === 0) {
        before = this.behind(before, this.ended(open, lexeme));
        lexeme = "";
        live = this.allowed(before, true).filter((name) => this.isBeginning(name, letter));
        if (live.length === 0) return false;
      }
      lexeme += letter;
      open = live;
      const ended = this.ended(open, lexeme);
      if (ended.some((name) => this.terminals.get(name)?.ending === "shortest")) {
        before = this.behind(before, ended);
        open = this.allowed(before, true);
        lexeme = "";
      }
    }
    const lists = lexeme === "" ? before : this.behind(before, this.ended(open, lexeme));
    return lists.some((list) => this.next(list).isWhole);
  }

  private ended(open: readonly string[], lexeme: string): string[] {
    return lexeme === "" ? [] : open.filter((name) => this.patterns.get(name)?.test(lexeme) === true);
  }

  private behind(before: readonly Lexed[], ended: readonly string[]): Lexed[] {
    const lists = ended.includes(IGNORED) ? [...before] : [];
    const kinds = new Set(ended.filter((name) => name !== IGNORED));
    if (kinds.size > 0) for (const list of before) lists.push([...list, kinds]);
    const keyed = new Map(lists.map((list) => [keyOf(list), list]));
    return [...keyed.values()].filter((list) => {
      const { allowed, isWhole } = this.next(list);
      return isWhole || allowed.size > 0;
    });
  }

  private allowed(lists: readonly Lexed[], isIgnoredHere: boolean): string[] {
    const names = new Set(lists.flatMap((list) => [...this.next(list).allowed]));
    // At the start also where nothing else can come.
    const isStart = lists.some((list) => list.length === 0) && this.tree.isIgnoredAtStart === true;
    if ((isStart || (names.size > 0 && isIgnoredHere)) && this.terminals.has(IGNORED)) names.add(IGNORED);
    return [...names];
  }

  private isBeginning(name: string, text: string): boolean {
    const key = `${name}:${text}`;
    let isBeginning = this.goesOn.get(key);
    if (isBeginning === undefined) {
      isBeginning = false;
      const texts = [text];
      for (const more of texts) {
        if (this.patterns.get(name)?.test(more) === true) isBeginning = true;
        if (isBeginning) break;
        if (more.length < text.length + MAX_AHEAD) texts.push(...LETTERS.map((letter) => more + letter));
      }
      this.goesOn.set(key, isBeginning);
    }
    return isBeginning;
  }

  /** The terminals that can follow a list of lexemes, and whether it may end there. */
  private next(list: Lexed): { allowed: ReadonlySet<string>; isWhole: boolean } {
    const key = keyOf(list);
    let next = this.nexts.get(key);
    if (next === undefined) {
      next = this.derive(list);
      this.nexts.set(key, next);
    }
    return next;
  }

  private derive(list: Lexed): { allowed: ReadonlySet<string>; isWhole: boolean } {
    const allowed = new Set<string>();
    const ends = new Map<string, Set<number>>();
    let grown = true;
    const endsOf = (node: GrammarNode, at: number): ReadonlySet<number> => {
      switch (node.kind) {
        case "lexeme": {
          const name = nameOf(node);
          if (at === list.length) allowed.add(name);
          return new Set(list[at]?.has(name) === true ? [at + 1] : []);
        }
        case "choice":
          return new Set(
            node.items.filter((item) => this.isProductive(item)).flatMap((item) => [...endsOf(item, at)]),
          );
        case "sequence": {
          if (!this.isProductive(node)) return new Set();
          let places = new Set([at]);
          for (const item of node.items)
            places = new Set([...places].flatMap((place) => [...endsOf(item, place)]));
          return places;
        }
        case "repeat": {
          const found = new Set(node.min === 0 ? [at] : []);
          if (!this.isProductive(node.item)) return found;
          let places = new Set([at]);
          const rounds = Math.min(node.max, node.min + list.length + 2);
          for (let i = 1; i <= rounds && places.size > 0; i++) {
            places = new Set([...places].flatMap((place) => [...endsOf(node.item, place)]));
            if (i >= node.min) for (const place of places) found.add(place);
          }
          return found;
        }
        case "rule": {
          const key = `${node.name}@${at}`;
          if (!this.productive.has(node.name)) return new Set();
          if (!ends.has(key)) {
            ends.set(key, new Set());
            grown = true;
          }
          return ends.get(key) as Set<number>;
        }
        default:
          throw new TypeError(`Not in test grammars: ${node.kind}`);
      }
    };
    const start: GrammarNode = { kind: "rule", name: this.tree.start };
    endsOf(start, 0);
    while (grown) {
      grown = false;
      for (const [key, known] of [...ends]) {
        const [name, at] = key.split("@") as [string, string];
        const before = known.size;
        for (const end of endsOf(this.tree.rules.get(name) as GrammarNode, Number(at))) known.add(end);
        if (known.size > before) grown = true;
      }
    }
    return { allowed, isWhole: endsOf(start, 0).has(list.length) };
  }

  private isProductive(node: GrammarNode): boolean {
    return isProductive(node, this.productive);
  }

  private addTerminals(node: GrammarNode): void {
    if (node.kind === "lexeme") this.terminals.set(nameOf(node), node);
    else if (node.kind === "sequence" || node.kind === "choice")
      for (const item of node.items) this.addTerminals(item);
    else if (node.kind === "repeat") this.addTerminals(node.item);
  }
}

function keyOf(list: Lexed): string {
  return list.map((kinds) => [...kinds].sort().join("|")).join(" ");
}

function nameOf({ item, ending }: Lexeme): string {
  return `${ending}:${sourceOf(item)}`;
}

function sourceOf(node: GrammarNode): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "sequence":
      return node.items.map(sourceOf).join("");
    case "choice":
      return `(?:${node.items.map(sourceOf).join("|")})`;
    case "repeat":
      return `(?:${sourceOf(node.item)}){${node.min},${node.max === Number.POSITIVE_INFINITY ? "" : node.max}}`;
    default:
      throw new TypeError(`Not in test terminals: ${node.kind}`);
  }
}

/** The rules that have any text. */
function productiveRules({ rules }: GrammarTree): Set<string> {
  const productive = new Set<string>();
  for (let before = -1; before < productive.size; ) {
    before = productive.size;
    for (const [name, node] of rules) if (isProductive(node, productive)) productive.add(name);
  }
  return productive;
}

function isProductive(node: GrammarNode, rules: ReadonlySet<string>): boolean {
  switch (node.kind) {
    case "rule":
      return rules.has(node.name);
    case "sequence":
      return node.items.every((item) => isProductive(item, rules));
    case "choice":
      return node.items.some((item) => isProductive(item, rules));
    case "repeat":
      return node.min === 0 || isProductive(node.item, rules);
    default:
      return true;
  }
}
