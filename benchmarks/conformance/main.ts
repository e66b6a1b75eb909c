// `pnpm conformance`: the JSON Schema Test Suite, through the engine.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { compare, type Expectation, expectationOf, mergeExpectations } from "./expectation.js";
import { type ConformanceOptions, readOptions } from "./options.js";
import { writePage } from "./page.js";
import { type PeerResults, runPeer } from "./peers.js";
import { GroupRunner } from "./run.js";
import { readDraft, readRemotes, suiteVersion } from "./suite.js";
import { addGroup, causeTable, comparisonTable, draftTable, type Results, totalTable } from "./summary.js";

try {
  const options = readOptions(process.argv.slice(2));
  if (options !== undefined) process.exitCode = await conformance(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function conformance(options: ConformanceOptions): Promise<number> {
  const results: Results = {};
  const runner = new GroupRunner(readRemotes(options.suite), options.limitMs);
  for (const draft of options.drafts) {
    for (const group of readDraft(options.suite, draft)) addGroup(results, group, await runner.run(group));
    if (!options.quiet) console.log(`${draftTable(draft, results[draft] ?? {})}\n`);
  }
  await runner.close();
  if (!options.quiet) console.log(`${causeTable(results)}\n`);
  console.log(totalTable(results));
  const peers: Record<string, PeerResults> = {};
  for (const peer of options.peers) {
    const groups = options.drafts.flatMap((draft) => readDraft(options.suite, draft));
    peers[peer] = await runPeer(peer, groups, options.limitMs);
  }
  if (options.peers.length > 0) console.log(`\n${comparisonTable(results, peers)}`);

  const suite = suiteVersion(options.suite);
  const date = new Date().toISOString().slice(0, 10);
  if (options.json !== undefined) writeJson(options.json, { suite, date, drafts: results, peers });
  if (options.page !== undefined) {
    writePage(options.page, { results, peers, suite: suite ?? "an unknown commit", date });
    console.error(`wrote ${options.page}`);
  }
  return options.expect === undefined ? 0 : judge(options, expectationOf(results, suite));

  function judge({ expect, updateExpect }: ConformanceOptions, now: Expectation): number {
    const file = resolve(expect!);
    const old = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Expectation) : undefined;
    if (old === undefined && !updateExpect)
      throw new Error(`${expect} does not exist; --update-expect writes it`);
    const { worse, better } = old === undefined ? { worse: [], better: [] } : compare(results, old);
    if (old !== undefined && old.suite !== now.suite) {
      console.log(`\nThe expectation is for another copy of the suite: ${old.suite}, not ${now.suite}.`);
    }
    if (worse.length > 0) console.log(`\n${worse.length} WORSE than expected:\n${worse.join("\n")}`);
    if (better.length > 0) console.log(`\n${better.length} better than expected:\n${better.join("\n")}`);
    if (updateExpect) {
      writeJson(file, mergeExpectations(old, now));
      return 0;
    }
    if (worse.length === 0) {
      console.log(`\nAs expected${better.length > 0 ? " or better: --update-expect keeps it so" : ""}.`);
    }
    return worse.length > 0 ? 1 : 0;
  }
}

function writeJson(file: string, content: object): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  console.error(`wrote ${file}`);
}
