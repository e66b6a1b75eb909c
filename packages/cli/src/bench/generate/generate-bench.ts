import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { ExitCode } from "../../exit.js";
import type { Io } from "../../io.js";
import { describeMachine, today } from "../machine.js";
import { MissingPeerError } from "../peers.js";
import { Progress } from "../progress.js";
import { measureBatches } from "./batch.js";
import { EngineFailure, GenerationProcess } from "./engine-process.js";
import { modes } from "./modes.js";
import {
  compareLevels,
  type LevelReport,
  type Outcome,
  type Read,
  type SystemReport,
  summarise,
} from "./outcomes.js";
import { findPeer } from "./peer-setup.js";
import { writeGenerationPlots } from "./plots.js";
import { messagesOf } from "./prompts.js";
import type { EngineKind, EngineRequest, EngineSetup } from "./protocol.js";
import { generationReport } from "./report.js";
import type { GenerationResult } from "./result-file.js";
import { FREE, OWN, PEERS, type System } from "./systems.js";
import { type Half, type QualityTask, readQualityTasks } from "./tasks.js";

export interface GenerateBenchOptions {
  readonly half: Half;
  readonly tasks?: number;
  readonly data?: string;
  readonly peers: boolean;
  readonly modes: boolean;
  readonly only?: readonly string[];
  readonly batch: boolean;
  readonly maxTokens: number;
  readonly threads?: number;
  readonly json?: string;
  readonly plots?: string;
}

const MODEL = "smollm2-135m-instruct";
/** Before the clock runs: code is compiled, and what is made once is made. */
const WARM_UP: QualityTask = {
  name: "warm-up",
  kind: "extraction",
  instruction: "Extract the pet as JSON.",
  text: "Minka is a grey cat.",
  schema: {
    type: "object",
    properties: { name: { type: "string", maxLength: 20 } },
    required: ["name"],
    additionalProperties: false,
  },
  expected: { name: "Minka" },
};

/** A system that is measured. */
interface Entrant {
  readonly system: System;
  readonly process: GenerationProcess;
  readonly outcomes: Outcome[];
}

/** `grammask bench generate`: from a text to a value, how right, how fast, beside others on the same weights. */
export async function generateBench(io: Io, options: GenerateBenchOptions): Promise<ExitCode> {
  const tasks = readQualityTasks(options.half, options.tasks, options.data);
  const threads = options.threads ?? Math.min(availableParallelism(), 4);
  const setupOf = (engine: EngineKind): EngineSetup => ({ engine, threads, model: MODEL, peer: "" });
  let interrupted = false;
  const stopListening = io.onInterrupt(() => {
    stopListening();
    interrupted = true;
  });
  const field = new Field(io, setupOf("grammask"));
  let batch: GenerationResult["batch"];
  try {
    const systems = options.modes ? modes(options.only) : [OWN, FREE, ...(options.peers ? PEERS : [])];
    for (const system of systems) await field.add(system);
    await field.run(tasks, options.maxTokens, () => interrupted);
    if (options.batch && !interrupted) {
      await field.close();
      const requests = [WARM_UP, ...tasks].map((task) =>
        requestOf(task, OWN, messagesOf(task), options.maxTokens),
      );
      batch = await measureBatches(io, setupOf("grammask"), requests, () => interrupted);
    }
  } finally {
    stopListening();
    await field.close();
  }
  const result: GenerationResult = {
    command: "grammask bench generate",
    systems: field.reports(),
    ...(options.modes && { levels: field.levels() }),
    ...(batch && { batch }),
    skipped: field.skipped,
    options: {
      half: options.half,
      tasks: field.done,
      maxTokens: options.maxTokens,
      threads,
      modes: options.modes,
    },
    outcomes: field.texts(),
    machine: describeMachine(),
    date: today(),
  };
  io.out(generationReport(result));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (options.plots !== undefined) writeGenerationPlots(result, options.plots, io);
  return interrupted ? ExitCode.failed : ExitCode.ok;
}

/** The systems that take turns. */
class Field {
  readonly skipped: Record<string, string> = {};
  /** Tasks that all have had. */
  done = 0;
  readonly #io: Io;
  readonly #ownSetup: EngineSetup;
  readonly #entrants: Entrant[] = [];
  readonly #processes = new Map<string, GenerationProcess>();
  #renderer: GenerationProcess | undefined;

  constructor(io: Io, ownSetup: EngineSetup) {
    this.#io = io;
    this.#ownSetup = ownSetup;
  }

  /** Starts a system; one that cannot be started is noted as skipped. */
  async add(system: System): Promise<void> {
    const { name, engine, process: key } = system;
    try {
      this.#renderer ??= await this.#start(OWN.process, this.#ownSetup);
      const process = this.#processes.get(key) ?? (await this.#start(key, await this.#setup(engine)));
      const request = await this.#request(WARM_UP, system, 24);
      // A peer that fails here is measured all the same: its failures are counted.
      await process.generate(request).catch(() => {});
      this.#entrants.push({ system, process, outcomes: [] });
    } catch (error) {
      if (!(error instanceof MissingPeerError) || engine === "grammask") throw error;
      this.skipped[name] = error.message;
      this.#io.err(`${this.#io.colors.red("skipped")} ${name}: ${error.message}\n`);
    }
  }

  /** Each task in turn, by each system, beginning with another one each time. */
  async run(tasks: readonly QualityTask[], maxTokens: number, interrupted: () => boolean): Promise<void> {
    const entrants = this.#entrants;
    const progress = new Progress(
      this.#io,
      entrants.map(() => tasks.length),
    );
    for (const [t, task] of tasks.entries()) {
      const turn: Outcome[] = [];
      for (let i = 0; i < entrants.length && !interrupted(); i++) {
        const e = (i + t) % entrants.length;
        const { system, process } = entrants[e]!;
        turn[e] = await generate(process, task, await this.#request(task, system, maxTokens));
        progress.step(e, `${system.name}: ${task.name}`);
      }
      if (interrupted()) break;
      for (const [e, outcome] of turn.entries()) entrants[e]!.outcomes.push(outcome);
      this.done++;
    }
    progress.end();
  }

  /** By name, the first one first. */
  reports(): Record<string, SystemReport> {
    if (this.done === 0) return {};
    const reads = this.#entrants.flatMap((entrant) =>
      entrant.system.readings.map(
        (reading) => [nameOf(entrant.system, reading), readOf(entrant, reading)] as const,
      ),
    );
    const first = reads[0]?.[1];
    return Object.fromEntries(
      reads.map(([name, read]) => [name, summarise(read, read === first ? undefined : first)]),
    );
  }

  /** What the levels of the systems' factors make of the fields. */
  levels(): LevelReport[] {
    return this.done === 0
      ? []
      : compareLevels(
          this.#entrants.flatMap((entrant) => {
            const { factors } = entrant.system;
            return factors === undefined ? [] : [{ factors, read: readOf(entrant, "strict") }];
          }),
        );
  }

  /** What each system wrote, by task. */
  texts(): GenerationResult["outcomes"] {
    return this.#entrants.flatMap(({ system, outcomes }) =>
      outcomes.map(({ task, result, failure }) => ({
        system: system.name,
        task: task.name,
        ...(result ?? { failure }),
      })),
    );
  }

  async close(): Promise<void> {
    for (const process of this.#processes.values()) await process.close();
    this.#processes.clear();
    this.#renderer = undefined;
  }

  async #start(key: string, setup: EngineSetup): Promise<GenerationProcess> {
    const process = await GenerationProcess.start(setup);
    this.#processes.set(key, process);
    return process;
  }

  async #setup(engine: EngineKind): Promise<EngineSetup> {
    if (engine === "grammask") return this.#ownSetup;
    const peer = await findPeer(engine, this.#renderer!.modelFolder!, (line) => this.#io.err(`${line}\n`));
    return { ...this.#ownSetup, engine, ...peer };
  }

  /** The same prompt for all: what this project makes of the task by default, unless the system says otherwise. */
  async #request(task: QualityTask, system: System, maxTokens: number): Promise<EngineRequest> {
    const messages = messagesOf(task);
    if (system.engine === "grammask" && system.constrained)
      return requestOf(task, system, messages, maxTokens);
    const prompt = await this.#renderer!.prompt(requestOf(task, OWN, messages, maxTokens));
    return requestOf(task, system, prompt, maxTokens);
  }
}

function requestOf(
  { schema }: QualityTask,
  { constrained, options }: System,
  messages: EngineRequest["messages"],
  maxTokens: number,
): EngineRequest {
  return { messages, maxTokens, options, ...(constrained && { schema }) };
}

async function generate(
  process: GenerationProcess,
  task: QualityTask,
  request: EngineRequest,
): Promise<Outcome> {
  try {
    return { task, result: await process.generate(request), failure: undefined };
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return { task, result: undefined, failure: error.message };
  }
}

function nameOf({ name, readings }: System, reading: string): string {
  return readings.length > 1 ? `${name}, parsed ${reading === "strict" ? "strictly" : "leniently"}` : name;
}

function readOf({ process, outcomes }: Entrant, reading: Read["reading"]): Read {
  return { version: process.version, reading, outcomes };
}
