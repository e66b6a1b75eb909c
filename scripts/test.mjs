// `npm test`: set-up, then all tests. The last line is `N passed, N failed`, with `, N skipped` where there are any.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp } from "./setup.mjs";
import { at, entry, node, readJson } from "./shared.mjs";

entry(async () => {
  await setUp();
  const folder = mkdtempSync(join(tmpdir(), "grammask-test-"));
  try {
    const file = join(folder, "result.json");
    const code = await node([
      at("node_modules", "vitest", "vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
      ...process.argv.slice(2),
    ]);
    return report(file, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/**
 * @param {string} file vitest's result
 * @param {number} code vitest's exit code
 */
function report(file, code) {
  let [passed, failed, skipped] = [0, 0, 0];
  try {
    const result = readJson(file);
    passed = result.numPassedTests;
    failed = result.numFailedTests;
    skipped = result.numPendingTests + result.numTodoTests;
    // A file that could not even be loaded has no tests to count: count the file.
    for (const suite of result.testResults) {
      if (suite.status === "failed" && suite.assertionResults.length === 0) failed++;
    }
  } catch {
    // vitest ended without a result: the failure below says so.
  }
  if (code !== 0 && failed === 0) failed = 1;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed > 0 ? 1 : 0;
}
