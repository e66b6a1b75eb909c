import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Vocabulary } from "@grammask/core";
import type { Engine, EngineSetup } from "./engine.js";
import { importPeer, peerVersion } from "./import-peer.js";

/** The part of `@huggingface/transformers-structured-output` that is used. */
interface StructuredOutput {
  readonly StructuredOutputProcessor: new (tokenizer: object, format: object) => Processor;
}

/** The list of processors; the only one holds the engine's state. */
interface Processor {
  readonly processors: readonly { readonly state: { readonly constraint: Constraint } }[];
}

interface Constraint {
  fillMask(target: Uint32Array): boolean;
  commit(id: number): boolean;
}

const NAME = "@huggingface/transformers-structured-output";

/** The engine inside of `StructuredOutputProcessor`, without the logits around it. */
export async function loadStructuredOutput({ tokenizer, eos, peer }: EngineSetup): Promise<Engine> {
  const file = join(peer, "node_modules", NAME, "dist/index.js");
  const { StructuredOutputProcessor } = await importPeer<StructuredOutput>(file);
  const source = tokenizerSource(tokenizer, eos);
  const makeConstraint = (json_schema: unknown) =>
    new StructuredOutputProcessor(source, { type: "json_schema", json_schema }).processors[0]!.state
      .constraint;
  // The vocabulary is prepared with the first constraint.
  makeConstraint(true);
  const mask = new Uint32Array(Math.ceil(source.tokens.length / 32));
  let schema: unknown;
  let constraint: Constraint | undefined;
  const has = (id: number) => {
    constraint!.fillMask(mask);
    return (mask[id >>> 5]! & (1 << (id & 31))) !== 0;
  };
  return {
    version: peerVersion(peer, NAME),
    read(text) {
      schema = JSON.parse(text);
    },
    compile() {
      constraint = makeConstraint(schema);
      constraint.fillMask(mask);
    },
    start() {
      constraint = makeConstraint(schema);
    },
    allows: has,
    accept(id) {
      constraint!.commit(id);
      return true;
    },
    isComplete: () => has(eos),
    isRefusal: () => true,
  };
}

function tokenizerSource(file: string, eosTokenId: number) {
  const vocabulary = Vocabulary.fromTokenizerJson(readFileSync(file, "utf8"), { eosTokenIds: [eosTokenId] });
  const ids = Array.from({ length: vocabulary.size }, (_, id) => id);
  return {
    tokens: ids.map((id) => vocabulary.tokenBytes(id) ?? new Uint8Array()),
    eosTokenId,
    specialTokenIds: ids.filter((id) => vocabulary.tokenBytes(id) === undefined),
  };
}
