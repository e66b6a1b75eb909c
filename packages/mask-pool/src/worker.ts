/** A worker of a `MaskPool`: it keeps the matchers of some sequences, and writes their masks. */
import { parentPort, workerData } from "node:worker_threads";
import { compileJsonSchema, type Grammar, LastUsed, Matcher, Vocabulary } from "@grammask/core";
import { type Answer, MOVE_HEAD, STATE_FIELDS, type Task, type WorkerSetup } from "./shared-state.js";
import { warmUp } from "./warm-up.js";

/** Grammars kept; sequences with the same schema share the masks that were found. */
const CAPACITY = 64;

const {
  masks,
  moves,
  states,
  vocabulary: bytes,
  sequences,
  tokensPerStep,
  warmUp: isWarmedUp,
} = workerData as WorkerSetup;
const vocabulary = Vocabulary.deserialize(bytes);
const words = (vocabulary.size + 31) >> 5;
const matchers = new Map<number, Matcher>();
const grammars = new LastUsed<Grammar>(CAPACITY);
if (isWarmedUp) warmUp(vocabulary);

parentPort?.on("message", (task: Task) => {
  let answer: Answer = {};
  try {
    run(task);
  } catch (thrown) {
    const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
    answer = { error: { code: String(code ?? "unknown"), message: String(message ?? thrown) } };
  }
  parentPort?.postMessage(answer);
});

function run(task: Task): void {
  if (task.type === "step") {
    for (const sequence of sequences) step(sequence);
  } else if (task.type === "open") {
    matchers.set(task.sequence, new Matcher(grammarOf(task.schema, task.options), vocabulary));
    write(task.sequence, 0);
  } else {
    matchers.delete(task.sequence);
  }
}

function step(sequence: number): void {
  const row = sequence * (MOVE_HEAD + tokensPerStep);
  if (moves[row] === 0) return;
  moves[row] = 0;
  const matcher = matchers.get(sequence);
  if (matcher === undefined) return;
  const [back, count] = [moves[row + 1] as number, moves[row + 2] as number];
  if (back > 0) matcher.rollback(back);
  let accepted = 0;
  while (accepted < count && matcher.accept(moves[row + MOVE_HEAD + accepted] as number)) accepted++;
  write(sequence, accepted);
}

function write(sequence: number, accepted: number): void {
  const matcher = matchers.get(sequence) as Matcher;
  // After the end of a sequence nothing may follow.
  if (matcher.isEnded) masks.fill(0, sequence * words, (sequence + 1) * words);
  else matcher.fillBitmask(masks, sequence * words);
  states[sequence * STATE_FIELDS] = accepted;
  states[sequence * STATE_FIELDS + 1] = Number(matcher.isEnded || matcher.isComplete);
}

function grammarOf(schema: string, options: object): Grammar {
  return grammars.get(`${JSON.stringify(options)} ${schema}`, () => compileJsonSchema(schema, options));
}
