import fc, { type JsonValue } from "fast-check";
import { expect, test } from "vitest";
import { type Place, placeAfter } from "./place.js";

type Mark = Pick<Place, "slot" | "pointer">;

/** Writes a value, and notes what holds before each byte. */
class Writer {
  text = "";
  readonly marks: Mark[] = [];

  constructor(private readonly space: () => string) {}

  write(value: JsonValue, pointer: string, slotBehind: Mark): void {
    if (typeof value !== "object" || value === null) {
      this.emit(JSON.stringify(value), { slot: "value", pointer });
      this.mark(slotBehind, 0);
      return;
    }
    const isArray = Array.isArray(value);
    const members = Object.entries(value as object) as [string, JsonValue][];
    this.emit(isArray ? "[" : "{", { slot: "value", pointer });
    members.forEach(([key, member], index) => {
      if (index > 0) this.emit(",", { slot: "after", pointer });
      const inner = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (!isArray) {
        this.emit(this.space() + JSON.stringify(key), { slot: "key", pointer });
        this.emit(`${this.space()}:`, { slot: "colon", pointer });
      }
      this.emit(this.space(), { slot: "value", pointer: inner });
      this.write(member, inner, { slot: "after", pointer });
      this.emit(this.space(), { slot: "after", pointer });
    });
    const empty: Mark = isArray ? { slot: "value", pointer: `${pointer}/0` } : { slot: "key", pointer };
    this.emit(isArray ? "]" : "}", members.length === 0 ? empty : { slot: "after", pointer });
    this.mark(slotBehind, 0);
  }

  private emit(text: string, mark: Mark): void {
    const { length } = new TextEncoder().encode(text);
    for (let i = 0; i < length; i++) this.mark(mark, i);
    this.text += text;
  }

  /** What holds `ahead` bytes behind the text so far. A bracket or the end of a value changes it from the next byte on. */
  private mark(mark: Mark, ahead: number): void {
    this.marks[new TextEncoder().encode(this.text).length + ahead] = mark;
  }
}

test("every place in every JSON text", () => {
  const value = fc.jsonValue({
    maxDepth: 4,
    stringUnit: fc.constantFrom("a", "~", "/", '"', "\\", "é", "}", ",", "\n"),
  });
  fc.assert(
    fc.property(value, fc.infiniteStream(fc.constantFrom("", "", " ", "\n\t")), (json, spaces) => {
      const writer = new Writer(() => spaces.next().value as string);
      writer.write(json, "", { slot: "end", pointer: "" });
      expect(JSON.parse(writer.text)).toEqual(JSON.parse(JSON.stringify(json)));
      const bytes = new TextEncoder().encode(writer.text);
      for (let offset = 0; offset <= bytes.length; offset++) {
        const { slot, pointer, lexeme } = placeAfter(bytes.subarray(0, offset));
        // A number ends only where another byte says so.
        if (
          lexeme?.kind === "number" &&
          lexeme.start < offset &&
          !/[-+.\deE]/.test(String.fromCharCode(bytes[offset] ?? 0))
        )
          continue;
        expect({ slot, pointer }, writer.text.slice(0, offset)).toEqual(writer.marks[offset]);
      }
    }),
    { numRuns: 300 },
  );
});

test("the open lexeme, and the keys of the open object", () => {
  const at = (text: string) => placeAfter(new TextEncoder().encode(text));
  expect(at('{"a": {"b": 1, "c\\"": 2}, "d"')).toMatchObject({
    keys: ["a", "d"],
    container: "object",
    lexeme: undefined,
  });
  expect(at('{"a": {"b": 1, "c\\"": "x')).toMatchObject({
    keys: ["b", 'c"'],
    lexeme: { kind: "string", start: 22 },
  });
  expect(at('{"ke')).toMatchObject({ lexeme: { kind: "key", start: 1 } });
  expect(at("[-1.5e")).toMatchObject({ container: "array", lexeme: { kind: "number", start: 1 } });
  expect(at("[tru")).toMatchObject({ lexeme: { kind: "literal", start: 1 } });
  expect(at("[true")).toMatchObject({ lexeme: undefined, slot: "after" });
});
