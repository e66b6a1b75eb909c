import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine, EngineSetup } from "./engine.js";
import { importPeer, peerVersion } from "./import-peer.js";
import { isTrap } from "./trap.js";

/** The part of `transformers-llguidance` that is used. */
interface Llguidance {
  readonly GuidanceParser: { create(grammar: object, tokenizer: object): Promise<GuidanceParser> };
}

interface GuidanceParser {
  /** A byte for each token. */
  getTokenMask(): Uint8Array;
  advance(token: number): void;
  isComplete(): boolean;
  reset(grammar?: object): void;
}

const NAME = "transformers-llguidance";

/** llguidance as WebAssembly. The tokenizer is handed over once; each schema then goes through `reset`. */
export async function loadLlguidanceWasm({ tokenizer, eos, peer }: EngineSetup): Promise<Engine> {
  const { GuidanceParser } = await importPeer<Llguidance>(join(peer, "node_modules", NAME, "dist/index.js"));
  const json = JSON.parse(readFileSync(tokenizer, "utf8"));
  const grammar = { type: "json_schema", schema: true };
  const parser = await GuidanceParser.create(grammar, {
    vocab: json.model.vocab,
    merges: json.model.merges,
    added_tokens: json.added_tokens,
    model_type: json.model.type,
    eos_token_id: eos,
  });
  let compiled = grammar;
  return {
    version: peerVersion(peer, NAME),
    read(text) {
      compiled = { type: "json_schema", schema: JSON.parse(text) };
    },
    compile() {
      parser.reset(compiled);
      parser.getTokenMask();
    },
    // Without a grammar, `reset` fails.
    start: () => parser.reset(compiled),
    allows: (id) => parser.getTokenMask()[id] === 1,
    accept(id) {
      parser.advance(id);
      return true;
    },
    isComplete: () => parser.isComplete(),
    isRefusal: (error) => !isTrap(error),
  };
}
