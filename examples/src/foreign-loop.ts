// Masks for another inference loop: this one has a model that only draws numbers, but its steps are those of a server that
// batches. Worker threads make the masks for the next step while the model runs; drafts are taken back where they are wrong.
import { readFile } from "node:fs/promises";
import { Vocabulary } from "@grammask/core";
import { MaskPool } from "@grammask/mask-pool";
import { modelDirectory } from "@grammask/model-smollm2-135m-instruct";

const SEQUENCES = 8;
const SCHEMA = {
  type: "object",
  properties: {
    city: { enum: ["Oslo", "Rome", "Lima"] },
    days: { type: "integer", minimum: 1, maximum: 14 },
  },
  required: ["city", "days"],
  additionalProperties: false,
};

// The vocabulary is read once, and would be stored as its bytes: `serialize` and `deserialize` are much faster.
const tokenizer = await readFile(`${modelDirectory}/tokenizer.json`, "utf8");
const vocabulary = Vocabulary.fromTokenizerJson(tokenizer, { eosTokenIds: [2] });
await using pool = new MaskPool({ vocabulary, sequences: SEQUENCES, threads: 2 });
await Promise.all(
  Array.from({ length: SEQUENCES }, (_, i) =>
    pool.open(i, SCHEMA, { whitespace: "compact", numbers: "plain" }),
  ),
);

const outputs: number[][] = Array.from({ length: SEQUENCES }, () => []);
const running = new Set(outputs.keys());
let masks = Promise.resolve();
let drafts = 0;
while (running.size > 0) {
  // The model's step and the workers' run at the same time: the masks are needed when its logits are there.
  const [logits] = await Promise.all([forward(), masks]);
  for (const sequence of running) {
    const token = sample(logits, pool.mask(sequence), sequence);
    if (token === vocabulary.eosTokenIds[0]) {
      running.delete(sequence);
      continue;
    }
    outputs[sequence]!.push(token);
    pool.push(sequence, [token]);
  }
  masks = pool.step();

  // Speculative decoding: a draft is checked like a token, and taken back where the model says something else; here it does.
  if (outputs[0]!.length === 3 && running.has(0)) {
    await masks;
    pool.push(0, [sample(logits, pool.mask(0), 0)]);
    await pool.step();
    const { accepted } = pool.state(0);
    drafts += accepted;
    pool.push(0, [], accepted);
    masks = pool.step();
  }
}
// The workers' last step is waited for too: a pool that is disposed of fails what is still under way.
await masks;
for (const output of outputs.slice(0, 3)) console.log(JSON.parse(textOf(output)));
const valid = outputs.filter((output) => JSON.parse(textOf(output)).days >= 1).length;
console.log(`${valid} of ${SEQUENCES} outputs are valid; ${drafts} draft token taken back`);

function textOf(tokens: readonly number[]): string {
  return Buffer.concat(tokens.map((id) => vocabulary.tokenBytes(id) ?? new Uint8Array())).toString();
}

/** A model that takes its time, on other threads, and knows nothing. */
async function forward(): Promise<Float32Array> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return Float32Array.from({ length: vocabulary.size }, (_, id) => Math.sin(id * 12.9898));
}

/** The likeliest token that the mask allows; each sequence likes others. */
function sample(logits: Float32Array, mask: Uint32Array, sequence: number): number {
  let best = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < vocabulary.size; id++) {
    if (((mask[id >> 5]! >>> (id & 31)) & 1) === 0) continue;
    const logit = logits[(id + 977 * sequence) % vocabulary.size]!;
    if (logit > highest) [best, highest] = [id, logit];
  }
  return best;
}
