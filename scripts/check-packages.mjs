// `pnpm check:packages`: packs every public package as it would be published, and checks the tarballs:
// publint (manifest and files), attw (can TypeScript resolve the types, from ES modules).
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp } from "./setup.mjs";
import { at, entry, node, pnpm, readJson, say } from "./shared.mjs";

entry(async () => {
  await setUp();
  let failed = 0;
  for (const folder of publicPackages()) if (!(await check(folder))) failed++;
  if (failed > 0) say(`${failed} package(s) with problems.`);
  return failed > 0 ? 1 : 0;
});

function publicPackages() {
  return ["packages", "models"]
    .flatMap((parent) => readdirSync(at(parent)).map((name) => at(parent, name)))
    .filter((folder) => readdirSync(folder).includes("package.json"))
    .filter((folder) => !readJson(join(folder, "package.json")).private);
}

/** @param {string} folder */
async function check(folder) {
  const manifest = readJson(join(folder, "package.json"));
  const target = mkdtempSync(join(tmpdir(), "grammask-pack-"));
  /** @type {import("./shared.mjs").RunOptions} */
  const show = { show: "failure" };
  try {
    if ((await pnpm(["pack", "--pack-destination", target], { ...show, cwd: folder })) !== 0) return false;
    const tarball = join(target, readdirSync(target)[0]);
    const lint = await node([at("node_modules", "publint", "src", "cli.js"), tarball, "--strict"], show);
    const attw = at("node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    const types = hasTypes(manifest) ? await node([attw, tarball, "--profile", "esm-only"], show) : 0;
    const ok = lint === 0 && types === 0;
    say(`${ok ? "ok    " : "FAILED"}  ${manifest.name} ${manifest.version}`);
    return ok;
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/** Some packages are a program or data only. @param {{ exports?: Record<string, unknown> }} manifest */
function hasTypes(manifest) {
  return JSON.stringify(manifest.exports ?? {}).includes(".d.ts");
}
