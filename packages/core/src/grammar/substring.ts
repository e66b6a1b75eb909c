import type { Language, LanguageArena } from "../language/index.js";
import type { GrammarNode } from "./tree.js";

/** Any run of neighbours in a list of texts, written one behind the other; also the empty one. */
export function substringOf(chunks: readonly string[]): GrammarNode {
  return { kind: "regular", build: (arena) => runs(arena, chunks) };
}

/**
 * From behind: the runs that begin at a chunk are that chunk and, or not, those that begin at the next. Each is a node that
 * shares the rest.
 */
function runs(arena: LanguageArena, chunks: readonly string[]): Language {
  const starts: Language[] = [arena.epsilon];
  let from = arena.epsilon;
  for (let i = chunks.length - 1; i >= 0; i--) {
    from = arena.union([arena.epsilon, arena.concat(arena.text(chunks[i] as string), from)]);
    starts.push(from);
  }
  return arena.union(starts);
}

/** Words, and what stands between them, as chunks. */
export function wordsOf(text: string): string[] {
  return text.match(/\p{L}[\p{L}\p{N}\p{M}'’]*|\p{N}+|\s+|./gsu) ?? [];
}
