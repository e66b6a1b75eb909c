import { mix, NO_LANGUAGE } from "../language/index.js";
import { exitBytes, type StringExits } from "./exit-lists.js";
import { arrayBytes, type MaskBudget, MaskCache } from "./mask-cache.js";
import { exitsWithout, type OneTextLess } from "./one-text-less.js";
import type { StringWalk } from "./string-walk.js";

/** The tokens of a string below the trie node at its opening quote. */
export interface StringPart {
  readonly id: number;
  /** Those that stay in the string, ascending. */
  readonly tokens: Int32Array;
  /** Where the others end it. */
  readonly exits: readonly StringExits[];
}

interface Entry {
  readonly part: StringPart;
  /** Another one with the same hash. */
  readonly next: Entry | undefined;
}

/**
 * What strings have in tokens that open them. Equal parts are the same object: few tokens go on behind a quote, so most
 * keys, which differ in the names that have been used, have the parts of a string without conditions.
 */
export class StringParts {
  private readonly walk: StringWalk;
  /** By state and node. */
  private readonly known: MaskCache<StringPart>;
  /** By hash. */
  private readonly parts: MaskCache<Entry>;
  private nextId = 1;

  constructor(walk: StringWalk, budget: MaskBudget) {
    this.walk = walk;
    this.known = new MaskCache(budget);
    this.parts = new MaskCache(budget);
  }

  /** The tokens below a trie node, where the string is in `state` at that node. */
  under(node: number, state: number): StringPart {
    let part = this.known.get(state, node);
    if (part === undefined) {
      part = this.find(node, state);
      this.known.set(state, node, part, 0);
    }
    return part;
  }

  private find(node: number, state: number): StringPart {
    const { walk } = this;
    const { freeState } = walk;
    const less = this.withoutOne(node, state);
    if (less !== undefined) return less;
    if (state !== freeState && !walk.differsBelow(node, state)) return this.under(node, freeState);
    const { inside, exits } = walk.below(node, state);
    return this.intern(inside.added, exits);
  }

  /** The part of a list of texts from that of the list with one text more, if that is known. */
  private withoutOne(node: number, state: number): StringPart | undefined {
    const { oneTextLess, strings, exitLists } = this.walk;
    const list = strings.language(state);
    const more = oneTextLess === undefined || list === NO_LANGUAGE ? undefined : strings.arena.oneMore(list);
    if (more === undefined) return undefined;
    const known = this.known.get(strings.start(more.language), node);
    if (known === undefined) return undefined;
    const { tokens, ends } = (oneTextLess as OneTextLess).below(node, list, more);
    if (tokens.length + ends.size === 0) return known;
    const lost = new Set(tokens);
    const exits = exitsWithout(known.exits, ends, (nodes) => exitLists.intern(nodes));
    return this.intern(
      known.tokens.filter((id) => !lost.has(id)),
      exits,
    );
  }

  private intern(tokens: Int32Array, exits: readonly StringExits[]): StringPart {
    let hash = exits.length;
    for (let i = 0; i < tokens.length; i++) hash = mix(hash, tokens[i] as number);
    for (const { end, id } of exits) hash = mix(mix(hash, end), id);
    hash >>>= 1;
    const first = this.parts.get(hash, tokens.length);
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (isEqual(entry.part, tokens, exits)) return entry.part;
    }
    const part = { id: this.nextId++, tokens, exits };
    const bytes = 160 + arrayBytes(tokens) + exitBytes(exits);
    this.parts.set(hash, tokens.length, { part, next: first }, bytes);
    return part;
  }
}

function isEqual(part: StringPart, tokens: Int32Array, exits: readonly StringExits[]): boolean {
  return (
    part.exits.length === exits.length &&
    part.exits.every(({ end, id }, i) => end === exits[i]?.end && id === exits[i]?.id) &&
    part.tokens.every((id, i) => id === tokens[i])
  );
}
