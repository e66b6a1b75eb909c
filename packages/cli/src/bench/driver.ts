// The process of an engine that runs in Node: see protocol.ts.
import { createInterface } from "node:readline";
import { drive, measureOverhead, peakRssMiB } from "./drive.js";
import type { Engine, EngineSetup } from "./engines/engine.js";
import type { DriverMessage, DriverSetup, Task } from "./protocol.js";

// Standard output belongs to the protocol; what an engine prints goes elsewhere.
console.log = console.info = console.debug = console.error;
const say = (message: DriverMessage) => void process.stdout.write(`${JSON.stringify(message)}\n`);

const setup = JSON.parse(process.argv[2]!) as DriverSetup;
const start = performance.now();
const engine = await makeEngine(setup.engine, setup);
const preparationMs = Math.round(performance.now() - start);
say({
  type: "ready",
  version: engine.version,
  preparationMs,
  overhead: await measureOverhead(),
  peakRssMiB: peakRssMiB(),
});
for await (const line of createInterface({ input: process.stdin })) {
  if (setup.cold) engine.clearCaches?.();
  await drive(engine, JSON.parse(line) as Task, setup.limitMs, say);
}

async function makeEngine(name: string, engineSetup: EngineSetup): Promise<Engine> {
  switch (name) {
    case "grammask":
      return new (await import("./engines/grammask.js")).GrammaskEngine(engineSetup);
    case "grammask-copy":
      return new (await import("./engines/grammask.js")).GrammaskCopyEngine(engineSetup);
    case "llguidance-wasm":
      return (await import("./engines/llguidance-wasm.js")).loadLlguidanceWasm(engineSetup);
    case "xgrammar":
      return (await import("./engines/xgrammar.js")).loadXgrammar(engineSetup);
    case "structured-output":
      return (await import("./engines/structured-output.js")).loadStructuredOutput(engineSetup);
    default:
      throw new Error(`There is no engine ${name}`);
  }
}
