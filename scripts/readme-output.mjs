// `node scripts/readme-output.mjs`: fills the marked blocks of README.md from the real thing.
//
//   <!-- file examples/src/readme.ts -->       a file's text
//   <!-- run npm start | head 40 tail 5 -->    a command's output; head and tail keep that many lines
//   <!-- end -->                               ends a block
//
// What stands before `head` and `tail` is shown as typed; `grammask` is the built command line tool.
import { execSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { setUp } from "./setup.mjs";
import { at, entry, root, say } from "./shared.mjs";

entry(async () => {
  await setUp();
  const file = at("README.md");
  const text = readFileSync(file, "utf8");
  const block = /<!-- (file|run) (.*?) -->\n[\s\S]*?<!-- end -->/g;
  const filled = text.replace(block, (_, kind, argument) => {
    const content = kind === "file" ? quoteFile(argument) : quoteRun(argument);
    return `<!-- ${kind} ${argument} -->\n${content}\n<!-- end -->`;
  });
  writeFileSync(file, filled);
  return 0;
});

/** @param {string} path */
function quoteFile(path) {
  return `\`\`\`ts\n${readFileSync(at(path), "utf8")}\`\`\``;
}

/** @param {string} argument */
function quoteRun(argument) {
  const [, command = argument, head, tail] =
    /^(.*?)(?: \| head (\d+))?(?: tail (\d+))?$/.exec(argument) ?? [];
  say(`$ ${command}`);
  const lines = output(command).trimEnd().split("\n");
  const shown =
    head === undefined || lines.length <= Number(head) + Number(tail ?? 0)
      ? lines
      : [...lines.slice(0, Number(head)), "...", ...(tail === undefined ? [] : lines.slice(-Number(tail)))];
  return `\`\`\`console\n$ ${command}\n${shown.join("\n")}\n\`\`\``;
}

/** Both streams, as a terminal shows them; a failure's output is output too. @param {string} command */
function output(command) {
  const real = command
    .replace(/^npm (start|test)/, "npm --silent $1")
    .replaceAll(/^grammask /g, "node packages/cli/dist/cli.js ");
  const env = { ...process.env, NO_COLOR: "1", npm_config_loglevel: "error" };
  try {
    return execSync(`${real} 2>&1`, { cwd: root, env, encoding: "utf8", maxBuffer: 1 << 26 });
  } catch (error) {
    return /** @type {{ stdout: string }} */ (error).stdout;
  }
}
