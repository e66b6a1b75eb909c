/** Grammars whose output is one text of a regular language. */
import { Automaton } from "../automaton/automaton.js";
import { TextFrames } from "../automaton/text-frames.js";
import type { CompileReport } from "../json-schema/report.js";
import type { Language, LanguageArena } from "../language/index.js";
import { GrammarError } from "./errors.js";
import { type Generation, type Grammar, RenewableGrammar } from "./grammar.js";
import { sharedLexemes } from "./lexemes.js";

/** Beyond that, well below the limits, the next matcher gets a new automaton. */
const FULL_ARENA = 120_000;
const FULL_TEXTS = 500_000;

/**
 * The grammar of a language, which `build` makes in the arena of each of the grammar's automata.
 *
 * @param report what the grammar's report is, once it is built
 * @throws GrammarError if the language is empty; what `build` throws
 */
export function compileText(report: () => CompileReport, build: (arena: LanguageArena) => Language): Grammar {
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
    return { automaton, isFull, report };
  };
  return new RenewableGrammar(generation(), generation);
}
