/** How formats are built: a function from an arena to a language, run once for each arena. */
import { compilePattern, type Language, type LanguageArena } from "../../language/index.js";
import type { StepBuilder } from "../../language/step-builder.js";

/** Makes the language of a format. Its identity is the key under which the result is kept. */
export type FormatBuilder = (arena: LanguageArena) => Language;

const built = new WeakMap<LanguageArena, Map<FormatBuilder, Language>>();

/** The language that the builder makes in this arena; made when first asked for. */
export function build(arena: LanguageArena, builder: FormatBuilder): Language {
  let languages = built.get(arena);
  if (!languages) built.set(arena, (languages = new Map()));
  let language = languages.get(builder);
  if (language === undefined) languages.set(builder, (language = builder(arena)));
  return language;
}

/** The texts that match an ECMA-262 pattern from their start to their end. */
export function whole(arena: LanguageArena, source: string): Language {
  return compilePattern(arena, source, { whole: true }).language;
}

/** Writes the step function of a language: for a leaf that stands for the language until it is read. */
export function copyStep(arena: LanguageArena, language: Language, out: StepBuilder): void {
  arena.prepare(language);
  const { stepStart, stepCount, stepBounds, stepTargets } = arena.nodes;
  const start = stepStart[language]!;
  for (let i = start; i < start + stepCount[language]!; i++) out.add(stepBounds[i]!, stepTargets[i]!);
}
