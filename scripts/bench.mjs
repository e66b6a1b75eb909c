// `pnpm bench:NAME`: set-up, then the benchmark of this name.
import { setUp } from "./setup.mjs";
import { at, entry, node } from "./shared.mjs";

entry(async () => {
  const [name, ...args] = process.argv.slice(2);
  await setUp();
  return node([at("benchmarks", "dist", name, "main.js"), ...args]);
});
