// Judges the groups that come as messages. A thread of its own, so that a schema that hangs can be stopped.
import { parentPort, workerData } from "node:worker_threads";
import { type Finding, judgeGroup } from "./judge.js";
import type { Group } from "./suite.js";

/** What the worker says: that it is ready, a test's finding, or that the group is done. */
export type WorkerMessage = "ready" | "done" | { readonly test: number; readonly finding: Finding };

const { schemas } = workerData as { schemas: Record<string, string> };
const say = (message: WorkerMessage) => parentPort!.postMessage(message);

parentPort!.on("message", (group: Group) => {
  judgeGroup(group, schemas, (test, finding) => say({ test, finding }));
  say("done");
});
say("ready");
