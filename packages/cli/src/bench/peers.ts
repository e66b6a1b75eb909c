import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the benchmarks compare with, and real tokenizers: a folder for each, with exact versions and hashes. */
const peers = fileURLToPath(new URL("../../peers", import.meta.url));

/** The driver of the engines that are Python packages. */
export const pythonDriver = join(peers, "driver.py");

/** Why a peer cannot be used, in a line for the user. */
export class MissingPeerError extends Error {
  override readonly name = "MissingPeerError";
}

/**
 * The folder with an installed peer. It is made at the first call, in the user's cache, for this set of versions: npm
 * packages from `lock.json`, or a virtual environment of Python from `requirements.txt`. Scripts of packages do not run.
 *
 * @throws MissingPeerError where it cannot be installed
 */
export async function installPeer(name: string, say: (line: string) => void): Promise<string> {
  const source = join(peers, name);
  const folder = join(cacheFolder(), `${name}-${versionsHash(source)}`);
  const done = join(folder, ".installed");
  if (existsSync(done)) return folder;
  say(`installing ${name} into ${folder}`);
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    cpSync(source, folder, { recursive: true });
  } catch (error) {
    throw new MissingPeerError(`The cache folder cannot be written: ${(error as Error).message}`);
  }
  if (existsSync(join(source, "lock.json"))) await installPackages(folder);
  else await installRequirements(folder);
  writeFileSync(done, "");
  return folder;
}

/** The Python of an installed peer. */
export function pythonOf(folder: string): string {
  return process.platform === "win32"
    ? join(folder, "venv", "Scripts", "python.exe")
    : join(folder, "venv", "bin", "python");
}

/** `GRAMMASK_CACHE`, or the platform's folder for caches. */
function cacheFolder(): string {
  const { GRAMMASK_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (GRAMMASK_CACHE) return GRAMMASK_CACHE;
  if (process.platform === "win32") return join(LOCALAPPDATA || homedir(), "grammask");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "grammask");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "grammask");
}

/** Other versions get another folder. */
function versionsHash(source: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(source, { recursive: true }).map(String).sort()) {
    if (/\.(json|txt|js)$/.test(name)) hash.update(name).update(readFileSync(join(source, name)));
  }
  return hash.digest("hex").slice(0, 10);
}

async function installPackages(folder: string): Promise<void> {
  cpSync(join(folder, "manifest.json"), join(folder, "package.json"));
  cpSync(join(folder, "lock.json"), join(folder, "package-lock.json"));
  // The peer dependencies of peers are whole inference libraries that the engines inside do not need.
  const options = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];
  await run("npm", ["ci", ...options], folder, process.platform === "win32");
}

async function installRequirements(folder: string): Promise<void> {
  const python = process.platform === "win32" ? "python" : "python3";
  await run(python, ["-m", "venv", "venv"], folder);
  // The files name all that is needed.
  const options = [
    "--quiet",
    "--disable-pip-version-check",
    "--no-deps",
    "--require-hashes",
    "--only-binary",
    ":all:",
  ];
  await run(pythonOf(folder), ["-m", "pip", "install", ...options, "-r", "requirements.txt"], folder);
}

/** Runs a program to its end; its output is shown only where it fails, in the error. */
function run(command: string, args: string[], cwd: string, shell = false): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, shell, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    const fail = (reason: string) =>
      reject(new MissingPeerError(`${command} ${args.slice(0, 3).join(" ")} failed: ${reason}`));
    child.on("error", (error) => fail(error.message));
    child.on("close", (code) => (code === 0 ? resolve() : fail(lastLines(output) || `exit code ${code}`)));
  });
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-4).join(" | ").slice(-500);
}
