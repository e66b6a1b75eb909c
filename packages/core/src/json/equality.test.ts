import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalNumber, isIntegerNumber, isZeroNumber } from "./number.js";
import { parseJson } from "./parse.js";
import { canonicalJson, jsonEquals } from "./stringify.js";

const equal = (a: string, b: string) => jsonEquals(parseJson(a), parseJson(b));

/** A number, and another spelling of it. */
const spellings = fc
  .record({
    sign: fc.constantFrom("", "-"),
    digits: fc.stringMatching(/^(0|[1-9][0-9]{0,25})$/),
    fraction: fc.stringMatching(/^[0-9]{1,25}$/),
    exponent: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
    shift: fc.nat(30),
  })
  .map(({ sign, digits, fraction, exponent, shift }) => ({
    first: `${sign}${digits}.${fraction}e${exponent}`,
    second:
      `${sign}${digits.replace(/^0$/, "")}${fraction}`.replace(/^(-?)0+(?=.)/, "$1") +
      `${"0".repeat(shift)}E${exponent - BigInt(fraction.length + shift) >= 0n ? "+" : ""}${exponent - BigInt(fraction.length + shift)}`,
    value: { units: BigInt(`${sign}${digits}${fraction}`), exponent: exponent - BigInt(fraction.length) },
  }));

/** Whether two decimals are equal, by BigInt alone. */
function sameValue(a: { units: bigint; exponent: bigint }, b: { units: bigint; exponent: bigint }): boolean {
  if (a.units === 0n || b.units === 0n) return a.units === b.units;
  const shift = a.exponent - b.exponent;
  if (shift < 0n) return sameValue(b, a);
  return shift <= 100n && a.units * 10n ** shift === b.units;
}

describe("canonicalNumber", () => {
  it.each([
    ["0", "0"],
    ["-0.00e99", "0"],
    ["1.0", "1e0"],
    ["10e-1", "1e0"],
    ["-120", "-12e1"],
    ["0.05", "5e-2"],
    ["1e+0007", "1e7"],
    ["10e999999999999999999999", "1e1000000000000000000000"],
    ["0.1e1000000000000000000000", "1e999999999999999999999"],
    ["0.1e-999999999999999999999", "1e-1000000000000000000000"],
    ["10e-1000000000000000", "1e-999999999999999"],
  ])("of %s is %s", (text, expected) => {
    expect(canonicalNumber(text)).toBe(expected);
  });

  it("is the same for every spelling, and different for different numbers", () => {
    fc.assert(
      fc.property(spellings, spellings, (a, b) => {
        expect(canonicalNumber(a.first)).toBe(canonicalNumber(a.second));
        expect(canonicalNumber(a.first) === canonicalNumber(b.first)).toBe(sameValue(a.value, b.value));
      }),
      { numRuns: 2000 },
    );
  });

  it("is linear in hostile numbers", () => {
    // Processor time: the machine may be busy.
    const start = process.cpuUsage();
    canonicalNumber(`1e${"9".repeat(4_000_000)}`);
    canonicalNumber(`10e${"9".repeat(4_000_000)}`);
    canonicalNumber(`0.1e-${"9".repeat(4_000_000)}`);
    canonicalNumber(`0.${"0".repeat(4_000_000)}1`);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(2000);
  });

  it("knows integers", () => {
    expect(["1", "1.0", "10e-1", "0.00", "-5e3"].map(isIntegerNumber)).not.toContain(false);
    expect(["0.1", "1e-1", "15e-1", "-1.5"].map(isIntegerNumber)).not.toContain(true);
  });
});

it("knows zeros", () => {
  expect(["0", "-0", "0.00", "-0.0e7", "0E-9", "0e0"].map(isZeroNumber)).not.toContain(false);
  expect(["1", "10", "0.01", "-0.5e-9", "1e0", "9"].map(isZeroNumber)).not.toContain(true);
});

describe("jsonEquals", () => {
  it("agrees with integers of any size about short numbers", () => {
    const text = fc.stringMatching(/^-?(0|[1-9][0-9]?)(\.[0-2])?(e[0-2])?$/);
    const value = (number: string) => {
      const [, sign = "", whole = "", fraction = "", exponent = "0"] =
        /^(-?)(\d+)(?:\.(\d))?(?:e(\d))?$/.exec(number) ?? [];
      return BigInt(`${sign}${whole}${fraction.padEnd(1, "0")}`) * 10n ** BigInt(exponent);
    };
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(equal(a, b), `${a} ${b}`).toBe(value(a) === value(b));
      }),
      { numRuns: 5000 },
    );
  });

  it("compares numbers exactly", () => {
    expect(equal("1", "1.0")).toBe(true);
    expect(equal("0", "-0")).toBe(true);
    expect(equal("9007199254740993", "9007199254740992")).toBe(false);
    expect(equal("1e400", "1e401")).toBe(false);
    expect(equal("0.1", "0.1000000000000000000001")).toBe(false);
  });

  it("ignores the order of keys but not of items", () => {
    expect(equal('{"a":1,"b":[2.0]}', '{"b":[2],"a":10e-1}')).toBe(true);
    expect(equal("[1,2]", "[2,1]")).toBe(false);
    expect(equal('{"a":1}', '{"a":1,"b":1}')).toBe(false);
  });

  it("keeps types apart", () => {
    const all = ["null", "true", "false", "0", "1", '""', '"0"', '"1e0"', "[]", "{}", "[0]", '{"0":0}'];
    for (const a of all) for (const b of all) expect(equal(a, b), `${a} ${b}`).toBe(a === b);
  });

  it("agrees with the canonical texts", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (x, y) => {
        const [a, b] = [parseJson(JSON.stringify(x)), parseJson(JSON.stringify(y))];
        expect(jsonEquals(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
        expect(jsonEquals(a, parseJson(JSON.stringify(x, null, 1)))).toBe(true);
      }),
    );
  });
});
