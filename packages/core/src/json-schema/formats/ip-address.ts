/** IP addresses, also as parts of e-mail addresses and URIs. */
import type { Language, LanguageArena } from "../../language/index.js";
import { build, type FormatBuilder, whole } from "./builder.js";

const OCTET = "(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])";

/** Four decimal octets without leading zeros: `IPv4address` of RFC 3986, section 3.2.2, as RFC 2673 means it too. */
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;

/**
 * The IPv6 addresses of RFC 4291, section 2.2 (`IPv6address` of RFC 3986): no zone, no prefix length. Put together without a
 * pattern: written out, it has 20 alternatives, and takes longer to parse than all else in a URI.
 * @param elided the least number of groups that `::` stands for: 1, but 2 in an e-mail address
 */
export function ipv6Addresses(arena: LanguageArena, elided: number): Language {
  const groups = 8;
  const group = whole(arena, "[0-9A-Fa-f]{1,4}");
  const first = arena.concat(group, arena.text(":"));
  const ipv4Address = build(arena, ipv4);
  const times = (count: number) => arena.repeat(first, count, count);
  const alternatives = [arena.concat(times(7), group), arena.concat(times(6), ipv4Address)];
  const before = (most: number) =>
    most === 0 ? arena.epsilon : arena.repeat(arena.concat(arena.repeat(first, 0, most - 1), group), 0, 1);
  for (let after = 0; after <= groups - elided; after++) {
    const left = arena.concat(before(groups - elided - after), arena.text("::"));
    alternatives.push(after === 0 ? left : arena.concat(left, times(after - 1), group));
    // An IPv4 address is the last two groups.
    if (after >= 2) alternatives.push(arena.concat(left, times(after - 2), ipv4Address));
  }
  return arena.union(alternatives);
}

/** `dotted-quad` of RFC 2673, section 3.2, without leading zeros. */
export const ipv4: FormatBuilder = (arena) => whole(arena, IPV4);

/** RFC 4291, section 2.2. */
export const ipv6: FormatBuilder = (arena) => ipv6Addresses(arena, 1);
