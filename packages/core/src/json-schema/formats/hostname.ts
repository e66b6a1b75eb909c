/** Host names in ASCII. */
import type { Language, LanguageArena } from "../../language/index.js";
import { type FormatBuilder, whole } from "./builder.js";

/** Code points of a name, without the dot that can follow it (RFC 1035, section 2.3.4: 255 octets on the wire). */
const MAX_NAME = 253;
/** Octets of a label (RFC 1035, section 2.3.4). */
const MAX_LABEL = 63;

const LETTER_OR_DIGIT = "[A-Za-z0-9]";
const INSIDE = "[A-Za-z0-9\\-]";

/** The rest of a label of at most `max` characters after `read` of them, the last of which may end it. */
function rest(read: number, max: number): string {
  return `(?:${INSIDE}{0,${max - read - 1}}${LETTER_OR_DIGIT})?`;
}

/** Labels of letters, digits and inner hyphens: RFC 1034, section 3.5, with a digit first as RFC 1123, section 2.1, has it. */
function label(): string {
  return `${LETTER_OR_DIGIT}${rest(1, MAX_LABEL)}`;
}

/** Labels that do not begin with `xn--` in any case, spelled out so that no complement is needed. */
function labelWithoutPunycode(): string {
  const max = MAX_LABEL;
  const third = `${LETTER_OR_DIGIT}${rest(3, max)}|-${LETTER_OR_DIGIT}${rest(4, max)}`;
  const second = `[A-MO-Za-mo-z0-9]${rest(2, max)}|-${INSIDE}{0,${max - 3}}${LETTER_OR_DIGIT}|[Nn](?:${third})?`;
  return `(?:[A-WYZa-wyz0-9]${rest(1, max)}|[Xx](?:${second})?)`;
}

/** A pattern of labels without hyphens in both the third and the fourth place (RFC 5891, section 4.2.3.1). */
export function unreservedLabel(max: number): string {
  const third = `${LETTER_OR_DIGIT}${rest(3, max)}|-${LETTER_OR_DIGIT}${rest(4, max)}`;
  const second = `${LETTER_OR_DIGIT}(?:${third})?|-(?:${third})`;
  return `(?:${LETTER_OR_DIGIT}(?:${second})?)`;
}

/** Labels with a separator between them, as long as a name may be. */
export function name(arena: LanguageArena, label: Language, separator: Language): Language {
  const more = arena.repeat(arena.concat(separator, label), 0, Number.POSITIVE_INFINITY);
  return arena.intersection([arena.concat(label, more), arena.length(1, MAX_NAME)]);
}

/** Drafts 04 and 06: RFC 1034, section 3.1, with a digit first as RFC 1123, section 2.1, has it. */
export const asciiHostname: FormatBuilder = (arena) => name(arena, whole(arena, label()), arena.text("."));

/**
 * From draft-07 on, labels that begin with `xn--` must be valid Punycode of a valid internationalised label (RFC 5891,
 * section 4.4). That is not regular, so no such label is allowed; all other names of RFC 1123, section 2.1, are.
 */
export const hostname: FormatBuilder = (arena) =>
  name(arena, whole(arena, labelWithoutPunycode()), arena.text("."));
