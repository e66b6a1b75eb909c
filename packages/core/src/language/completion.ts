/** Short ways from a state of a byte automaton to a final state. */
import type { LanguageArena } from "./arena.js";
import { type ByteAutomaton, DEAD, NO_LANGUAGE } from "./byte-automaton.js";

/**
 * Bytes that lead from a live state to a final one: out of the escape or UTF-8 sequence that is open by the fewest
 * bytes, then a shortest member (in code points) of what is left, written without needless escapes. Short, and the
 * shortest in most cases. Undefined for `DEAD`.
 * @param quoted whether it reads JSON strings, with escapes and a closing quote
 * @throws LanguageLimitError as `LanguageArena.shortest` does
 */
export function completionOf(
  arena: LanguageArena,
  automaton: ByteAutomaton,
  state: number,
  quoted: boolean,
): number[] | undefined {
  if (state === DEAD) return undefined;
  const bytes = leave(automaton, state);
  for (const byte of bytes) state = automaton.step(state, byte);
  if (automaton.isFinal(state)) return bytes;
  const text = arena.shortest(automaton.language(state))!;
  for (const character of text) {
    const spelling = spellings(character, quoted).find((candidate) => reaches(automaton, state, candidate))!;
    for (const byte of spelling) state = automaton.step(state, byte);
    bytes.push(...spelling);
  }
  if (quoted) bytes.push(0x22);
  return bytes;
}

/** The fewest bytes from a state to one between code points (breadth first; at most 13 levels, few states each). */
function leave(automaton: ByteAutomaton, state: number): number[] {
  const paths = new Map<number, number[]>([[state, []]]);
  for (const [next, path] of paths) {
    if (automaton.language(next) !== NO_LANGUAGE) return path;
    for (let byte = 0; byte < 256; byte++) {
      const target = automaton.step(next, byte);
      if (target !== DEAD && !paths.has(target)) paths.set(target, [...path, byte]);
    }
  }
  return [];
}

function reaches(automaton: ByteAutomaton, state: number, bytes: readonly number[]): boolean {
  for (const byte of bytes) state = automaton.step(state, byte);
  return state !== DEAD;
}

/** The ways to write a code point, the shortest first: raw, and in a JSON string as a short escape or `\uXXXX`. */
function spellings(character: string, quoted: boolean): number[][] {
  const raw = utf8Of(character.codePointAt(0)!);
  if (!quoted) return [raw];
  const short = JSON.stringify(character).slice(1, -1);
  let hex = "";
  for (let i = 0; i < character.length; i++)
    hex += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
  const ascii = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));
  return short === character ? [raw, ascii(hex)] : [ascii(short), ascii(hex)];
}

function utf8Of(codePoint: number): number[] {
  if (codePoint < 0x80) return [codePoint];
  const tail = (shift: number) => 0x80 | ((codePoint >> shift) & 0x3f);
  if (codePoint < 0x800) return [0xc0 | (codePoint >> 6), tail(0)];
  if (codePoint < 0x10000) return [0xe0 | (codePoint >> 12), tail(6), tail(0)];
  return [0xf0 | (codePoint >> 18), tail(12), tail(6), tail(0)];
}
