import { parseJson } from "@grammask/core";
import { expect, test } from "vitest";
import { pythonJson, pythonNumber } from "./python-json.js";

// The right-hand sides are what Python 3 prints for json.dumps(json.loads(text)).
test.each([
  ["0", "0"],
  ["-0", "0"],
  ["-0.0", "-0.0"],
  ["0e5", "0.0"],
  ["123456789012345678901234567890", "123456789012345678901234567890"],
  ["1.0", "1.0"],
  ["-1.50", "-1.5"],
  ["1e2", "100.0"],
  ["1E+15", "1000000000000000.0"],
  ["1e16", "1e+16"],
  ["123456789.125e7", "1234567891250000.0"],
  ["1.5e300", "1.5e+300"],
  ["0.0001", "0.0001"],
  ["0.00012345", "0.00012345"],
  ["0.00001", "1e-05"],
  ["-2.5e-10", "-2.5e-10"],
  ["0.1000000000000000055511", "0.1"],
  ["1e400", "1e400"],
])("%s is written %s", (text, expected) => {
  expect(pythonNumber(text)).toBe(expected);
});

test("a value is written with its order, its characters and Python's spaces", () => {
  const text = '{"10":[],"2":[1,{"a":{}}],"é\\u0001\\/\\u007f":"\\ud83d\\ude00\\n\\"",  "x":null}';
  expect(pythonJson(parseJson(text))).toBe(
    '{"10": [], "2": [1, {"a": {}}], "é\\u0001/\u007f": "😀\\n\\"", "x": null}',
  );
});
