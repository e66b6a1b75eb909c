import { describe, expect, it } from "vitest";
import { LanguageArena } from "../../language/index.js";
import { Dialect } from "../dialect.js";
import { formatLanguage, isKnownFormat } from "./index.js";

const A63 = "a".repeat(63);

/** Strings that each format allows, and strings that it does not. */
const EXAMPLES: Record<string, { valid: string[]; invalid: string[] }> = {
  date: {
    valid: [
      "2020-02-29",
      "2000-02-29",
      "0400-02-29",
      "1996-02-29",
      "2023-12-31",
      "2023-04-30",
      "0000-01-01",
      "9999-02-28",
    ],
    invalid: [
      "1900-02-29",
      "2100-02-29",
      "2023-02-29",
      "2022-02-29",
      "2020-02-30",
      "2023-04-31",
      "2023-13-01",
      "2023-00-10",
      "2023-01-00",
      "2023-1-01",
      "23-01-01",
      "2023-01-32",
      "2023-01-01T",
      "২023-01-01",
      "",
    ],
  },
  time: {
    valid: [
      "00:00:00Z",
      "23:59:59z",
      "12:00:00.123456789+23:59",
      "12:00:00-00:00",
      "23:59:60Z",
      "23:59:60.5+00:00",
      "00:00:60+00:01",
      "01:29:60+01:30",
      "15:59:60-08:00",
      "23:58:60-00:01",
      "23:59:60-00:00",
      "23:58:60+23:59",
    ],
    invalid: [
      "24:00:00Z",
      "12:60:00Z",
      "12:00:61Z",
      "12:00:00",
      "12:00Z",
      "12:00:00.Z",
      "12:00:00,5Z",
      "12:00:00+24:00",
      "12:00:00+01",
      "12:00:00+0100",
      "22:59:60Z",
      "23:58:60Z",
      "23:59:60+00:01",
      "00:00:60Z",
      "12:00:60+12:00",
      "12:00:00ZZ",
    ],
  },
  "date-time": {
    valid: [
      "2024-02-29T12:00:00Z",
      "1985-04-12t23:20:50.52z",
      "1998-12-31T23:59:60Z",
      "2017-01-01T08:59:60.25+09:00",
      "2012-06-30T23:59:60+00:00",
      "2012-07-01T01:59:60+02:00",
      "1998-12-31T15:59:60.123-08:00",
      "1937-01-01T12:00:27.87+00:20",
    ],
    invalid: [
      "2023-02-29T12:00:00Z",
      "2024-02-29 12:00:00Z",
      "2024-02-29T12:00:00",
      "2024-02-29",
      "12:00:00Z",
      "1998-12-31T23:59:61Z",
      "2024-12-31T23:59:60Z",
      "1998-12-31T08:59:60+09:00",
      "1999-01-01T15:59:60-08:00",
      "2012-07-01T23:59:60Z",
      "1998-12-31T22:59:60Z",
      "2024-02-29T12:00:00+1:00",
      "2024-02-29T12:00:00Z\n",
    ],
  },
  duration: {
    valid: [
      "P1Y2M3DT4H5M6S",
      "P1Y",
      "P1M2D",
      "PT36H",
      "PT1M2S",
      "P2W",
      "PT0S",
      "P0D",
      "P4DT12H30M5S",
      "P007D",
    ],
    invalid: [
      "",
      "P",
      "PT",
      "P1",
      "P1YT",
      "P1Y2D",
      "PT1H2S",
      "P2D1Y",
      "P1S",
      "P1WT1H",
      "P1Y2W",
      "PT0.5S",
      "-P1D",
      "P-1D",
      "p1d",
      "PT1D",
    ],
  },
  email: {
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
  },
  "idn-email": {
    valid: [
      "실례@실례.테스트",
      "δοκιμή@example.com",
      '"δοκιμή"@example.com',
      "a@b",
      "user@café.com",
      "𝕏@example.com",
    ],
    invalid: ["실례", "実@", "@実", "user＠example.com", "a@\u0301b", "a@b-", "a@実。例", "a@É", "a b@c"],
  },
  hostname: {
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
  },
  "idn-hostname": {
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
  },
  ipv4: {
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
  },
  ipv6: {
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
  },
  uri: {
    valid: [
      "http://example.com",
      "a:",
      "urn:isbn:1",
      "mailto:a@b",
      "http://u:p@h:80/p;x/?q=/?#f/?",
      "ldap://[2001:db8::7]/c=GB?o?one",
      "http://[v1.a:b]/",
      "file:///etc/x",
      "x:/a//b",
      "http://h:/",
      "http://a%20b/",
      "http://999.1.1.1",
    ],
    invalid: [
      "",
      "abc",
      "/abc",
      "//h/p",
      "1a:b",
      ":a",
      "a b:c",
      "http://h/a b",
      "http://h/%4",
      "http://h/%zz",
      "http://[::1",
      "http://[:]",
      "http://h:8a",
      "http://h/[",
      "http://a@b@c",
      "http://h/é",
      "http://h/<",
      'http://h/"',
      "http://h/#a#b",
      "http://h/\\",
    ],
  },
  "uri-reference": {
    valid: ["", "abc", "/abc", "//h/p", "?q", "#f", "../a", "./a:b", "a:b", "a/b:c", "http://h", "//"],
    invalid: ["a b", "1:b", "%", "#a#b", "\\\\h\\s", "/é", "//h:x/", "/[::1]", "<a>"],
  },
  iri: {
    valid: ["http://ƒøø.ßår/?∂éœ=πîx#πîüx", "a:é", "http://h/?\ue000", "http://h/𐌀", "urn:x:y"],
    invalid: [
      "",
      "é",
      "/é",
      "http://h/\ue000",
      "http://h/\ufdd0",
      "http://h/\uffff",
      "http://2001:db8::1",
      "é:a",
      "http://h/ ",
    ],
  },
  "iri-reference": {
    valid: ["", "é", "/é", "//é/é", "#é", "?é", "http://é", "./é:é"],
    invalid: ["é:é", "a b", "\\é", "#é#é", "/\ue000"],
  },
  "uri-template": {
    valid: [
      "",
      "http://e.com/{a:1}/{b}",
      "{+a}",
      "{?x,y*}",
      "{a.b}",
      "{%41}",
      "a'b",
      "é",
      "{x:9999}",
      "a%41b",
      "{/a,b}{#c}",
    ],
    invalid: [
      "{",
      "}",
      "{}",
      "{a",
      "{a,}",
      "{a..b}",
      "{a:0}",
      "{a:10000}",
      "{=a}",
      "{a b}",
      "a b",
      "{{a}}",
      "%4",
      '"',
      "{a:1*}",
    ],
  },
  uuid: {
    valid: ["2eb8aa08-AA98-11ea-b4aa-73b441d16380", "00000000-0000-0000-0000-000000000000"],
    invalid: [
      "",
      "2eb8aa08aa9811eab4aa73b441d16380",
      "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}",
      "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
      "2eb8aa08-aa98-11ea-b4aa-73b441d163800",
      "geb8aa08-aa98-11ea-b4aa-73b441d16380",
    ],
  },
  "json-pointer": {
    valid: ["", "/", "/foo//bar", "/a~0b~1c", "/😎\u0000", "/a b"],
    invalid: ["a", "#", "#/a", "/~", "/~2", "/a~"],
  },
  "relative-json-pointer": {
    valid: ["0", "10", "0#", "1/a", "2/0/~1", "0//"],
    invalid: ["", "/a", "01", "-1", "0##", "1#/a", "0/~", "a", "1a"],
  },
  regex: {
    valid: [
      "",
      "^(?:[a-zA-Z0-9_.-]+@(\\w+\\.){1,3})$",
      "([abc])+\\s+$",
      "a|",
      "a{2,10}?",
      "a{0}",
      "a{9,}",
      "a{12,12}",
      "[^]",
      "[]",
      "[-a]",
      "[\\w-]",
      "[\\u4e00-\\u9fa5]",
      "[\\x00-\\x7F]",
      "[а-я]",
      "\\p{Lu}\\u{1F600}",
      "(?=a)(?!b)(?<=c)(?<!d)",
      "(?<n>a)b",
      "((((((a))))))",
      "\\cA",
      "é",
      "[ -~]",
      "\\u{1F600}+",
      "[\u{1f600}]",
    ],
    invalid: [
      "(",
      ")",
      "(a",
      "a)",
      "[a",
      "*",
      "a**",
      "a{2,1}",
      "a{10,9}",
      "{",
      "a{",
      "]",
      "}",
      "[z-a]",
      "[\\x7f-\\x00]",
      "[\\u9fa5-\\u4e00]",
      "[я-а]",
      "[\\w-z]",
      "\\a",
      "\\",
      "(?P<n>x)",
      "(?i)a",
      "(?#c)",
      "(?=a)*",
      "\\u{110000}",
      "\\p{Foo}",
      "(?<1>a)",
      "(?<n>a)(?<n>b)",
      "^*",
      "\\u{1}*",
      "[﷞-\u{b2885}]",
      "[a-\u{10ffff}]",
    ],
  },
};

describe("formatLanguage", () => {
  for (const [format, { valid, invalid }] of Object.entries(EXAMPLES)) {
    it(`has the strings of ${format}`, () => {
      const arena = new LanguageArena();
      const language = formatLanguage(arena, format, Dialect.Draft202012)!;
      expect(valid.filter((text) => !arena.matches(language, text))).toEqual([]);
      expect(invalid.filter((text) => arena.matches(language, text))).toEqual([]);
      expect(arena.isEmpty(language)).toBe(false);
    });
  }

  it("has leap days as the Gregorian calendar has them", () => {
    const arena = new LanguageArena();
    const language = formatLanguage(arena, "date", Dialect.Draft202012)!;
    for (let year = 0; year < 10_000; year += 1) {
      const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
      expect(arena.matches(language, `${String(year).padStart(4, "0")}-02-29`), String(year)).toBe(isLeap);
    }
  });

  it("has leap seconds at 23:59 UTC in every offset", () => {
    const arena = new LanguageArena();
    const language = formatLanguage(arena, "time", Dialect.Draft202012)!;
    const clock = (minutes: number) => new Date(minutes * 60_000).toISOString().slice(11, 16);
    const wrong: string[] = [];
    for (let local = 0; local < 1440; local += 7) {
      for (let offset = 0; offset < 1440; offset++) {
        for (const sign of [1, -1]) {
          const text = `${clock(local)}:60${sign > 0 ? "+" : "-"}${clock(offset)}`;
          const isRight = (local - sign * offset + 2880) % 1440 === 1439;
          if (arena.matches(language, text) !== isRight) wrong.push(text);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("knows Punycode from draft-07 on", () => {
    const arena = new LanguageArena();
    const old = formatLanguage(arena, "hostname", Dialect.Draft06)!;
    expect(arena.matches(old, "xn--4gbwdl.xn--wgbh1c")).toBe(true);
    expect(arena.matches(formatLanguage(arena, "hostname", Dialect.Draft07)!, "xn--X")).toBe(false);
  });

  it("keeps languages with their arena", () => {
    const arena = new LanguageArena();
    const first = formatLanguage(arena, "time", Dialect.Draft07);
    const count = arena.nodes.count;
    expect(formatLanguage(arena, "time", Dialect.Draft202012)).toBe(first);
    expect(arena.nodes.count).toBe(count);
  });
});

describe("isKnownFormat", () => {
  it("asks the dialect only if it is strict", () => {
    expect(isKnownFormat("uuid", Dialect.Draft04)).toBe(true);
    expect(isKnownFormat("uuid", Dialect.Draft07, { strict: true })).toBe(false);
    expect(isKnownFormat("uuid", Dialect.Draft201909, { strict: true })).toBe(true);
    expect(isKnownFormat("date", Dialect.Draft06, { strict: true })).toBe(false);
    expect(isKnownFormat("uri", Dialect.Draft04, { strict: true })).toBe(true);
    expect(isKnownFormat("color", Dialect.Draft202012)).toBe(false);
    expect(formatLanguage(new LanguageArena(), "date", Dialect.Draft04, { strict: true })).toBeUndefined();
  });
});
