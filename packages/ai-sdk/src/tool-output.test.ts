import { describe, expect, it } from "vitest";
import { beginningOfString, ToolOutputReader } from "./tool-output.js";

function readAll(text: string): unknown[] {
  const reader = new ToolOutputReader();
  const seen: unknown[] = [];
  for (const character of text) {
    reader.push(character);
    seen.push(reader.read(false));
  }
  return [...seen, reader.read(true)];
}

describe("ToolOutputReader", () => {
  it("reads calls and answers that only grow, in any layout", () => {
    const json = '{"a": "} ", "b": {"c": [{}]}}';
    for (const [text, expected] of [
      [`{"name":"f\\"x","arguments":${json}}`, { type: "call", name: 'f"x', json }],
      [`{\n  "name": "f",\n  "arguments": ${json}\n}`, { type: "call", name: "f", json }],
      [`{ "answer" : ${json} }`, { type: "answer", json }],
      ['{"answer":"}"}', { type: "answer", json: '"}"' }],
      ['{"answer": 12}', { type: "answer", json: "12" }],
    ] as const) {
      const seen = readAll(text).filter((each) => each !== undefined) as { json: string }[];
      expect(seen.at(-1)).toEqual(expected);
      for (const [i, each] of seen.entries()) {
        expect(expected.json.startsWith(each.json)).toBe(true);
        expect(each.json.length).toBeGreaterThanOrEqual(seen[i - 1]?.json.length ?? 0);
      }
    }
  });
});

describe("beginningOfString", () => {
  it("decodes what is whole", () => {
    const whole = 'a"\\\n\u00e9😀}';
    const json = JSON.stringify(whole).replace("é", "\\u00e9");
    let last = "";
    for (let length = 0; length <= json.length; length++) {
      const text = beginningOfString(json.slice(0, length));
      expect(whole.startsWith(text)).toBe(true);
      expect(text.startsWith(last)).toBe(true);
      expect(text).not.toMatch(/[\ud800-\udbff]$/);
      last = text;
    }
    expect(last).toBe(whole);
    expect(beginningOfString('"\\ud83d')).toBe("");
    expect(beginningOfString('"\\ud83d\\ude00')).toBe("😀");
  });
});
