/** Text that is free but for some strings that mean something else. */
import type { Language, LanguageArena } from "../language/index.js";
import { choice, type GrammarNode, repeat, sequence } from "./tree.js";

/** Any text, the empty one included, in which none of these strings stands. */
export function textWithout(strings: readonly string[]): GrammarNode {
  if (strings.length === 0) return { kind: "regular", build: (arena) => arena.any };
  return { kind: "regular", build: (arena) => without(strings, arena) };
}

/** The language of texts in which none of these strings stands. */
export function without(strings: readonly string[], arena: LanguageArena): Language {
  return arena.complement(arena.concat(arena.any, arena.choice(strings), arena.any));
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

/**
 * Free text in which a trigger starts something: behind each comes its body, and if it `loops` text again.
 * @param excluded strings that the text does not have either
 */
export function dispatch(
  rules: readonly { readonly trigger: string; readonly body: GrammarNode }[],
  { loops, excluded }: { readonly loops: boolean; readonly excluded: readonly string[] },
): GrammarNode {
  const strings = [...rules.map(({ trigger }) => trigger), ...excluded];
  const free = textWithout(strings);
  if (rules.length === 0) return free;
  const parts = rules.map(({ trigger, body }) => sequence(textUntil([trigger], strings), body));
  const part = choice(...parts);
  return loops ? sequence(repeat(part, 0, Number.POSITIVE_INFINITY), free) : choice(free, part);
}

/** The same for triggers that are tokens: text of any tokens but those and others that are excluded. */
export function tokenDispatch(
  rules: readonly { readonly trigger: GrammarNode & { kind: "tokens" }; readonly body: GrammarNode }[],
  {
    loops,
    excluded,
  }: { readonly loops: boolean; readonly excluded: readonly (GrammarNode & { kind: "tokens" })[] },
): GrammarNode {
  const free = repeat(
    otherTokens([...rules.map(({ trigger }) => trigger), ...excluded]),
    0,
    Number.POSITIVE_INFINITY,
  );
  if (rules.length === 0) return free;
  const part = choice(...rules.map(({ trigger, body }) => sequence(trigger, body)));
  const more = sequence(part, loops ? free : sequence());
  return sequence(free, loops ? repeat(more, 0, Number.POSITIVE_INFINITY) : repeat(more, 0, 1));
}

/** One token that is none of these. */
export function otherTokens(choices: readonly (GrammarNode & { kind: "tokens" })[]): GrammarNode {
  return {
    kind: "tokens",
    names: choices.flatMap(({ names }) => names ?? []),
    ranges: choices.flatMap(({ ranges }) => ranges ?? []),
    isNegated: true,
  };
}
