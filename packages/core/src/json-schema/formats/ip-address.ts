/** IP addresses, also as parts of e-mail addresses and URIs. */
import { type FormatBuilder, whole } from "./builder.js";

const OCTET = "(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])";

/** Four decimal octets without leading zeros: `IPv4address` of RFC 3986, section 3.2.2, as RFC 2673 means it too. */
export const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;

/**
 * A pattern of the IPv6 addresses of RFC 4291, section 2.2 (`IPv6address` of RFC 3986): no zone, no prefix length.
 * @param elided the least number of groups that `::` stands for: 1, but 2 in an e-mail address
 */
export function ipv6Pattern(elided: number): string {
  const group = "[0-9A-Fa-f]{1,4}";
  const groups = 8;
  const alternatives = [`(?:${group}:){7}${group}`, `(?:${group}:){6}${IPV4}`];
  const before = (most: number) => (most === 0 ? "" : `(?:(?:${group}:){0,${most - 1}}${group})?`);
  for (let after = 0; after <= groups - elided; after++) {
    const left = `${before(groups - elided - after)}::`;
    alternatives.push(after === 0 ? left : `${left}(?:${group}:){${after - 1}}${group}`);
    // An IPv4 address is the last two groups.
    if (after >= 2) alternatives.push(`${left}(?:${group}:){${after - 2}}${IPV4}`);
  }
  return `(?:${alternatives.join("|")})`;
}

/** `dotted-quad` of RFC 2673, section 3.2, without leading zeros. */
export const ipv4: FormatBuilder = (arena) => whole(arena, IPV4);

/** RFC 4291, section 2.2. */
export const ipv6: FormatBuilder = (arena) => whole(arena, ipv6Pattern(1));
