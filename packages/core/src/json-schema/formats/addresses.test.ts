import { describe, expect, it } from "vitest";
import { LanguageArena } from "../../language/index.js";
import { Dialect } from "../dialect.js";
import { formatLanguage } from "./index.js";
import { itHasExamples } from "./testing.js";

const A63 = "a".repeat(63);

itHasExamples("email", {
  valid: [
    "joe.bloggs@example.com",
    "a@b",
    "te~st+tag@a-b.c1",
    '"joe bloggs"@example.com',
    '"a\\"b@c"@d',
    '""@d',
    "x@[127.0.0.1]",
    "x@[IPv6:::1]",
    "x@[IPv6:1:2:3:4:5:6:7:8]",
    "!#$%&'*+-/=?^_`{|}~@x.y",
  ],
  invalid: [
    "a",
    "@b",
    "a@",
    ".a@b",
    "a.@b",
    "a..b@c",
    "a b@c",
    "a@b.",
    "a@-b",
    "a@b-",
    "a@b_c",
    "a@b@c",
    "x@[127.0.0.300]",
    "x@[IPv6:1:2:3:4:5:6:7::]",
    "x@[tag:y]",
    '"a"b@c',
    "ü@b",
    "a@ü",
    "<a@b>",
  ],
});

itHasExamples("idn-email", {
  valid: [
    "실례@실례.테스트",
    "δοκιμή@example.com",
    '"δοκιμή"@example.com',
    "a@b",
    "user@café.com",
    "𝕏@example.com",
  ],
  invalid: ["실례", "実@", "@実", "user＠example.com", "a@\u0301b", "a@b-", "a@実。例", "a@É", "a b@c"],
});

itHasExamples("hostname", {
  valid: [
    "localhost",
    "a",
    "1host",
    "www.example.com",
    "a-b.c--d",
    `${A63}.com`,
    "Xn.xN-a.xnn",
    "x--n",
    "a.b-1",
    [A63, A63, A63, "a".repeat(61)].join("."),
  ],
  invalid: [
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "-a",
    "a-",
    "a_b",
    "a b",
    `${A63}a.com`,
    "xn--X",
    "XN--a",
    "é",
    "a\n",
    [A63, A63, A63, "a".repeat(62)].join("."),
  ],
});

itHasExamples("idn-hostname", {
  valid: [
    "실례.테스트",
    "bücher.example",
    "例え。テスト",
    "ßς་〇",
    "l·l",
    "α͵β",
    "א׳ב",
    "・ぁ",
    "ب٠ب",
    "क्‍ष",
    "बि",
    "بي\u200cبي",
    "xa.b",
    "א.com",
    "ผู้",
    "www.example.com",
    A63,
  ],
  invalid: [
    "",
    ".",
    "a.",
    "-a",
    "ab--c",
    "a·l",
    "α͵s",
    "a׳ב",
    "・",
    "・〆",
    "ب٠۰",
    "क‍ष",
    "0a.א",
    "aא",
    "0א",
    "a\u0301",
    "\u0301a",
    "É",
    "xn--X",
    "क्‌षx‌y",
    "ü".repeat(63),
    `${A63}a`,
    "a b",
    "$",
  ],
});

itHasExamples("ipv4", {
  valid: ["0.0.0.0", "255.255.255.255", "192.168.0.1", "10.20.30.40", "1.2.3.249"],
  invalid: [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "01.2.3.4",
    "1.2.3.04",
    "1..2.3",
    "1.2.3.4/24",
    " 1.2.3.4",
    "0x7f.0.0.1",
    "127.1",
    "１.2.3.4",
  ],
});

itHasExamples("ipv6", {
  valid: [
    "::",
    "::1",
    "1::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "2001:DB8::ff00:42:8329",
    "::ffff:1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
    "1:2::1.2.3.4",
  ],
  invalid: [
    "",
    ":",
    ":::",
    "1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "::1%eth0",
    "::1/64",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::1.2.3",
    "::01.2.3.4",
    "[::1]",
    "1:2:3:4:5:6:7:8::",
  ],
});

describe("hostname", () => {
  it("knows Punycode from draft-07 on", () => {
    const arena = new LanguageArena();
    const old = formatLanguage(arena, "hostname", Dialect.Draft06)!;
    expect(arena.matches(old, "xn--4gbwdl.xn--wgbh1c")).toBe(true);
    expect(arena.matches(formatLanguage(arena, "hostname", Dialect.Draft07)!, "xn--X")).toBe(false);
  });
});
