/** Text that is free but for some strings that mean something else. */
import type { Language, LanguageArena } from "../language/index.js";
import type { GrammarNode } from "./tree.js";

/** Any text, the empty one included, in which none of these strings stands. */
export function textWithout(strings: readonly string[]): GrammarNode {
  if (strings.length === 0) return { kind: "regular", build: (arena) => arena.any };
  return { kind: "regular", build: (arena) => arena.complement(containing(arena, strings)) };
}

/** Any text that ends with one of these strings, and in which neither it nor another one has ended before. */
export function textUntil(ends: readonly string[], strings: readonly string[] = ends): GrammarNode {
  return {
    kind: "regular",
    build: (arena) => {
      const longer = arena.concat(arena.any, arena.choice(strings), arena.anyCodePoint, arena.any);
      return arena.difference(arena.concat(arena.any, arena.choice(ends)), longer);
    },
  };
}

/** Any text that does not begin with one of these strings. */
export function textNotBeginningWith(strings: readonly string[]): GrammarNode {
  return {
    kind: "regular",
    build: (arena) => arena.complement(arena.concat(arena.choice(strings), arena.any)),
  };
}

function containing(arena: LanguageArena, strings: readonly string[]): Language {
  return arena.concat(arena.any, arena.choice(strings), arena.any);
}
