import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compare, type Expectation } from "./expectation.js";
import { readDraft, readRemotes } from "./suite.js";
import { addGroup, type Results } from "./summary.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const small = path("fixtures/suite");

function conformance(...args: string[]) {
  const main = path("../dist/conformance/main.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "grammask-conformance-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a small suite", () => {
  test("is read with its numbers, its order and its draft", () => {
    const groups = readDraft(small, "draft7");
    expect(groups.map(({ file, section }) => [file, section])).toEqual([
      ["optional/format/unknown.json", "format"],
      ["type.json", "required"],
      ["type.json", "required"],
      ["wrong.json", "required"],
      ["wrong.json", "required"],
    ]);
    expect(groups[1]).toMatchObject({
      schema: '{"$schema":"http://json-schema.org/draft-07/schema#","type":"integer"}',
      tests: [
        { id: "integers, as they were written / an integer", instance: "12345678901234567890" },
        { instance: "1.5" },
        { id: "integers, as they were written / an integer (2)", instance: "1.0" },
      ],
    });
    expect(groups[2]?.schema).toBe("false");
    expect(groups[3]?.tests[0]?.instance).toBe('{"2":1,"10":"é"}');
    expect(readRemotes(small)).toEqual({ "http://localhost:1234/integer.json": '{ "type": "integer" }\n' });
  });

  test("every outcome is counted", () => {
    const json = join(folder, "out.json");
    const { status, stdout } = conformance("--suite", small, "--json", json);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^type.json +4 +4 +100.0 /m);
    expect(stdout).toMatch(/^draft2020-12 required +1 +1 /m);
    const { draft7 } = JSON.parse(readFileSync(json, "utf8")).drafts;
    expect(draft7["wrong.json"]).toMatchObject({
      tests: 3,
      passed: 0,
      wronglyRejected: 1,
      wronglyAccepted: 1,
      compileErrors: 1,
      failures: [
        { id: "labels that are wrong / called invalid", verdict: "accepted" },
        { id: "labels that are wrong / called valid", verdict: "rejected" },
        { verdict: "compile-error", cause: "invalid-schema type" },
      ],
    });
  });

  test("what takes too long is reported as such", () => {
    const { stdout } = conformance("--suite", small, "--draft", "draft7", "--limit", "0.001");
    const total = /^= required(?: +\S+)+ +(\d+)$/m.exec(stdout);
    expect(Number(total?.[1])).toBeGreaterThan(0);
  });

  test("an expectation is written, kept, and fails when something gets worse", () => {
    const file = join(folder, "expected.json");
    const args = ["--suite", small, "--quiet", "--expect", file];
    expect(conformance(...args)).toMatchObject({ status: 2 });
    expect(conformance(...args, "--update-expect").status).toBe(0);
    expect(conformance(...args)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("As expected."),
    });

    const expected = JSON.parse(readFileSync(file, "utf8"));
    delete expected.drafts.draft7["wrong.json"].failing["labels that are wrong / called invalid"];
    writeFileSync(file, JSON.stringify(expected));
    const { status, stdout } = conformance(...args);
    expect(status).toBe(1);
    expect(stdout).toContain("draft7 wrong.json: labels that are wrong / called invalid: pass -> accepted");
  });

  test("other engines read the same tests, byte by byte", () => {
    const json = join(folder, "peers.json");
    // This project's engine, through the way that others take.
    const { status, stdout, stderr } = conformance(
      ...["--suite", small, "--draft", "draft7", "--engines", "grammask,grammask-copy", "--json", json],
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^draft7 required +grammask-copy +7 +4 +57.1 +1 +1 +1 +0 +0$/m);
    const { drafts, peers } = JSON.parse(readFileSync(json, "utf8"));
    const outcome = (all: typeof drafts) =>
      all.draft7["wrong.json"].failures.map(({ id, verdict }: { id: string; verdict: string }) => [
        id,
        verdict,
      ]);
    expect(outcome(peers["grammask-copy"].results)).toEqual(outcome(drafts));
  });

  test.each([
    [["--suite", small, "--engines", "llguidance"], "--engines must begin with grammask"],
    [[], "--suite is missing"],
    [["--suite", path(".")], "no folder tests"],
    [["--suite", small, "--draft", "draft3"], "--draft must be one of"],
    [["--suite", small, "--draft", "draft4"], "no tests for draft4"],
  ])("%j: %s", (args, message) => {
    expect(conformance(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
  });
});

test("a refusal that turns into a wrong acceptance is worse, the reverse is better", () => {
  const [group] = readDraft(small, "draft2020-12");
  const id = group!.tests[0]!.id;
  const expectation = (verdict: "compile-error" | "accepted"): Expectation => {
    const failing = { [id]: verdict };
    const counts = { tests: 1, passed: 0, wronglyRejected: 0, wronglyAccepted: 0, compileErrors: 0 };
    const file = { ...counts, crashes: 0, timeouts: 0, failing };
    return { suite: null, drafts: { "draft2020-12": { "type.json": file } } };
  };
  const results = (verdict: "compile-error" | "accepted" | "pass"): Results => {
    const all: Results = {};
    addGroup(all, group!, [{ verdict }]);
    return all;
  };
  expect(compare(results("accepted"), expectation("compile-error"))).toMatchObject({
    worse: [`draft2020-12 type.json: ${id}: compile-error -> accepted`],
    better: [],
  });
  expect(compare(results("compile-error"), expectation("accepted")).worse).toEqual([]);
  expect(compare(results("pass"), expectation("accepted")).better).toHaveLength(1);
});

// The whole suite: GRAMMASK_SUITE, or the copy in `shared` beside the repository.
const suite = process.env.GRAMMASK_SUITE ?? path("../../../shared/json-schema-test-suite");
const expected = path("expected.json");
const reason = existsSync(join(suite, "tests"))
  ? existsSync(expected)
    ? undefined
    : "there is no expected.json"
  : "the suite is not here; set GRAMMASK_SUITE";
test.skipIf(reason !== undefined)(
  `the JSON Schema Test Suite${reason === undefined ? "" : ` (${reason})`}`,
  { timeout: 600_000 },
  () => {
    const { status, stdout, stderr } = conformance("--suite", suite, "--quiet", "--expect", expected);
    expect(status, stdout + stderr).toBe(0);
  },
);
