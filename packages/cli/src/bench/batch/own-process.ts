/**
 * The process of Grammask's pool for `grammask bench batch`: `own-process.js VOCABULARY TRACKS THREADS`, a serialised vocabulary
 * and JSON lines. It is told on standard input which tracks to keep and how many steps to make, a JSON line each; answers are
 * JSON lines. So its memory is that of the pool alone, as the other engine's is.
 */
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Vocabulary } from "@grammask/core";
import { MaskPool } from "@grammask/mask-pool";
import { peakRssMiB } from "../drive.js";
import { TRACK_OPTIONS, type Track } from "./tracks.js";

const [vocabularyFile, tracksFile, threads] = process.argv.slice(2) as [string, string, string];
const all = (await readFile(tracksFile, "utf8")).trimEnd().split("\n");
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const told = async (): Promise<unknown> => {
  const { value, done } = await lines.next();
  return done === true ? undefined : JSON.parse(value);
};
const answer = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

const { keep } = (await told()) as { keep: number[] };
const tracks = keep.map((i) => JSON.parse(all[i] as string) as Track);
const vocabulary = Vocabulary.deserialize(await readFile(vocabularyFile));
await using pool = new MaskPool({ vocabulary, sequences: tracks.length, threads: Number(threads) });
await Promise.all(tracks.map(({ schema }, i) => pool.open(i, schema, TRACK_OPTIONS)));
const places = tracks.map(() => 0);
answer({ ready: true });

/** Each sequence takes its next token, or begins anew. */
async function step(): Promise<void> {
  for (const [i, { tokens }] of tracks.entries()) {
    const place = places[i] as number;
    if (place === tokens.length) pool.push(i, [], place);
    else pool.push(i, [tokens[place] as number]);
    places[i] = place === tokens.length ? 0 : place + 1;
  }
  await pool.step();
}

for (let task = await told(); task !== undefined; task = await told()) {
  const times: number[] = [];
  for (let i = 0; i < (task as { steps: number }).steps; i++) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  answer({ times, peakMiB: peakRssMiB() });
}
