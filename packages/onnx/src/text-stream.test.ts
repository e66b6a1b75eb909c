import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextStream } from "./text-stream.js";

const encoder = new TextEncoder();

/** Cuts the bytes of a text at random places. */
const cutText = fc
  .tuple(fc.string({ unit: "grapheme", maxLength: 30 }), fc.array(fc.nat(100), { maxLength: 12 }))
  .map(([text, cuts]) => {
    const bytes = encoder.encode(text);
    const at = [...new Set(cuts.filter((cut) => cut < bytes.length))].sort((a, b) => a - b);
    return {
      text,
      parts: [...at, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : at[i - 1], end)),
    };
  });

describe("TextStream", () => {
  it("hands out all of a text, in whole characters, however its bytes are cut", () => {
    fc.assert(
      fc.property(cutText, ({ text, parts }) => {
        const stream = new TextStream([]);
        const deltas = parts.map((part) => stream.push(part));
        expect(deltas.some((delta) => /\p{Surrogate}/u.test(delta))).toBe(false);
        expect([...deltas, stream.end()].join("")).toBe(text);
        expect(stream.text).toBe(text);
      }),
    );
  });

  it("ends the text before the first stop string, wherever the tokens are cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 24 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(text, stops, fc.integer({ min: 1, max: 5 }), (whole, strings, step) => {
        const stream = new TextStream(strings);
        let deltas = "";
        for (let at = 0; at < whole.length && stream.stopString === undefined; at += step) {
          deltas += stream.push(encoder.encode(whole.slice(at, at + step)));
        }
        deltas += stream.end();
        const found = strings.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0);
        if (found.length === 0) {
          expect(deltas).toBe(whole);
          expect(stream.stopString).toBeUndefined();
        } else {
          expect(stream.stopString).toBeDefined();
          expect(strings.some((stop) => deltas.includes(stop))).toBe(false);
          expect(whole.startsWith(deltas + stream.stopString)).toBe(true);
        }
        expect(stream.text).toBe(deltas);
      }),
    );
  });

  it("holds back what may begin a stop string, and no more", () => {
    const stream = new TextStream(["END"]);
    expect(stream.push(encoder.encode("the E"))).toBe("the ");
    expect(stream.push(encoder.encode("N"))).toBe("");
    expect(stream.push(encoder.encode("ough"))).toBe("ENough");
    expect(stream.push(encoder.encode(" EN"))).toBe(" ");
    expect(stream.end()).toBe("EN");
  });

  it("leaves out a last character that is cut in two, and replaces what is not UTF-8", () => {
    const stream = new TextStream([]);
    expect(stream.push(Uint8Array.of(0x61, 0xff, 0xf0, 0x9f))).toBe("a\ufffd");
    expect(stream.end()).toBe("");
    expect(stream.text).toBe("a\ufffd");
  });

  it("keeps a byte order mark", () => {
    const stream = new TextStream([]);
    expect(stream.push(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe("\ufeffa");
  });
});

describe("a text that may not end everywhere", () => {
  it("goes on behind stop strings where it may not, however it is cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 20 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    });
    // It may end where it has so many characters.
    fc.assert(
      fc.property(
        text,
        stops,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (whole, strings, step, few) => {
          const places = [...whole].flatMap((_, at) =>
            at % few === 0 && strings.some((stop) => whole.startsWith(stop, at)) ? [at] : [],
          );
          const stream = new TextStream(strings, ({ length }) => length % few === 0);
          for (let at = 0; at < whole.length && stream.stopString === undefined; at += step) {
            stream.push(new TextEncoder().encode(whole.slice(at, at + step)));
          }
          stream.end();
          const first = places[0];
          if (first === undefined) {
            expect(stream.stopString).toBeUndefined();
            expect(stream.text).toBe(whole);
          } else {
            expect(stream.stopString).toBeDefined();
            expect(places).toContain(stream.text.length);
          }
        },
      ),
    );
  });
});
