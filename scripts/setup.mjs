// All the set-up that a fresh checkout needs: install, then build. Quick when there is nothing to do.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { at, node, pnpm, say } from "./shared.mjs";

/** Written after an install, with the hash of what it installed from. */
const stampFile = at("node_modules", ".grammask-installed");

/** Install and build. Throws with a plain message when one of them fails. */
export async function setUp() {
  await install();
  await build();
}

async function install() {
  const stamp = hashOfManifests();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  say("Installing packages (the first time takes a minute) ...");
  const code = await pnpm(["install", "--frozen-lockfile", "--reporter=append-only"], { show: "stderr" });
  if (code !== 0)
    throw new Error(`Installing the packages failed (pnpm ended with ${code}; its messages are above).`);
  writeFileSync(stampFile, stamp);
}

async function build() {
  const firstTime = !existsSync(at("packages", "core", "dist", "index.js"));
  if (firstTime) say("Building ...");
  const code = await node([at("node_modules", "typescript", "bin", "tsc"), "-b"], { show: "stderr" });
  if (code !== 0) throw new Error("The build failed (the compiler's messages are above).");
}

/** A hash of everything that decides what an install does, the platform and Node's binary interface included. */
function hashOfManifests() {
  const hash = createHash("sha256").update(
    `${process.platform} ${process.arch} ${process.versions.modules}\n`,
  );
  for (const file of manifests()) hash.update(`${file}\n`).update(readFileSync(file)).update("\n");
  return hash.digest("hex");
}

function manifests() {
  const folders = ["", "examples", "benchmarks"];
  for (const parent of ["packages", "models"]) {
    if (!existsSync(at(parent))) continue;
    for (const name of readdirSync(at(parent)).sort()) folders.push(`${parent}/${name}`);
  }
  return [
    at("pnpm-lock.yaml"),
    at("pnpm-workspace.yaml"),
    at(".npmrc"),
    ...folders.map((folder) => at(folder, "package.json")).filter((file) => existsSync(file)),
  ];
}
