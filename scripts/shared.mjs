// What every script needs: where the repository is, how to say something, how to run something.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** A file of the repository. @param {...string} parts */
export const at = (...parts) => join(root, ...parts);

/** Progress goes to stderr: stdout belongs to the command that the user asked for. @param {string} line */
export const say = (line) => process.stderr.write(`${line}\n`);

/** @param {string} file */
export const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

/**
 * Runs a command in the repository root and gives its exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv, cwd?: string }} [options] quiet: what it prints goes to stderr
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: ["inherit", options.quiet ? 2 : "inherit", "inherit"],
      shell: process.platform === "win32" && command === "npx",
    });
    // The child shares the terminal and hears Ctrl-C itself: wait for it to end in its own way.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

/**
 * Runs a JavaScript file with this Node.
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export const node = (args, options) => run(process.execPath, args, options);

/**
 * Runs the one pnpm version of this repository, installed or not: `packageManager` in package.json names it.
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function pnpm(args, options) {
  const version = readJson(at("package.json")).packageManager;
  return run("npx", ["--yes", version, ...args], options);
}

/** Runs `main` and turns its result, or what it throws, into the exit code. @param {() => Promise<number>} main */
export async function entry(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
