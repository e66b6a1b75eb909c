// `pnpm test:openapi [schemathesis' arguments]`: schemathesis sends requests made from the OpenAPI document to a server with
// the tiny model of the tests: no answer may be an error of the server. It goes into a virtual environment in .cache the
// first time.
import { spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setUp } from "./setup.mjs";
import { at, entry, run, say } from "./shared.mjs";

const VERSION = "4.32.5";
const CHECKS =
  "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

entry(async () => {
  await setUp();
  const folder = at(".cache", "schemathesis");
  const windows = process.platform === "win32";
  const bin = windows ? `${folder}\\Scripts` : `${folder}/bin`;
  const done = `${folder}/.installed-${VERSION}`;
  if (!existsSync(done)) {
    rmSync(folder, { recursive: true, force: true });
    say(`installing schemathesis ${VERSION} into ${folder}`);
    const made =
      (await run(windows ? "python" : "python3", ["-m", "venv", folder], { show: "failure" })) ||
      (await run(`${bin}/python`, ["-m", "pip", "install", "--quiet", `schemathesis==${VERSION}`], {
        show: "failure",
      }));
    if (made !== 0) return made;
    writeFileSync(done, "");
  }
  const model = at("packages", "onnx", "test", "fixtures", "tiny-rows");
  const serve = [
    "serve",
    "--model",
    `tiny=${model}`,
    "--alias",
    "*=tiny",
    "--port",
    "0",
    "--log-level",
    "error",
  ];
  const server = spawn(process.execPath, [at("packages", "cli", "dist", "cli.js"), ...serve], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    let url = "";
    for await (const line of createInterface({ input: server.stdout })) {
      url = line;
      break;
    }
    const args = ["run", `${url}/openapi.json`, "--checks", CHECKS, "--seed", "1", "--no-color"];
    const examples = process.argv.length > 2 ? process.argv.slice(2) : ["--max-examples", "30"];
    return await run(`${bin}/schemathesis`, [...args, ...examples.filter((arg) => arg !== "--")], {
      cwd: folder,
    });
  } finally {
    server.kill("SIGTERM");
  }
});
