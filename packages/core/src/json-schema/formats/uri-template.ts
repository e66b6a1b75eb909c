import { type FormatBuilder, whole } from "./builder.js";
import { IPRIVATE, PERCENT_ENCODED, UCSCHAR } from "./uri.js";

/**
 * `URI-Template` of RFC 6570, section 2, of all levels, with erratum 6937 (an apostrophe is a literal). The operators
 * `=,!@|`, which it reserves for extensions, are left out: expanding them is an error.
 */
export const uriTemplate: FormatBuilder = (arena) => {
  const literal = `(?:[!#$&-;=?-\\[\\]_a-z~${UCSCHAR}${IPRIVATE}]|${PERCENT_ENCODED})`;
  const character = `(?:[A-Za-z0-9_]|${PERCENT_ENCODED})`;
  const name = `${character}(?:\\.?${character})*`;
  const variable = `${name}(?::[1-9][0-9]{0,3}|\\*)?`;
  const expression = `\\{[+#./;?&]?${variable}(?:,${variable})*\\}`;
  return whole(arena, `(?:${literal}|${expression})*`);
};
