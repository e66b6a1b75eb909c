// `pnpm check:packages`: packs every public package as it would be published, and checks the tarballs:
// publint (manifest and files), attw (can TypeScript resolve the types, from ES modules). Then installs all of them together
// in an empty project, and runs them there: every package is imported, `npx grammask` checks, exports and generates.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp } from "./setup.mjs";
import { at, entry, node, pnpm, readJson, run, say } from "./shared.mjs";

entry(async () => {
  await setUp();
  const folder = mkdtempSync(join(tmpdir(), "grammask-pack-"));
  try {
    const packed = publicPackages().map((source, i) => ({ source, target: join(folder, String(i)) }));
    let failed = 0;
    for (const each of packed) if (!(await check(each))) failed++;
    if (failed === 0 && !(await runInstalled(join(folder, "project"), packed))) failed++;
    if (failed > 0) say(`${failed} problem(s) with packages.`);
    return failed > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/**
 * A package, and the folder that its tarball goes to.
 * @typedef {{ source: string, target: string }} Packed
 */

function publicPackages() {
  return ["packages", "models"]
    .flatMap((parent) => readdirSync(at(parent)).map((name) => at(parent, name)))
    .filter((folder) => readdirSync(folder).includes("package.json"))
    .filter((folder) => !readJson(join(folder, "package.json")).private);
}

/** @param {Packed} packed */
async function check({ source, target }) {
  const manifest = readJson(join(source, "package.json"));
  mkdirSync(target);
  /** @type {import("./shared.mjs").RunOptions} */
  const show = { show: "failure" };
  if ((await pnpm(["pack", "--pack-destination", target], { ...show, cwd: source })) !== 0) return false;
  const tarball = tarballIn(target);
  const lint = await node([at("node_modules", "publint", "src", "cli.js"), tarball, "--strict"], show);
  const attw = at("node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
  const types = hasTypes(manifest) ? await node([attw, tarball, "--profile", "esm-only"], show) : 0;
  const ok = lint === 0 && types === 0;
  say(`${ok ? "ok    " : "FAILED"}  ${manifest.name} ${manifest.version}`);
  return ok;
}

/** @param {string} folder */
function tarballIn(folder) {
  return join(folder, readdirSync(folder)[0]);
}

/**
 * @param {string} project a folder that is made
 * @param {Packed[]} packed
 */
async function runInstalled(project, packed) {
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  const schema = { type: "object", properties: { name: { enum: ["Maria"] } }, required: ["name"] };
  writeFileSync(join(project, "schema.json"), JSON.stringify({ ...schema, additionalProperties: false }));
  const manifests = packed.map(({ source }) => readJson(join(source, "package.json")));
  // Packages that work in another one, which is not installed here, are installed only.
  const alone = manifests.filter(({ exports = {}, peerDependencies }) => "." in exports && !peerDependencies);
  const imports = alone.map(({ name }) => name);
  const program = imports.map((name) => `await import(${JSON.stringify(name)});`).join("\n");
  writeFileSync(join(project, "imports.mjs"), `${program}\n`);
  const tarballs = packed.map(({ target }) => tarballIn(target));
  /** @type {import("./shared.mjs").RunOptions} */
  const here = { show: "failure", cwd: project };
  const quiet = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];
  // The bundled model is no public package.
  const model = at("models", "smollm2-135m-instruct");
  const generation = ["--model", model, "--schema", "schema.json", "--prompt", "Who is it?"];
  const steps = [
    () => run("npm", ["install", ...quiet, ...tarballs], here),
    () => node(["imports.mjs"], here),
    () => run("npx", ["grammask", "--version"], here),
    () => run("npx", ["grammask", "check", "schema.json"], here),
    () => run("npx", ["grammask", "export", "schema.json", "--to", "gbnf"], here),
    () => run("npx", ["grammask", "generate", ...generation], here),
  ];
  for (const step of steps) if ((await step()) !== 0) return false;
  say(`ok      installed together and run: ${imports.length} packages imported, npx grammask`);
  return true;
}

/** Some packages are a program or data only. @param {{ exports?: Record<string, unknown> }} manifest */
function hasTypes(manifest) {
  return JSON.stringify(manifest.exports ?? {}).includes(".d.ts");
}
