import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { MissingPeerError } from "../peers.js";
import type { EngineAnswer, EngineMessage, EngineRequest, EngineResult, EngineSetup } from "./protocol.js";

/** Why an engine did not generate. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";
}

const driver = fileURLToPath(new URL("./driver.js", import.meta.url));
/** Characters of a process's error output that are kept, for the message when it crashes. */
const ERRORS_KEPT = 1000;

/** An engine in a process of its own, so that neither its memory nor its threads meet those of others. */
export class GenerationProcess {
  readonly version: string;
  /** Where the model of this project's own engine is; undefined for others. */
  readonly modelFolder: string | undefined;
  readonly #child: ChildProcess;
  readonly #next: () => Promise<EngineAnswer>;

  private constructor(
    { version, modelFolder }: Extract<EngineAnswer, { type: "ready" }>,
    child: ChildProcess,
    next: () => Promise<EngineAnswer>,
  ) {
    this.version = version;
    this.modelFolder = modelFolder;
    this.#child = child;
    this.#next = next;
  }

  /** @throws MissingPeerError where the engine does not start */
  static async start(setup: EngineSetup): Promise<GenerationProcess> {
    const child = fork(driver, [JSON.stringify(setup)], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let errors = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-ERRORS_KEPT);
    });
    const next = () =>
      new Promise<EngineAnswer>((resolve) => {
        const ended = () =>
          resolve({
            type: "failure",
            reason: `the process ended: ${errors.trim().split("\n").slice(-3).join(" ")}`,
          });
        child.once("exit", ended);
        child.once("message", (answer: EngineAnswer) => {
          child.off("exit", ended);
          resolve(answer);
        });
        if (child.exitCode !== null) ended();
      });
    const answer = await next();
    if (answer.type === "ready") return new GenerationProcess(answer, child, next);
    child.kill();
    throw new MissingPeerError(
      `${setup.engine} does not start: ${answer.type === "failure" ? answer.reason : "no answer"}`,
    );
  }

  /** @throws EngineFailure where the engine refuses the request or fails */
  async generate(request: EngineRequest): Promise<EngineResult> {
    return (await this.#ask({ type: "generate", request }, "result")).result;
  }

  /** Milliseconds and tokens of all requests together. @throws EngineFailure where one fails */
  batch(requests: readonly EngineRequest[], concurrency: number): Promise<{ total: number; tokens: number }> {
    return this.#ask({ type: "batch", requests, concurrency }, "batch");
  }

  /** The prompt that a request becomes. @throws EngineFailure where the request is refused */
  async prompt(request: EngineRequest): Promise<string> {
    return (await this.#ask({ type: "prompt", request }, "prompt")).prompt;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    await new Promise((resolve) => {
      this.#child.once("exit", resolve);
      this.#child.kill();
    });
  }

  async #ask<Type extends EngineAnswer["type"]>(
    message: EngineMessage,
    type: Type,
  ): Promise<Extract<EngineAnswer, { type: Type }>> {
    const next = this.#next();
    if (this.#child.connected) this.#child.send(message);
    const answer = await next;
    if (answer.type !== type)
      throw new EngineFailure(answer.type === "failure" ? answer.reason : "no answer");
    return answer as Extract<EngineAnswer, { type: Type }>;
  }
}
