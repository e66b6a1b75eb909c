// `pnpm test:seeds [--seeds N] [--first SEED] [PATHS]`: runs the tests that draw at random with other seeds than `npm test` does,
// and says which seeds fail; `GRAMMASK_SEED=SEED npx vitest run FILE` does the same again.
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { parseArgs } from "node:util";
import { at, entry, node, root, say } from "./shared.mjs";

const HELP =
  "pnpm test:seeds [--seeds N (10)] [--first SEED (the seconds since 1970)] [PATHS (packages benchmarks)]";

entry(async () => {
  const { values, positionals } = parseArgs({
    options: {
      seeds: { type: "string", default: "10" },
      first: { type: "string", default: String(Math.floor(Date.now() / 1000)) },
      help: { type: "boolean" },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [seeds, first] = [Number(values.seeds), Number(values.first)];
  if (!(Number.isSafeInteger(seeds) && seeds > 0 && Number.isSafeInteger(first))) {
    say(`Both numbers must be integers, and there must be a seed: ${HELP}`);
    return 2;
  }
  const paths = positionals.length > 0 ? positionals : ["packages", "benchmarks"];
  const files = paths.flatMap((path) => testsIn(path)).filter(drawsAtRandom);
  if (files.length === 0) {
    say(`No tests that draw at random in ${paths.join(", ")}.`);
    return 2;
  }
  const failed = [];
  for (let seed = first; seed < first + seeds; seed++) {
    say(`seed ${seed} (${seed - first + 1} of ${seeds}), ${files.length} files`);
    const env = { ...process.env, GRAMMASK_SEED: String(seed) };
    const vitest = at("node_modules", "vitest", "vitest.mjs");
    if ((await node([vitest, "run", "--reporter=dot", ...files], { env })) !== 0) failed.push(seed);
  }
  console.log(
    `${seeds - failed.length} seeds passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join()}` : ""}`,
  );
  return failed.length > 0 ? 1 : 0;
});

/** The files of tests under a path, relative to the repository. @param {string} path @returns {string[]} */
function testsIn(path) {
  if (path.endsWith(".test.ts")) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
    .map((file) => join(path, file))
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => !file.split(sep).some((part) => part === "node_modules" || part === "dist"));
}

/** @param {string} file */
function drawsAtRandom(file) {
  return /\bfc\.(assert|sample|check)\b/.test(readFileSync(at(file), "utf8"));
}
