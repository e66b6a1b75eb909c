import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tiny } from "../test/tiny.js";
import { InvalidRequestError } from "./errors.js";
import { loadModel } from "./load.js";
import type { Model } from "./model.js";
import { Repetition } from "./repetition.js";
import type { GenerateRequest } from "./request.js";

/** What an output's end takes behind a text of it. */
type EndOf = (text: string) => { readonly tokens: number; readonly end?: string };

/** The text behind which a value is ended first, and which one. */
function endOf(text: string, ends: EndOf, isJson = false) {
  const repetition = new Repetition(isJson);
  for (let length = 1; length <= text.length; length++) {
    repetition.push(Buffer.from(text[length - 1]!));
    const before = text.slice(0, length);
    repetition.look(length, () => {
      const { tokens, end = "\n" } = ends(before);
      return { tokens, bytes: Buffer.from(end) };
    });
    const [ended] = repetition.ended;
    if (ended !== undefined) {
      expect(repetition.isEnding).toBe(true);
      return { text: before, ...ended };
    }
  }
  return undefined;
}

/** A text without copies of a piece. */
const piece = (length: number) => Array.from({ length }, (_, i) => String.fromCharCode(0x4e00 + i)).join("");
const two = () => ({ tokens: 2 });

describe("Repetition", () => {
  it("is noticed from three copies of a piece and 128 characters on", () => {
    for (const [period, count] of [
      [1, 128],
      [5, 26],
      [42, 4],
      [43, 3],
      [256, 3],
    ] as const) {
      const text = `abc${piece(period).repeat(count)}`;
      const least = 3 + Math.max(128, 3 * period);
      expect(endOf(text, two), `${period}`).toMatchObject({ token: least, pointer: "" });
      expect(endOf(text.slice(0, least - 1), two)).toBeUndefined();
    }
    expect(endOf(piece(257).repeat(9), two)).toBeUndefined();
    expect(endOf(piece(2000), two)).toBeUndefined();
  });

  it("is not ended within an item, where more is missing than behind it", () => {
    // Items of 50 characters: one token is missing behind their last one, otherwise two.
    const ends: EndOf = ({ length }) => ({ tokens: length % 50 === 0 ? 1 : 2 });
    expect(endOf(piece(50).repeat(5), ends)?.token).toBe(150);
    // The copies begin within an item here, so there are three of them two characters behind an item's end.
    expect(endOf(`ab${piece(50).repeat(5)}`, ends)?.token).toBe(200);
  });

  it("is ended where its end begins like the next copy, where as much is missing elsewhere", () => {
    const found = endOf(`[${'"abcdefgh", '.repeat(14)}`, () => ({ tokens: 2, end: '"]' }), true);
    expect(found?.text).toMatch(/"abcdefgh$/);
    expect(found?.pointer).toBe("");
  });

  it("is ended between two words", () => {
    const found = endOf("abc def ".repeat(30), () => ({ tokens: 2, end: '"' }));
    expect(found?.text).toMatch(/(abc|def| )$/);
    expect(endOf("abcdefghij".repeat(30), () => ({ tokens: 2, end: '"' }))?.text).toHaveLength(128);
  });

  it("is not ended as long as items are missing", () => {
    const ends: EndOf = ({ length }) => ({ tokens: Math.max(0, 9 - Math.floor(length / 50)) * 3 + 1 });
    expect(endOf(piece(50).repeat(12), ends)?.token).toBe(500);
  });

  it("is noticed anew where the output goes on in another way", () => {
    const text = `${piece(60).repeat(2)}ab${piece(60).repeat(4)}`;
    expect(endOf(text, two)?.token).toBe(122 + 180);
  });

  it.each([
    ['{"a": {"b": "', "xyz ", "/a/b"],
    ['{"a": {"b": ', "7", "/a/b"],
    ['{"a": {"b": [', "7, ", "/a/b"],
    ['{"a": {"b": [', '{"c": [0, 1]}, ', "/a/b"],
    ['{"a": {"b": [{"c": [', "0, ", "/a/b/0/c"],
    ["", "abc, ", ""],
  ])("is that of the innermost value that was open all the time: %s%s", (begin, copy, pointer) => {
    expect(endOf(begin + copy.repeat(130), two, begin !== "")?.pointer).toBe(pointer);
  });

  it("is over when that value has ended, and others may follow", () => {
    const repetition = new Repetition(true);
    const push = (text: string) => {
      for (const character of text) {
        repetition.push(Buffer.from(character));
        repetition.look(7, () => ({ tokens: 1, bytes: Buffer.from("]}") }));
      }
    };
    push(`{"a": [${"1, ".repeat(60)}`);
    expect(repetition.ended).toEqual([{ token: 7, pointer: "/a" }]);
    expect(repetition.isEnding).toBe(true);
    push("2]");
    expect(repetition.isEnding).toBe(false);
    push(`, "b": ["${"no ".repeat(90)}`);
    expect(repetition.ended.map(({ pointer }) => pointer)).toEqual(["/a", "/b/0"]);
  });
});

describe("onRepetition", () => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(tiny("tiny-rows"), { threads: 1 });
  });
  afterAll(() => model.dispose());

  /** A request whose model never writes one character by itself, and likes another. */
  const writing = (liked: string, without: string) => {
    const bias: Record<number, number> = {};
    for (let id = 0; id < model.vocabulary.size; id++) {
      const text = String.fromCharCode(...(model.vocabulary.tokenBytes(id) ?? []));
      if (text.includes(without) || text.includes(liked)) {
        bias[id] = text.includes(without) ? -100 : 50;
      }
    }
    return { prompt: "the user", maxTokens: 220, logitBias: bias };
  };
  const schema = {
    type: "object",
    properties: {
      list: { type: "array", items: { enum: ["user", "name", "age"] } },
      end: { enum: [1, 2] },
    },
    required: ["list", "end"],
    additionalProperties: false,
  };
  const schemaOptions = { whitespace: "compact" } as const;

  it("ends lists that repeat themselves behind a whole item, says so, and goes on", async () => {
    const request = { ...writing("u", "]"), schema, schemaOptions };
    const ignored = await model.generate(request);
    const closed = await model.generate({ ...request, onRepetition: "close" });
    expect(ignored.closedEarly).toBeDefined();
    expect(ignored.repetitions).toEqual([]);
    expect(closed.finishReason).toBe("complete");
    expect(closed.closedEarly).toBeUndefined();
    expect(closed.repetitions).toEqual([{ token: expect.any(Number), pointer: "/list" }]);
    expect(closed.tokens.length).toBeLessThan(ignored.tokens.length - 50);
    const { token } = closed.repetitions[0]!;
    expect(closed.tokens.slice(0, token)).toEqual(ignored.tokens.slice(0, token));
    const { list } = closed.value as { readonly list: readonly string[] };
    expect(list).toEqual((ignored.value as { readonly list: readonly string[] }).list.slice(0, list.length));
  });

  it.each([
    [{ forcedTokens: false, drafts: false }],
    [{ onLength: "cut" }],
    [{ drafts: { maxTokens: 64, tokenCost: 0.01 } }],
  ] as const)("gives the same value with %o", async (how) => {
    const request = { ...writing("u", "]"), schema, schemaOptions, onRepetition: "close" } as const;
    const { value } = await model.generate(request);
    const other = await model.generate({ ...request, ...how });
    expect(other.finishReason).toBe("complete");
    expect(other.repetitions).toHaveLength(1);
    expect(other.value).toEqual(value);
  });

  it.each([
    ["c", "e", { regex: "(ab|cd )*e" }],
    ["a", '"', { schema: { type: "string" } }],
    [
      "7",
      "]",
      { schema: { type: "array", items: { type: "integer", minimum: 0, maximum: 9 }, minItems: 40 } },
    ],
  ] as const)("ends texts of many %s without %s", async (liked, without, form) => {
    const request: GenerateRequest = { ...writing(liked, without), ...form, onRepetition: "close" };
    const result = await model.generate(request);
    expect(result.finishReason).toBe("complete");
    expect(result.repetitions, result.text).toMatchObject([{ pointer: "" }]);
    expect(result.tokens.length, result.text).toBeLessThan(200);
    expect(result.closedEarly).toBeUndefined();
  });

  it("changes nothing where nothing is repeated", async () => {
    const request = { prompt: "x", choice: ["the name and so on", "the age"], maxTokens: 100 } as const;
    const closed = await model.generate({ ...request, onRepetition: "close" });
    expect(closed.tokens).toEqual((await model.generate(request)).tokens);
    expect(closed.repetitions).toEqual([]);
  });

  it("needs something that tells how an output ends", async () => {
    const request = { prompt: "x", onRepetition: "close" } as const;
    await expect(model.generate(request)).rejects.toThrow(InvalidRequestError);
  });
});
