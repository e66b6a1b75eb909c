/** E-mail addresses: `Mailbox` of RFC 5321, section 4.1.2, and of its extension to Unicode, RFC 6531. */
import type { CodePointSet, Language, LanguageArena } from "../../language/index.js";
import { build, type FormatBuilder, whole } from "./builder.js";
import { MARKS, PERMITTED } from "./idna-characters.js";
import { ipv4, ipv6Addresses } from "./ip-address.js";

/** Every code point that is not ASCII: `UTF8-non-ascii` of RFC 6531, section 3.3. */
const NON_ASCII = "\\u{80}-\\u{10ffff}";

/**
 * Mailboxes. In address literals: octets without leading zeros (a subset); of the tags for general literals none but
 * `IPv6` is registered. Lengths are not bounded, as in the ABNF.
 * @param more what may be in local parts besides ASCII, as content of a character class
 * @param letters what labels of the domain are made of, besides hyphens; and which of it cannot begin one
 */
function mailbox(
  arena: LanguageArena,
  more: string,
  letters: CodePointSet,
  notFirst: CodePointSet,
): Language {
  const { sets } = arena;
  const atom = `[A-Za-z0-9!#$%&'*+\\-/=?^_\`{|}~${more}]+`;
  const quoted = `"(?:[ !#-\\[\\]-~${more}]|\\\\[ -~])*"`;
  const local = whole(arena, `(?:${atom}(?:\\.${atom})*|${quoted})@`);
  const inside = arena.codePoints(sets.union(letters, sets.single(0x2d)));
  const rest = arena.concat(arena.repeat(inside, 0, Number.POSITIVE_INFINITY), arena.codePoints(letters));
  const label = arena.concat(arena.codePoints(sets.difference(letters, notFirst)), arena.repeat(rest, 0, 1));
  const labels = arena.repeat(arena.concat(arena.text("."), label), 0, Number.POSITIVE_INFINITY);
  const tagged = arena.concat(whole(arena, "[Ii][Pp][Vv]6:"), ipv6Addresses(arena, 2));
  const literal = arena.concat(arena.text("["), arena.union([build(arena, ipv4), tagged]), arena.text("]"));
  return arena.concat(local, arena.union([arena.concat(label, labels), literal]));
}

const LETTERS_AND_DIGITS = [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a];

/** `Mailbox` of RFC 5321, section 4.1.2. */
export const email: FormatBuilder = (arena) =>
  mailbox(arena, "", arena.sets.ofRanges(LETTERS_AND_DIGITS), arena.sets.none);

/**
 * The same with the extensions of RFC 6531, section 3.3. Labels consist of code points that IDNA2008 permits
 * everywhere (RFC 5892, PVALID) and do not begin with a mark; its rules on context, direction and normal form, which
 * the ABNF does not have, are not applied.
 */
export const idnEmail: FormatBuilder = (arena) => {
  const letters = arena.sets.ofRanges([...LETTERS_AND_DIGITS, ...PERMITTED]);
  return mailbox(arena, NON_ASCII, letters, arena.sets.ofRanges(MARKS));
};
