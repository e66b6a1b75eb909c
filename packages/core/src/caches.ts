import { dropLexemes } from "./grammar/lexemes.js";

/**
 * Forgets what grammars leave behind for later ones: the automata of their lexemes, and with them the masks. Grammars and
 * matchers in use keep theirs. For measurements of a cold start; memory is bounded without it.
 */
export function clearCaches(): void {
  dropLexemes();
}
