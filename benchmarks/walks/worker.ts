// Walks through the schemas that come as messages, and judges where the walks led.
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import {
  compileJsonSchema,
  type Grammar,
  LanguageLimitError,
  Matcher,
  SchemaError,
  SchemaLimitError,
  Vocabulary,
} from "@grammask/core";
import type { ThreadMessage } from "../shared/limited-worker.js";
import { dialectOf, type Judge, makeJudge, type Verdict } from "./judges.js";
import { DeadEnd, randomNumbers, randomWalk } from "./walk.js";

export interface WalkerInput {
  /** The path of a tokenizer.json: the real vocabulary. */
  readonly tokenizer: string;
  readonly eos: number;
  /** Tokens that are drawn at most, before an output is ended. */
  readonly patience: number;
}

export interface WalkTask {
  /** As JSON text. */
  readonly schema: string;
  readonly vocabulary: "bytes" | "real";
  readonly order: "schema" | "any";
  readonly walks: number;
  readonly seed: number;
}

/** What came of a schema, or of a walk. */
export type WalkMessage =
  /** The schema is not walked: no value matches it, or it is refused. */
  | { readonly type: "refused"; readonly code: string }
  | { readonly type: "walk"; readonly verdict: Verdict; readonly text: string; readonly reason?: string }
  /** A typed limit ended the walk. */
  | { readonly type: "limit"; readonly detail: string }
  | { readonly type: "dead-end"; readonly text: string; readonly detail: string }
  /** Something else was thrown. */
  | { readonly type: "crash"; readonly text: string; readonly detail: string };

const { tokenizer, eos, patience } = workerData as WalkerInput;
const say = (message: ThreadMessage<WalkMessage>) => parentPort!.postMessage(message);
const vocabularies = {
  bytes: byteVocabulary(),
  real: Vocabulary.fromTokenizerJson(readFileSync(tokenizer, "utf8"), { eosTokenIds: [eos] }),
};

parentPort!.on("message", async (task: WalkTask) => {
  await walkSchema(task);
  say("done");
});
say("ready");

async function walkSchema({ schema, vocabulary, order, walks, seed }: WalkTask): Promise<void> {
  let grammar: Grammar;
  let judge: Judge;
  try {
    grammar = compileJsonSchema(schema, { order, whitespace: order === "any" ? "flexible" : "spaced" });
    const value: unknown = JSON.parse(schema);
    const dialect = dialectOf(value);
    judge = dialect === undefined ? () => ({ verdict: "undecided" }) : await makeJudge(value, dialect);
  } catch (error) {
    if (error instanceof SchemaError) say({ type: "refused", code: error.code });
    else say({ type: "crash", text: "", detail: describe(error) });
    return;
  }
  const random = randomNumbers(seed);
  for (let i = 0; i < walks; i++) {
    const matcher = new Matcher(grammar, vocabularies[vocabulary]);
    try {
      const text = randomWalk(matcher, Math.floor(random() * patience), random);
      say({ type: "walk", text, ...judge(text) });
    } catch (error) {
      const text = new TextDecoder().decode(matcher.bytes);
      // That no end was found is how most dead ends show.
      const isEndless = error instanceof SchemaLimitError && error.limit === "completion";
      if (error instanceof DeadEnd || isEndless) say({ type: "dead-end", text, detail: error.message });
      else if (error instanceof SchemaLimitError || error instanceof LanguageLimitError)
        say({ type: "limit", detail: error.message });
      else say({ type: "crash", text, detail: describe(error) });
    }
  }
}

/** Every byte as a token, some that cross the borders of lexemes and frames, and the end. */
function byteVocabulary(): Vocabulary {
  const borders = [
    '":',
    '": ',
    '","',
    '"}',
    '"]',
    "[]",
    "{}",
    "}]",
    "},{",
    "1,",
    "-1",
    '{"',
    '\\"',
    "\\u00",
    "é",
  ];
  const tokens = [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...borders.map((text) => new TextEncoder().encode(text)),
    null,
  ];
  return Vocabulary.fromBytes(tokens, { eosTokenIds: [tokens.length - 1] });
}

function describe(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? error.message).split("\n").slice(0, 4).join("\n")
    : String(error);
}
