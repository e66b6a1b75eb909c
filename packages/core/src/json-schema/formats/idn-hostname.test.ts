import { domainToASCII } from "node:url";
import { describe, expect, it } from "vitest";
import { LanguageArena } from "../../language/index.js";
import { randomNumbers } from "../../language/testing.js";
import { idnHostname } from "./idn-hostname.js";

describe("idnHostname", () => {
  it("has no label whose Punycode is longer than 63 characters", () => {
    const arena = new LanguageArena();
    const language = idnHostname(arena);
    const random = randomNumbers(1);
    const below = (n: number) => Math.floor(random() * n);
    // Letters at both ends of the first plane, so that distances are long; climbing towards long encodings.
    const letter = () =>
      [0xe0 + below(20), 0x4e00 + below(0x5000), 0xac00 + below(11_000), 0x3041 + below(80)][below(4)]!;
    for (const [letters, ascii] of [
      [14, 0],
      [10, 4],
      [4, 36],
    ] as const) {
      let label = [...Array.from({ length: letters }, letter), ...Array.from({ length: ascii }, () => 0x61)];
      let longest = 0;
      for (let round = 0; round < 1500; round++) {
        const next = [...label];
        const [i, j] = [below(next.length), below(next.length)];
        [next[i], next[j]] = [next[j]!, next[i]!];
        if (next[i]! > 0x7f) next[i] = letter();
        const encoded = domainToASCII(String.fromCodePoint(...next)).length;
        if (encoded < longest) continue;
        longest = encoded;
        label = next;
      }
      const text = String.fromCodePoint(...label);
      expect(longest).toBeGreaterThan(45);
      expect(longest).toBeLessThanOrEqual(62);
      expect(arena.matches(language, text)).toBe(true);
      expect(arena.matches(language, `${text}${String.fromCodePoint(letter())}`)).toBe(false);
    }
  });

  it("has names that are written often", () => {
    const arena = new LanguageArena();
    const language = idnHostname(arena);
    const names = [
      "müller.de",
      "straßenverkehrsordnung-für-anfänger.example",
      "россия.рф",
      "международный.рф",
      "中国互联网络信息中心.中国",
      "日本語.jp",
      "コーヒー.jp",
      "한국인터넷진흥원.한국",
      "मेरा-भारत.भारत",
      "தமிழ்நாடு.இந்தியா",
      "ไทยพาณิชย์.ไทย",
      "موقع.وزارة-الاتصالات.مصر",
      "ישראל.קום",
      "ελλάδα.ελ",
      "საქართველო.გე",
      "հայաստան.հայ",
      "việtnam.vn",
    ];
    expect(names.filter((name) => !arena.matches(language, name))).toEqual([]);
  });
});
