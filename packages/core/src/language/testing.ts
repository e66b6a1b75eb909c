/** Random expressions with an oracle of their own, for the tests of this folder. */
import type { Language, LanguageArena } from "./arena.js";

/** A small deterministic generator (mulberry32): numbers from 0 up to but not including 1. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** All texts over an alphabet up to a length, shortest first. */
export function shortTexts(alphabet: string, maxLength: number): string[] {
  const texts = [""];
  for (let i = 0, end = 0; end < maxLength; end++) {
    for (const stop = texts.length; i < stop; i++)
      for (const letter of alphabet) texts.push(texts[i] + letter);
  }
  return texts;
}

/** A language and, independently of it, the set that it should be. */
export interface Expression {
  readonly language: Language;
  readonly has: (text: string) => boolean;
}

/** A random expression whose oracle decides membership by splitting texts in all ways. */
export function randomExpression(
  arena: LanguageArena,
  seed: number,
  alphabet: string,
  depth: number,
): Expression {
  const random = randomNumbers(seed);
  const below = (n: number) => Math.floor(random() * n);
  const build = (level: number): Expression => {
    const kind = level === 0 ? below(4) : below(12);
    const child = () => build(level - 1);
    switch (kind) {
      case 0: {
        const letter = alphabet[below(alphabet.length)]!;
        const language = arena.codePoints(arena.sets.single(letter.codePointAt(0)!));
        return { language, has: (text) => text === letter };
      }
      case 1: {
        const words = Array.from({ length: below(4) }, () => randomWord(random, alphabet));
        return { language: arena.choice(words), has: (text) => words.includes(text) };
      }
      case 2: {
        const [min, max] = [below(3), 2 + below(3)];
        return { language: arena.length(min, max), has: (text) => min <= text.length && text.length <= max };
      }
      case 3: {
        const word = randomWord(random, alphabet);
        return { language: arena.text(word), has: (text) => text === word };
      }
      case 4:
      case 5: {
        const [x, y] = [child(), child()];
        return {
          language: arena.concat(x.language, y.language),
          has: memoised((text) => splits(text, x.has, y.has)),
        };
      }
      case 6:
      case 7: {
        const parts = Array.from({ length: 2 + below(2) }, child);
        const language = arena.union(parts.map((part) => part.language));
        return { language, has: memoised((text) => parts.some((part) => part.has(text))) };
      }
      case 8: {
        const parts = Array.from({ length: 2 + below(2) }, child);
        const language = arena.intersection(parts.map((part) => part.language));
        return { language, has: memoised((text) => parts.every((part) => part.has(text))) };
      }
      case 9: {
        const x = child();
        return { language: arena.complement(x.language), has: memoised((text) => !x.has(text)) };
      }
      case 10: {
        const [x, y] = [child(), child()];
        const language = arena.difference(x.language, y.language);
        return { language, has: memoised((text) => x.has(text) && !y.has(text)) };
      }
      default: {
        const x = child();
        const min = below(3);
        const max = below(2) === 0 ? Number.POSITIVE_INFINITY : min + below(3);
        return { language: arena.repeat(x.language, min, max), has: repeated(x.has, min, max) };
      }
    }
  };
  return build(depth);
}

function randomWord(random: () => number, alphabet: string): string {
  return Array.from(
    { length: Math.floor(random() * 4) },
    () => alphabet[Math.floor(random() * alphabet.length)],
  ).join("");
}

function splits(text: string, head: (text: string) => boolean, tail: (text: string) => boolean): boolean {
  for (let i = 0; i <= text.length; i++) if (head(text.slice(0, i)) && tail(text.slice(i))) return true;
  return false;
}

function repeated(has: (text: string) => boolean, min: number, max: number): (text: string) => boolean {
  const needed = (text: string, from: number, to: number): boolean => {
    if (text === "" && (from === 0 || has(""))) return true;
    if (to === 0) return text === "" && from === 0;
    for (let i = 1; i <= text.length; i++) {
      const enough = Math.max(0, from - 1);
      if (has(text.slice(0, i)) && needed(text.slice(i), has("") ? 0 : enough, to - 1)) return true;
    }
    return false;
  };
  return memoised((text) => needed(text, has("") ? 0 : min, max));
}

function memoised(has: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined) known.set(text, (answer = has(text)));
    return answer;
  };
}
