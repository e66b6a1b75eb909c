/**
 * URIs and IRIs: the ABNF of RFC 3986, appendix A, and of RFC 3987, section 2.2, which has the same rules with more
 * characters. `IPv4address` is a special case of `reg-name` and needs no rule.
 */
import type { Language, LanguageArena } from "../../language/index.js";
import { build, type FormatBuilder, whole } from "./builder.js";
import { ipv6 } from "./ip-address.js";

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

interface Forms {
  readonly absolute: Language;
  readonly relative: Language;
}

/** The absolute form and the relative one. */
function forms(arena: LanguageArena, ucschar: string, iprivate: string): Forms {
  const of = (pattern: string) => whole(arena, pattern);
  const characters = (more: string) => `(?:[A-Za-z0-9\\-._~!$&'()*+,;=${more}${ucschar}]|${PERCENT_ENCODED})`;
  const segment = `${characters(":@")}*`;
  const segments = `(?:/${segment})*`;
  const ipFuture = of("[Vv][0-9A-Fa-f]+\\.[A-Za-z0-9\\-._~!$&'()*+,;=:]+");
  const address = arena.concat(arena.text("["), arena.union([build(arena, ipv6), ipFuture]), arena.text("]"));
  const host = arena.union([address, of(`${characters("")}*`)]);
  const userinfo = of(`(?:${characters(":")}*@)?`);
  const hierarchical = arena.concat(arena.text("//"), userinfo, host, of(`(?::[0-9]*)?${segments}`));
  const pathAbsolute = of(`/(?:${characters(":@")}+${segments})?`);
  const pathRootless = of(`${characters(":@")}+${segments}`);
  const pathNoScheme = of(`${characters("@")}+${segments}`);
  const tail = of(`(?:\\?(?:${characters(`:@/?${iprivate}`)})*)?(?:#(?:${characters(":@/?")})*)?`);
  const form = (path: Language) =>
    arena.concat(arena.union([hierarchical, pathAbsolute, path, arena.epsilon]), tail);
  return {
    absolute: arena.concat(of("[A-Za-z][A-Za-z0-9+\\-.]*:"), form(pathRootless)),
    relative: form(pathNoScheme),
  };
}

/** `URI` of RFC 3986: with a scheme, and with a fragment if one likes. */
export const uri: FormatBuilder = (arena) => forms(arena, "", "").absolute;

/** `URI-reference` of RFC 3986. */
export const uriReference: FormatBuilder = (arena) => either(arena, forms(arena, "", ""));

/** `IRI` of RFC 3987, without its advice on bidirectional text. */
export const iri: FormatBuilder = (arena) => forms(arena, UCSCHAR, IPRIVATE).absolute;

/** `IRI-reference` of RFC 3987. */
export const iriReference: FormatBuilder = (arena) => either(arena, forms(arena, UCSCHAR, IPRIVATE));

function either(arena: LanguageArena, { absolute, relative }: Forms): Language {
  return arena.union([absolute, relative]);
}
