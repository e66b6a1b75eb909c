import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TracedStep } from "./traced-steps.js";

const CLI = fileURLToPath(new URL("../../../packages/cli/dist/cli.js", import.meta.url));
const STEP_TRACE = new URL("step-trace.js", import.meta.url).href;

/** `grammask serve` as a process of its own. */
export class ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.child = child;
  }

  /** Starts it on a free port, and waits until its model is there. */
  static async start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    const child = spawn(process.execPath, [CLI, "serve", "--port", "0", "--log-level", "warn", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    const [line] = await Promise.race([firstLine(child), ended(child)]);
    const server = new ServerProcess(line!, child);
    while ((await fetch(`${server.url}/readyz`)).status !== 200) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return server;
  }

  /** A value of `/metrics`; with labels the sum of all. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const lines = text
      .split("\n")
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }

  /** Asks it to end, and gives its exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode === null) {
      const exit = new Promise((resolve) => this.child.once("exit", resolve));
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }
}

/** A server that writes down the steps of its model (Linux). */
export class TracedServer {
  readonly server: ServerProcess;
  readonly #folder: string;

  private constructor(server: ServerProcess, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  static async start(args: readonly string[]): Promise<TracedServer> {
    const folder = mkdtempSync(join(tmpdir(), "grammask-trace-"));
    try {
      const environment = {
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${STEP_TRACE}`,
        GRAMMASK_STEP_TRACE: join(folder, "steps"),
      };
      return new TracedServer(await ServerProcess.start(args, environment), folder);
    } catch (thrown) {
      rmSync(folder, { recursive: true });
      throw thrown;
    }
  }

  /** The steps so far, but those of the last quarter of a second; none where the system does not tell what threads work. */
  steps(): readonly TracedStep[] {
    const lines = readFileSync(join(this.#folder, "steps"), "utf8").split("\n");
    return lines.filter(Boolean).map((line) => JSON.parse(line) as TracedStep);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

async function firstLine(child: ChildProcess): Promise<string[]> {
  for await (const line of createInterface({ input: child.stdout! })) {
    return [line];
  }
  return [];
}

function ended(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) =>
    child.once("exit", (code) => reject(new Error(`The server ended with code ${code}.`))),
  );
}
