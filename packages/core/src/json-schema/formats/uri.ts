/**
 * URIs and IRIs: the ABNF of RFC 3986, appendix A, and of RFC 3987, section 2.2, which has the same rules with more
 * characters. `IPv4address` is a special case of `reg-name` and needs no rule.
 */
import { type FormatBuilder, whole } from "./builder.js";
import { ipv6Pattern } from "./ip-address.js";

/** `ucschar` of RFC 3987, as content of a character class. */
export const UCSCHAR =
  "\\u{A0}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFEF}" +
  Array.from({ length: 14 }, (_, i) => planeWithoutLastTwo(i + 1)).join("");

/** `iprivate` of RFC 3987, as content of a character class. */
export const IPRIVATE = "\\u{E000}-\\u{F8FF}\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}";

/** `pct-encoded` of RFC 3986. */
export const PERCENT_ENCODED = "%[0-9A-Fa-f]{2}";

function planeWithoutLastTwo(plane: number): string {
  // Plane 14 begins with tags, which are no ucschar.
  const first = plane === 14 ? "1000" : "0000";
  const number = plane.toString(16);
  return `\\u{${number}${first}}-\\u{${number}FFFD}`;
}

/** Patterns of the absolute form and of the relative one. */
function patterns(ucschar: string, iprivate: string): { absolute: string; relative: string } {
  const characters = (more: string) => `(?:[A-Za-z0-9\\-._~!$&'()*+,;=${more}${ucschar}]|${PERCENT_ENCODED})`;
  const segment = `${characters(":@")}*`;
  const segments = `(?:/${segment})*`;
  const userinfo = `${characters(":")}*`;
  const ipFuture = "[Vv][0-9A-Fa-f]+\\.[A-Za-z0-9\\-._~!$&'()*+,;=:]+";
  const host = `(?:\\[(?:${ipv6Pattern(1)}|${ipFuture})\\]|${characters("")}*)`;
  const authority = `(?:${userinfo}@)?${host}(?::[0-9]*)?`;
  const hierarchical = `//${authority}${segments}`;
  const pathAbsolute = `/(?:${characters(":@")}+${segments})?`;
  const pathRootless = `${characters(":@")}+${segments}`;
  const pathNoScheme = `${characters("@")}+${segments}`;
  const query = `(?:\\?(?:${characters(`:@/?${iprivate}`)})*)?`;
  const fragment = `(?:#(?:${characters(":@/?")})*)?`;
  const tail = `${query}${fragment}`;
  return {
    absolute: `[A-Za-z][A-Za-z0-9+\\-.]*:(?:${hierarchical}|${pathAbsolute}|${pathRootless}|)${tail}`,
    relative: `(?:${hierarchical}|${pathAbsolute}|${pathNoScheme}|)${tail}`,
  };
}

const URI = patterns("", "");
const IRI = patterns(UCSCHAR, IPRIVATE);

/** `URI` of RFC 3986: with a scheme, and with a fragment if one likes. */
export const uri: FormatBuilder = (arena) => whole(arena, URI.absolute);

/** `URI-reference` of RFC 3986. */
export const uriReference: FormatBuilder = (arena) => whole(arena, `${URI.absolute}|${URI.relative}`);

/** `IRI` of RFC 3987, without its advice on bidirectional text. */
export const iri: FormatBuilder = (arena) => whole(arena, IRI.absolute);

/** `IRI-reference` of RFC 3987. */
export const iriReference: FormatBuilder = (arena) => whole(arena, `${IRI.absolute}|${IRI.relative}`);
