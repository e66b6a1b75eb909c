// `pnpm test:mutation`: changes the sources of JSON Schema's keywords in one place after the other, as they are loaded, and
// runs the tests on each. A change that no test notices is printed: a missing test, or code that says the same either way.
// With the JSON Schema Test Suite at hand it is asked first: it takes seconds, and notices most changes.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { at, entry, root, say } from "./shared.mjs";

/** Where keywords get their meaning. */
const FILES = [
  ...["schema-formulas", "number-keywords", "array-keywords", "object-keywords", "unevaluated", "constants"],
  ...["derivative", "repeated-items", "in-place"],
].map((name) => `packages/core/src/json-schema/${name}.ts`);

/** Run in this order, the quick ones first, until one stage fails. */
const STAGES = [
  [
    ...["number-keywords", "in-place", "derivative", "satisfiability", "conflict"].map(
      (name) => `packages/core/src/json-schema/${name}.test.ts`,
    ),
    "packages/core/src/grammar/json-schema.test.ts",
  ],
  ["packages/core/src/json-schema", "packages/core/test"],
];

/** Operators by what they are changed to. */
const FLIPPED = new Map([
  ["===", "!=="],
  ["!==", "==="],
  ["<", "<="],
  ["<=", "<"],
  [">", ">="],
  [">=", ">"],
  ["&&", "||"],
  ["||", "&&"],
]);

/** Methods by the one that is called instead. */
const CALLS = new Map([
  ["and", "or"],
  ["or", "and"],
  ["exactlyOne", "or"],
  ["every", "some"],
  ["some", "every"],
  ["union", "intersection"],
  ["intersection", "union"],
]);

/** @typedef {import("./mutant.mjs").Mutant} Mutant */

const usage = `pnpm test:mutation [--sample N/M] [--file NAME]... [--suite DIR [--quick]] [--limit SECONDS]

  --sample N/M     every M-th change, from the N-th on (default 1/1)
  --file NAME      changes in these of ${FILES.map((file) => file.split("/").at(-1)).join(", ")}
  --suite DIR      the JSON Schema Test Suite
  --quick          by the suite alone
  --limit SECONDS  tests that run longer than that have noticed the change (default 600)
`;

entry(async () => {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== "--"),
    options: {
      sample: { type: "string", default: "1/1" },
      file: { type: "string", multiple: true },
      suite: { type: "string" },
      quick: { type: "boolean", default: false },
      limit: { type: "string", default: "600" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [first, step] = values.sample.split("/").map(Number);
  if (!(first >= 1) || !(step >= first)) throw new Error(`--sample is not N/M\n${usage}`);
  const files = FILES.filter((file) => values.file?.some((name) => file.endsWith(`/${name}`)) ?? true);
  const chosen = files.flatMap(mutantsOf).filter((_, i) => i % step === first - 1);
  say(`${chosen.length} changes`);
  const options = { suite: values.suite, quick: values.quick, milliseconds: Number(values.limit) * 1000 };
  if (!survives(undefined, options)) throw new Error("the tests fail without a change");
  const survivors = [];
  for (const [i, mutant] of chosen.entries()) {
    const isMissed = survives(mutant, options);
    if (isMissed) survivors.push(mutant);
    say(`${i + 1}/${chosen.length} ${isMissed ? "MISSED " : "noticed"} ${describe(mutant)}`);
  }
  for (const mutant of survivors) console.log(describe(mutant));
  console.log(`${chosen.length - survivors.length} of ${chosen.length} changes are noticed`);
  return survivors.length > 0 ? 1 : 0;
});

/**
 * Whether all tests pass with a change.
 * @param {Mutant | undefined} mutant
 * @param {{ suite: string | undefined, quick: boolean, milliseconds: number }} options
 */
function survives(mutant, { suite, quick, milliseconds }) {
  const env = { ...process.env, GRAMMASK_MUTANT: mutant === undefined ? "" : JSON.stringify(mutant) };
  /** @param {string[]} args */
  const passes = (args) => {
    const { status } = spawnSync(process.execPath, args, {
      cwd: root,
      env,
      stdio: "ignore",
      timeout: milliseconds,
    });
    return status === 0;
  };
  if (suite !== undefined) {
    const hooks = pathToFileURL(at("scripts", "mutation-hooks.mjs")).href;
    const main = [at("benchmarks", "dist", "conformance", "main.js"), "--suite", suite, "--quiet"];
    // A busy machine is no change.
    main.push("--limit", "60000");
    const expect = ["--expect", at("benchmarks", "conformance", "expected.json")];
    /** @param {string[]} drafts */
    const conforms = (drafts) =>
      passes(["--import", hooks, ...main, ...expect, ...drafts.flatMap((draft) => ["--draft", draft])]);
    if (!conforms(["draft2020-12"]) || !conforms(["draft4", "draft7", "draft2019-09"])) return false;
  }
  if (quick) return true;
  const vitest = [at("node_modules", "vitest", "vitest.mjs"), "run", "--root", root, "--bail", "1"];
  const config = ["--config", at("scripts", "mutation.config.mjs"), "--reporter", "dot"];
  return STAGES.every((tests) => passes([...vitest, ...config, ...tests]));
}

/** @param {Mutant} mutant */
function describe({ file, start, end, replacement }) {
  const text = readFileSync(at(file), "utf8");
  const line = text.slice(0, start).split("\n").length;
  const short = (/** @type {string} */ code) => code.replace(/\s+/g, " ").slice(0, 100);
  return `${file}:${line}: ${short(text.slice(start, end))} -> ${short(replacement) || "nothing"}`;
}

/** All changes of a file, in the order of their places. @param {string} file @returns {Mutant[]} */
function mutantsOf(file) {
  const text = readFileSync(at(file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @type {Mutant[]} */
  const mutants = [];
  /** @param {ts.Node} node @param {string} replacement */
  const add = (node, replacement) =>
    mutants.push({ file, start: node.getStart(), end: node.getEnd(), replacement });
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isThrowStatement(node)) return;
    if (ts.isBinaryExpression(node)) {
      const { left, operatorToken, right } = node;
      const flipped = FLIPPED.get(operatorToken.getText());
      if (flipped !== undefined) add(operatorToken, flipped);
      // A negation of a formula, and an index beside this one.
      if (["^", "+", "-"].includes(operatorToken.getText()) && right.getText() === "1")
        add(node, left.getText());
    } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      add(node, node.operand.getText());
    } else if (ts.isIfStatement(node)) {
      add(node.expression, "false");
    } else if (ts.isIdentifier(node) && ["TRUE", "FALSE"].includes(node.text)) {
      add(node, node.text === "TRUE" ? "FALSE" : "TRUE");
    } else if (ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent)) {
      const flipped = CALLS.get(node.name.text);
      if (flipped !== undefined) add(node.name, flipped);
    }
    if (ts.isExpressionStatement(node) && /^[\w.]+\.push\(/.test(node.getText())) add(node, ";");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}
