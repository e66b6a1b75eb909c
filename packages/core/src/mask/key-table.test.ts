import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../test/walk.js";
import type { ConfigMask } from "./interned-masks.js";
import { KeyTable } from "./key-table.js";
import { PrefixIds } from "./prefix-ids.js";
import { LayeredMask, NO_TOKENS } from "./token-mask.js";

const mask = new LayeredMask(32, undefined, NO_TOKENS);

describe("KeyTable", () => {
  it("finds the mask of each key, and none of others", () => {
    const random = randomNumbers(1);
    const table = new KeyTable<ConfigMask>();
    const model = new Map<string, ConfigMask>();
    // Few numbers, so that keys come again, and their beginnings; behind others in their array.
    const number = () => Math.floor(random() * 4) - 1;
    let hits = 0;
    for (let i = 0; i < 5000; i++) {
      const start = Math.floor(random() * 3);
      const end = start + Math.floor(random() * 7);
      const words = Int32Array.from({ length: 10 }, number);
      const place = Math.floor(random() * 3);
      const hash = KeyTable.hash(place, words, start, end);
      const name = `${place}:${words.subarray(start, end).join()}`;
      const known = model.get(name);
      expect(table.find(hash, place, words, start, end)).toBe(known);
      if (known !== undefined) {
        expect(table.lastBytes).toBe(known.id);
        hits++;
        continue;
      }
      const value = { id: i, mask, asks: NO_TOKENS };
      model.set(name, value);
      table.add(hash, place, words, start, end, value, i);
    }
    expect(hits).toBeGreaterThan(500);
    expect(model.size).toBeGreaterThan(500);
  });
});

describe("PrefixIds", () => {
  it("gives equal texts one number, and different texts different ones", () => {
    const random = randomNumbers(2);
    const ids = new PrefixIds();
    const byText = new Map<string, number>();
    const byId = new Map<number, string>();
    for (let i = 0; i < 5000; i++) {
      const bytes = Uint8Array.from({ length: 9 }, () => Math.floor(random() * 2));
      const from = Math.floor(random() * 3);
      const to = from + Math.floor(random() * 7);
      const text = bytes.subarray(from, to).join("");
      const id = ids.id(bytes, from, to);
      expect(byText.get(text) ?? id).toBe(id);
      expect(byId.get(id) ?? text).toBe(text);
      byText.set(text, id);
      byId.set(id, text);
    }
    expect(byText.size).toBe(127);
  });
});
