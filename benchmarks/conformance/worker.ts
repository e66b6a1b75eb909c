// Judges the groups that come as messages. A thread of its own, so that a schema that hangs can be stopped.
import { parentPort, workerData } from "node:worker_threads";
import type { ThreadMessage } from "../shared/limited-worker.js";
import { type Finding, judgeGroup } from "./judge.js";
import type { Group } from "./suite.js";

/** What came of one test. */
export interface TestFinding {
  readonly test: number;
  readonly finding: Finding;
}

const { schemas } = workerData as { schemas: Record<string, string> };
const say = (message: ThreadMessage<TestFinding>) => parentPort!.postMessage(message);

parentPort!.on("message", (group: Group) => {
  judgeGroup(group, schemas, (test, finding) => say({ test, finding }));
  say("done");
});
say("ready");
