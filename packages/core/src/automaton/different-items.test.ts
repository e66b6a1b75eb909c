import { expect, it } from "vitest";
import { automatonOf } from "../../test/automaton-of.js";
import { compileJsonSchema } from "../index.js";
import type { Automaton } from "./automaton.js";
import { ByteTrail } from "./byte-trail.js";
import type { Config } from "./configs.js";
import { DifferentItems } from "./different-items.js";

/** A config of a nesting, and how many frames were asked whether they wait for an item that must differ. */
function look(schema: object, text: string): { found: boolean; asked: number } {
  const automaton = automatonOf(compileJsonSchema(schema));
  const config: Config = automaton.read(automaton.start, new TextEncoder().encode(text), new ByteTrail(), 0);
  expect(config).not.toBe(0);
  const { frames } = automaton;
  let asked = 0;
  const counting = new Proxy(frames, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...parts: unknown[]) => {
        if (name === "waitsForItem") asked++;
        return Reflect.apply(value, target, parts) as unknown;
      };
    },
  });
  const items = new DifferentItems({ configs: automaton.configs, frames: counting } as Automaton);
  return { found: items.isAmong(config), asked };
}

const nested = (uniqueItems: boolean) => ({
  type: "object",
  properties: { child: { $ref: "#" }, items: { type: "array", items: { type: "string" }, uniqueItems } },
});
const deep = '{"child":'.repeat(1000);

it("an open item that must differ is found wherever it is on the stack", () => {
  expect(look(nested(true), '{"items":["a').found).toBe(true);
  expect(
    look({ ...nested(true), items: { $ref: "#" }, uniqueItems: true, type: ["array", "object"] }, `[${deep}`)
      .found,
  ).toBe(true);
  expect(look(nested(true), `${deep}{"items":["a"],`).found).toBe(false);
});

it("a stack is not gone through where the grammar has no such item", () => {
  expect(look(nested(true), `${deep}{"items":["a"],`).asked).toBeGreaterThan(1000);
  const { found, asked } = look(nested(false), `${deep}{"items":["a"],`);
  expect(found).toBe(false);
  expect(asked).toBe(0);
});
