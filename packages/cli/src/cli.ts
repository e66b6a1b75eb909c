#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { processIo } from "./io.js";
import { runProgram } from "./program.js";

// A reader that went away (`grammask ... | head -1`) is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
process.exitCode = await runProgram(processIo(), version, process.argv.slice(2));
