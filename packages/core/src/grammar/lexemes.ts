import type { NumberSyntax } from "../json-schema/derivative.js";
import {
  DEFAULT_LANGUAGE_LIMITS,
  JsonStringAutomaton,
  jsonNumber,
  LanguageArena,
  type LanguageLimits,
  normalisedNumber,
  TextAutomaton,
} from "../language/index.js";

/**
 * What grammars share: the arena of their languages and the automata that read them. The same lexeme in two schemas has
 * the same states, and so the same masks.
 */
export interface Lexemes {
  readonly arena: LanguageArena;
  readonly numbers: NumberSyntax;
  readonly texts: TextAutomaton;
  strings(escapes: "any" | "minimal"): JsonStringAutomaton;
}

/**
 * When an arena has so many nodes, the next grammar starts another: an arena only grows, and goes when the last grammar
 * that uses it does. Well below an arena's own limit, so that a grammar has room.
 */
const FULL_ARENA = 20_000;
const FULL_AUTOMATON = 50_000;

let shared: Lexemes | undefined;

/** The lexemes for a new grammar; its own where its limits are not the usual ones. */
export function lexemesWithin(limits: Partial<LanguageLimits>): Lexemes {
  for (const name in limits) {
    const limit = name as keyof LanguageLimits;
    if (limits[limit] !== DEFAULT_LANGUAGE_LIMITS[limit]) return createLexemes(limits);
  }
  return sharedLexemes();
}

/** The lexemes that grammars share. */
export function sharedLexemes(): Lexemes {
  const isFull =
    shared === undefined ||
    shared.arena.nodes.count > FULL_ARENA ||
    shared.texts.count > FULL_AUTOMATON ||
    shared.strings("any").count > FULL_AUTOMATON ||
    shared.strings("minimal").count > FULL_AUTOMATON;
  if (isFull) shared = createLexemes();
  return shared as Lexemes;
}

/** The next grammar starts new ones; grammars that have been compiled keep theirs. */
export function dropLexemes(): void {
  shared = undefined;
}

function createLexemes(limits: Partial<LanguageLimits> = {}): Lexemes {
  const arena = new LanguageArena(limits);
  const any = new JsonStringAutomaton(arena, { escapes: "any" });
  const minimal = new JsonStringAutomaton(arena, { escapes: "minimal" });
  return {
    arena,
    numbers: { all: jsonNumber(arena), normalised: normalisedNumber(arena) },
    texts: new TextAutomaton(arena),
    strings: (escapes) => (escapes === "any" ? any : minimal),
  };
}
