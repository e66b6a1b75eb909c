// `pnpm walks:python TEXTS [JSON]`: Python's jsonschema judges what `pnpm walks --texts TEXTS` wrote. Its packages go into a
// virtual environment in .cache the first time.
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { at, entry, run, say } from "./shared.mjs";

entry(async () => {
  const args = process.argv.slice(2).filter((arg) => arg !== "--");
  if (args.length < 1 || args.length > 2 || args.includes("--help")) {
    say(
      "pnpm walks:python TEXTS [JSON]\n\nTEXTS is what `pnpm walks --texts TEXTS` wrote; JSON gets the result.",
    );
    return 2;
  }
  const folder = at(".cache", "walks-python");
  const windows = process.platform === "win32";
  const python = windows ? `${folder}\\Scripts\\python.exe` : `${folder}/bin/python`;
  const done = `${folder}/.installed`;
  if (!existsSync(done)) {
    rmSync(folder, { recursive: true, force: true });
    say(`installing Python's jsonschema into ${folder}`);
    const requirements = ["--require-hashes", "-r", at("benchmarks", "walks", "requirements.txt")];
    const install = [
      "-m",
      "pip",
      "install",
      "--disable-pip-version-check",
      "--only-binary",
      ":all:",
      ...requirements,
    ];
    const made =
      (await run(windows ? "python" : "python3", ["-m", "venv", folder], { show: "failure" })) ||
      (await run(python, install, { show: "failure" }));
    if (made !== 0) return made;
    writeFileSync(done, "");
  }
  return run(python, [at("benchmarks", "walks", "judge.py"), ...args.map((arg) => resolve(arg))]);
});
