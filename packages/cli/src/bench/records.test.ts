import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BenchRecord, countRecords, readRecords } from "./records.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));
const all = { take: 1, of: 1 };

async function read(paths: string[], sample = all): Promise<BenchRecord[]> {
  const records: BenchRecord[] = [];
  for await (const record of readRecords(paths, sample)) records.push(record);
  expect(await countRecords(paths, sample)).toBe(records.length);
  return records;
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "grammask-records-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("lines, plain and compressed", async () => {
  const file = fixture("records.jsonl");
  const zipped = join(folder, "records.jsonl.gz");
  writeFileSync(zipped, gzipSync(readFileSync(file)));
  const records = await read([file]);
  expect(records.map(({ id }) => id)).toEqual([
    "passes",
    "refused",
    "wrongly-refused",
    "incomplete",
    "wrongly-accepted",
  ]);
  expect(await read([zipped])).toEqual(records);
});

test("a sample is spread over all files", async () => {
  const file = fixture("records.jsonl");
  const ids = (await read([file, file], { take: 2, of: 4 })).map(({ id }) => id);
  // Numbers 0 and 1, 4 and 5, 8 and 9 of ten.
  expect(ids).toEqual(["passes", "refused", "wrongly-accepted", "passes", "incomplete", "wrongly-accepted"]);
});

test("a folder of MaskBench's files is read with its numbers and its order", async () => {
  const files = join(folder, "maskbench");
  mkdirSync(join(files, "data"), { recursive: true });
  const schema = '{ "properties": { "10": true, "2": { "const": 1.50 } } }';
  const tests = `[{ "valid": true, "data": { "10": [1e5, 1E-7, 100000000000000000000], "2": 1.5 } },
    { "description": "wrong", "valid": false, "data": { "2": 1 } }]`;
  writeFileSync(join(files, "data", "one.json"), `{ "meta": {}, "schema": ${schema}, "tests": ${tests} }`);
  expect(await read([files])).toEqual([
    {
      id: "one",
      schema: '{"properties":{"10":true,"2":{"const":1.50}}}',
      tests: [
        { text: '{"10": [100000.0, 1e-07, 100000000000000000000], "2": 1.5}', valid: true },
        { text: '{"2": 1}', valid: false },
      ],
    },
  ]);
});

test.each([
  ["not JSON", "{", "bad.jsonl:1 is not JSON"],
  ["another record", '{"id": 1}', "bad.jsonl:1 is not a record"],
])("a line that is %s", async (_, line, message) => {
  const file = join(folder, "bad.jsonl");
  writeFileSync(file, `${line}\n`);
  await expect(read([file])).rejects.toThrow(message);
});

test("files that are not there, not MaskBench's, or not compressed", async () => {
  await expect(read([join(folder, "none")])).rejects.toThrow("no such file");
  await expect(read([fixture("person.json")])).rejects.toThrow("not a file of MaskBench");
  const file = join(folder, "plain.jsonl.gz");
  writeFileSync(file, "{}");
  await expect(read([file])).rejects.toThrow("incorrect header check");
});
