/** Grammars whose output is one text of a regular language. */
import { Automaton } from "../automaton/automaton.js";
import { TextFrames } from "../automaton/text-frames.js";
import { plainReport } from "../json-schema/report.js";
import type { Language, LanguageArena } from "../language/index.js";
import { GrammarError } from "./errors.js";
import { type Generation, type Grammar, RenewableGrammar } from "./grammar.js";
import { sharedLexemes } from "./lexemes.js";

/** Beyond that, well below the limits, the next matcher gets a new automaton. */
const FULL_ARENA = 120_000;
const FULL_TEXTS = 500_000;

/**
 * The grammar of a language, called `dialect` in its report, which `build` makes in the arena of each of the grammar's automata.
 *
 * @throws GrammarError if the language is empty; what `build` throws
 */
export function compileText(dialect: string, build: (arena: LanguageArena) => Language): Grammar {
  const generation = (): Generation => {
    const { arena, texts, strings } = sharedLexemes();
    const language = build(arena);
    if (arena.isEmpty(language)) {
      throw new GrammarError(
        "No text matches the grammar, so there is no output; take another pattern or list.",
      );
    }
    const automaton = new Automaton(new TextFrames(language, texts, strings("any")));
    const isFull = () => arena.nodes.count > FULL_ARENA || texts.count > FULL_TEXTS;
    return { automaton, isFull, report: () => plainReport(dialect) };
  };
  return new RenewableGrammar(generation(), generation);
}
