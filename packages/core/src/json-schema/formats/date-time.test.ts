import { describe, expect, it } from "vitest";
import { LanguageArena } from "../../language/index.js";
import { Dialect } from "../dialect.js";
import { formatLanguage } from "./index.js";
import { itHasExamples } from "./testing.js";

itHasExamples("date", {
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
});

itHasExamples("time", {
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
});

itHasExamples("date-time", {
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
});

itHasExamples("duration", {
  valid: ["P1Y2M3DT4H5M6S", "P1Y", "P1M2D", "PT36H", "PT1M2S", "P2W", "PT0S", "P0D", "P4DT12H30M5S", "P007D"],
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
});

describe("dates and times", () => {
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
});
