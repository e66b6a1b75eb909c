import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dialectOf, makeJudge } from "./judges.js";

const main = fileURLToPath(new URL("../dist/walks/main.js", import.meta.url));

describe("the judges", () => {
  test("what all say, and what one says", async () => {
    const judge = await makeJudge(
      { type: "object", required: ["a"], properties: { b: { format: "email" } } },
      "2020-12",
    );
    expect(judge('{"a": 1}')).toEqual({ verdict: "valid" });
    expect(judge("{}")).toMatchObject({ verdict: "invalid", reason: expect.stringContaining("Ajv") });
    // Only Ajv looks at formats.
    expect(judge('{"a": 1, "b": "x"}')).toMatchObject({ verdict: "disputed" });
  });

  test("numbers that doubles do not hold are left to others; digits in strings are no numbers", async () => {
    const judge = await makeJudge({}, "2020-12");
    const texts = [
      "1234567890123456",
      "1e-400",
      "1e301",
      "0.1",
      "100000000000000000000",
      '"1234567890123456"',
      "-0.0e9",
    ];
    expect(texts.map((text) => judge(text).verdict)).toEqual([
      ...["undecided", "undecided", "undecided"],
      ...["valid", "valid", "valid", "valid"],
    ]);
    const dividing = await makeJudge({ multipleOf: 3 }, "2020-12");
    expect(dividing("3e16").verdict).toBe("undecided");
    expect(dividing("3e14").verdict).toBe("valid");
  });

  test("each dialect has its own rules", async () => {
    const siblings = {
      definitions: { a: { type: "string" } },
      allOf: [{ $ref: "#/definitions/a", maxLength: 1 }],
    };
    expect((await makeJudge(siblings, "draft-07"))('"abc"').verdict).toBe("valid");
    expect((await makeJudge(siblings, "2020-12"))('"abc"').verdict).toBe("invalid");
    const exclusive = { minimum: 1, exclusiveMinimum: true };
    expect((await makeJudge(exclusive, "draft-04"))("1").verdict).toBe("invalid");
    expect((await makeJudge(exclusive, "draft-04"))("2").verdict).toBe("valid");
    const named = { $schema: "http://json-schema.org/draft-06/schema#", contains: { const: 1 } };
    expect(dialectOf(named)).toBe("draft-06");
    expect((await makeJudge(named, "draft-06"))("[2]").verdict).toBe("invalid");
    expect([dialectOf({}), dialectOf(true), dialectOf({ $schema: "https://other.example" })]).toEqual([
      "2020-12",
      "2020-12",
      undefined,
    ]);
  });
});

test("judges that a schema is too much for cannot tell", async () => {
  const endless = { anyOf: [{ type: "string" }, { $ref: "#" }] };
  const judge = await makeJudge(endless, "2020-12");
  expect(judge("1").verdict).toBe("undecided");
});

describe("pnpm walks", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "grammask-walks-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("counts what came of random and of real schemas, and writes the outputs", () => {
    const [data, json, texts] = ["data.jsonl", "out.json", "texts.jsonl.gz"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const id = readFileSync(new URL("ids.txt", import.meta.url), "utf8").split("\n")[0]!;
    const schema = JSON.stringify({ type: "array", items: { type: "boolean" }, minItems: 2 });
    const records = [
      { id, schema },
      { id: "not in the list", schema },
    ];
    writeFileSync(data, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    const args = ["--schemas", "8", "--walks", "3", "--data", data, "--data-walks", "4", "--threads", "1"];
    const out = execFileSync(process.execPath, [main, ...args, "--json", json, "--texts", texts], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(out).toMatch(/^MaskBench, bytes +1 +2 +2 +0 /m);
    const result = JSON.parse(readFileSync(json, "utf8"));
    expect(result.failures).toBe(0);
    expect(result.parts["MaskBench, real"]).toMatchObject({ schemas: 1, ended: 2, valid: 2 });
    const written = gunzipSync(readFileSync(texts))
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const mine = written.filter((record) => record.id === id).flatMap((record) => record.texts as string[]);
    expect(mine).toHaveLength(4);
    for (const text of mine) expect(JSON.parse(text).length).toBeGreaterThanOrEqual(2);
  });

  test("wrong options", () => {
    const { status, stderr } = spawnSync(process.execPath, [main, "--walks", "0"], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("--walks must be") });
  });
});
