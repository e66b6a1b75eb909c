import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { byteTokenizer } from "../shared/byte-tokenizer.js";
import type { Finding, Verdict } from "./judge.js";
import type { Group } from "./suite.js";
import { addGroup, type Results } from "./summary.js";

const cli = fileURLToPath(new URL("../../../packages/cli/dist/cli.js", import.meta.url));

/** What `grammask bench maskbench --json` writes of an engine, as far as it is read here. */
interface EngineReport {
  readonly version: string;
  readonly failures: readonly { readonly id: string; readonly kind: string; readonly detail: string }[];
}

export interface PeerResults {
  /** A package and its version. */
  readonly version: string;
  readonly results: Results;
}

/**
 * The groups' tests through another engine, by the drivers of `grammask bench maskbench`: each test is a record of its
 * own, in tokens that are bytes. Schemas of other documents are not handed over, and each engine treats formats in its
 * own way.
 *
 * @throws Error where the engine cannot be installed or started
 */
export async function runPeer(
  engine: string,
  groups: readonly Group[],
  limitMs: number,
): Promise<PeerResults> {
  const folder = mkdtempSync(join(tmpdir(), "grammask-conformance-"));
  try {
    const [tokenizer, data, json] = ["tokenizer.json", "tests.jsonl", "out.json"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(tokenizer, JSON.stringify(byteTokenizer()));
    writeFileSync(data, records(groups));
    const files = ["--data", data, "--tokenizer", tokenizer, "--json", json];
    await run([
      cli,
      "bench",
      "maskbench",
      ...files,
      "--engines",
      engine,
      "--file-limit",
      `${limitMs / 1000}`,
    ]);
    const { engines, skipped } = JSON.parse(readFileSync(json, "utf8")) as {
      engines: Record<string, EngineReport>;
      skipped: Record<string, string>;
    };
    const report = engines[engine];
    if (report === undefined) throw new Error(`${engine} cannot be run: ${skipped[engine]}`);
    return { version: report.version, results: resultsOf(groups, report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The tests as MaskBench has them; the id is the number of the group and that of the test. */
function records(groups: readonly Group[]): string {
  const lines = groups.flatMap(({ schema, tests }, g) =>
    tests.map(({ instance, valid }, t) =>
      JSON.stringify({ id: `${g}/${t}`, schema, tests: [{ text: instance, valid }] }),
    ),
  );
  return `${lines.join("\n")}\n`;
}

function resultsOf(groups: readonly Group[], { failures }: EngineReport): Results {
  const byId = new Map(failures.map((failure) => [failure.id, failure]));
  const results: Results = {};
  for (const [g, group] of groups.entries()) {
    const findings = group.tests.map(({ valid }, t): Finding => {
      const failure = byId.get(`${g}/${t}`);
      return failure === undefined ? { verdict: "pass" } : findingOf(failure.kind, failure.detail, valid);
    });
    addGroup(results, group, findings);
  }
  return results;
}

const VERDICTS: Readonly<Record<string, Verdict>> = {
  "invalidation-error": "accepted",
  "validation-error": "rejected",
  "compile-error": "compile-error",
  timeout: "timeout",
  crash: "crash",
};

/** As with this project's engine, a schema that is refused because no value matches it is right about invalid instances. */
function findingOf(kind: string, detail: string, valid: boolean): Finding {
  const verdict = VERDICTS[kind] ?? "crash";
  const cause = detail.split("\n")[0]!.slice(0, 100);
  if (verdict !== "compile-error") return { verdict, detail };
  if (!/unsatisfiable/i.test(detail)) return { verdict, cause, detail };
  return valid ? { verdict: "rejected", detail } : { verdict: "pass" };
}

/** Runs Node with its error output shown; @throws Error where it fails */
function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`grammask bench maskbench ended with ${code}`)),
    );
  });
}
