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
 * @typedef {object} RunOptions
 * @property {"all" | "stderr" | "failure"} [show] where the command's output goes: to the terminal as it is (the
 *   default), all of it to stderr, or to stderr only when the command fails
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd] default: the repository's root
 */

/** @type {Record<string, import("node:child_process").StdioOptions>} */
const streams = {
  all: "inherit",
  stderr: ["ignore", 2, "inherit"],
  failure: ["ignore", "pipe", "pipe"],
};

/**
 * Runs a command and gives its exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<number>}
 */
export function run(command, args, { show = "all", env = process.env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: streams[show],
      shell: process.platform === "win32" && ["npm", "npx"].includes(command),
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    // The child shares the terminal and hears Ctrl-C itself: wait for it to end in its own way.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore);
      const result = code ?? (signal === "SIGINT" ? 130 : 1);
      if (result !== 0 && output !== "") process.stderr.write(output);
      resolve(result);
    });
  });
}

/**
 * Runs a JavaScript file with this Node.
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export const node = (args, options) => run(process.execPath, args, options);

/**
 * Runs the one pnpm version of this repository, installed or not: `packageManager` in package.json names it.
 * @param {string[]} args
 * @param {RunOptions} [options]
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
