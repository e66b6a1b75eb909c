// `npm start`: set-up, then the examples; with arguments, the command line tool with these arguments.
import { setUp } from "./setup.mjs";
import { at, entry, node } from "./shared.mjs";

entry(async () => {
  await setUp();
  const args = process.argv.slice(2);
  return args.length === 0
    ? node([at("examples", "dist", "demo.js")])
    : node([at("packages", "cli", "dist", "cli.js"), ...args], { cwd: process.env.INIT_CWD });
});
