// `pnpm test:docker`: what the Dockerfile says, done without an engine for containers: its context (what Git knows of) is copied, the steps of its first
// stage run there, and what goes into the image is started as the image starts it, and asked by its health check. Base images, users and volumes
// are not tried.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { at, entry, root, run, say } from "./shared.mjs";

const STARTING_SECONDS = 120;

/** What stands behind an instruction. @param {string[]} lines @param {string} name */
const of = (lines, name) =>
  lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

entry(async () => {
  const folder = mkdtempSync(join(tmpdir(), "grammask-docker-"));
  try {
    const [source, app, cache] = ["src", "app", "cache"].map((name) => join(folder, name));
    const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
    for (const file of files.filter((each) => each !== "")) {
      mkdirSync(dirname(join(source, file)), { recursive: true });
      cpSync(at(file), join(source, file));
    }
    const { build, image } = stages(readFileSync(at("docker", "Dockerfile"), "utf8"));
    /** @param {string} text */
    const here = (text) => text.replaceAll("/app", app).replaceAll("/cache", cache);
    const env = { ...process.env, CI: "true" };
    for (const step of of(build, "RUN")) {
      say(`RUN ${step}`);
      const code = await run("sh", ["-c", here(step.replace(/^(--\w+=\S+\s+)+/, ""))], {
        cwd: source,
        env,
        show: "failure",
      });
      if (code !== 0) return code;
    }
    // The image has nothing of the folder in which it was built.
    rmSync(source, { recursive: true });
    return await serve(image, here, cache);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/**
 * @param {string[]} image
 * @param {(text: string) => string} here
 * @param {string} cache
 */
async function serve(image, here, cache) {
  const port = await freePort();
  const [command, ...args] = JSON.parse(here(of(image, "ENTRYPOINT")[0]));
  const env = { ...process.env, NODE_ENV: "production", GRAMMASK_CACHE: cache };
  const server = spawn(command, [...args, "--port", `${port}`], {
    cwd: dirname(cache),
    env,
    stdio: ["ignore", 2, 2],
  });
  try {
    const check = of(image, "HEALTHCHECK")[0]
      .replace(/^.*?CMD\s+/, "")
      .replaceAll("8080", `${port}`);
    const [program, ...rest] = JSON.parse(check);
    const end = Date.now() + STARTING_SECONDS * 1000;
    while ((await run(program, rest, { show: "failure" })) !== 0) {
      if (Date.now() > end || server.exitCode !== null) throw new Error("the server is not ready");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const body = { model: "smollm2-135m-instruct", prompt: "The sky is", guided_choice: ["blue", "green"] };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/completions`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    say(`${answer.status} ${text}`);
    if (!["blue", "green"].includes(JSON.parse(text).choices?.[0]?.text))
      throw new Error("the answer is none of the choices");
    say("The Dockerfile's steps work, and the server that they make is healthy and answers.");
    return 0;
  } finally {
    server.kill("SIGTERM");
    if (server.exitCode === null) await new Promise((resolve) => server.once("exit", resolve));
  }
}

/** The instructions of both stages, each on one line. @param {string} dockerfile */
function stages(dockerfile) {
  const lines = dockerfile
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "");
  const second = lines.findLastIndex((line) => line.startsWith("FROM"));
  return { build: lines.slice(0, second), image: lines.slice(second) };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
