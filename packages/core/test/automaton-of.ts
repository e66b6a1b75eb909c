import { Automaton } from "../src/automaton/automaton.js";
import type { Grammar } from "../src/index.js";

/** The pushdown automaton of a schema's or text's grammar. */
export function automatonOf(grammar: Grammar): Automaton {
  if (grammar.automaton instanceof Automaton) return grammar.automaton;
  throw new TypeError("Another engine runs the grammar");
}
