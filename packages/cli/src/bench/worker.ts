// Judges the records that come as messages. A thread of its own, so that what hangs can be stopped.
import { parentPort, workerData } from "node:worker_threads";
import { judgeRecord, type Outcome } from "./judge-record.js";
import type { BenchRecord } from "./records.js";
import { BenchTokenizer } from "./tokenizer.js";
import { SharedPlace, type WorkerInput } from "./worker-input.js";

const port = parentPort!;
const { tokenizer: file, eos, options, limitMs, place } = workerData as WorkerInput;
const tokenizer = new BenchTokenizer(file, eos);
const at = new SharedPlace(place);
port.on("message", (record: BenchRecord) => {
  port.postMessage(judgeRecord(record, tokenizer, options, limitMs, at) satisfies Outcome);
});
port.postMessage("ready");
