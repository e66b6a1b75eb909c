/**
 * How languages overlap: the combinations of them that some text is in, found in one walk through their derivatives side by
 * side, where deciding each combination by itself searches again for each.
 */
import type { Algebra } from "./algebra.js";
import { Fact, type Language } from "./nodes.js";
import { successors } from "./search.js";
import { stringOf } from "./texts.js";

/** The texts that are in some of the languages and not in the others; there are some. */
export class Region {
  private made: Language | undefined;

  constructor(
    private readonly algebra: Algebra,
    private readonly within: Language,
    private readonly languages: readonly Language[],
    /** Whether they are in each of the languages. */
    readonly members: readonly boolean[],
    readonly shortest: string,
  ) {}

  /** Often the shortest text is enough. */
  get language(): Language {
    this.made ??= this.make();
    return this.made;
  }

  private make(): Language {
    const { algebra, members } = this;
    let language = this.within;
    this.languages.forEach((other, at) => {
      language = algebra.intersection([language, members[at] ? other : algebra.complement(other)]);
    });
    const { facts } = algebra.nodes;
    facts[language] = (facts[language] as number) | Fact.Live;
    return language;
  }
}

/** Of fewer languages the combinations are decided one by one. */
const MIN_LANGUAGES = 3;
/** Counters side by side have many states, where single answers need few of them. */
const MAX_STATES = 200;

/** The regions that languages split another one into. Undefined: it is better asked for each combination. */
export function regionsOf(
  algebra: Algebra,
  within: Language,
  languages: readonly Language[],
): readonly Region[] | undefined {
  if (languages.length < MIN_LANGUAGES) return undefined;
  return combinationsOf(algebra, within, languages)?.map(
    ({ members, shortest }) => new Region(algebra, within, languages, members, stringOf(shortest)),
  );
}

interface Combination {
  readonly members: readonly boolean[];
  readonly shortest: readonly number[];
}

/** In order of length, so that the first text of a combination is a shortest one. */
function combinationsOf(
  algebra: Algebra,
  within: Language,
  languages: readonly Language[],
): Combination[] | undefined {
  const { nodes } = algebra;
  const start = algebra.observe(within, languages);
  if (start === algebra.empty) return [];
  const found = new Map<string, Combination>();
  const states: Language[] = [start];
  const texts: (readonly number[])[] = [[]];
  const seen = new Set(states);
  for (let i = 0; i < states.length; i++) {
    if (i >= MAX_STATES) return undefined;
    const state = states[i] as Language;
    const text = texts[i] as readonly number[];
    if (algebra.nullable(state)) {
      const members = nodes
        .items(state)
        .slice(1)
        .map((part) => algebra.nullable(part));
      const key = members.join();
      if (!found.has(key)) found.set(key, { members, shortest: text });
    }
    for (const { target, codePoint } of successors(algebra, state)) {
      if (seen.has(target)) continue;
      seen.add(target);
      states.push(target);
      texts.push([...text, codePoint]);
    }
  }
  return [...found.values()];
}
