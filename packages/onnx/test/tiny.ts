import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TokenMask } from "@grammask/core";
import type { TokenMatcher } from "../src/constraint.js";
import { Decoder } from "../src/decoder.js";
import { loadRuntime } from "../src/runtime.js";
import { createSession } from "../src/session.js";
import { readTextModel } from "../src/text-model.js";

/** The folder of a tiny model (see fixtures/build.py). */
export function tiny(name: "tiny-concat" | "tiny-rows"): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** The graph of a tiny model. */
export async function tinyDecoder(name: "tiny-concat" | "tiny-rows"): Promise<Decoder> {
  const text = await readTextModel(tiny(name));
  const runtime = await loadRuntime();
  const options = { device: "cpu", threads: 1, spinning: false, layers: 2 } as const;
  const file = name === "tiny-rows" ? "model_packed.onnx" : "model.onnx";
  const paths = { path: join(tiny(name), "onnx", file), packed: undefined };
  const { session } = await createSession(paths, runtime, options);
  return new Decoder(session, runtime, "cpu", text.config);
}

/** Width of the tiny models' logits. */
export const TINY_SIZE = 320;
/** Ids that end a tiny model's output. */
export const TINY_EOS = [2, 0];
/** The most tokens that a tiny model holds. */
export const TINY_CONTEXT = 256;

/** A mask of these ids, as a list of ids where `sparse`. */
export function maskOf(ids: Iterable<number>, size: number, sparse: boolean): TokenMask {
  const sorted = Int32Array.from(new Set(ids)).sort();
  const words = new Uint32Array((size + 31) >> 5);
  for (const id of sorted) {
    words[id >> 5] = words[id >> 5]! | (1 << (id & 31));
  }
  const has = (id: number): boolean => ((words[id >> 5]! >>> (id & 31)) & 1) === 1;
  return { words, count: sorted.length, ...(sparse ? { ids: sorted } : {}), has };
}

/** A matcher that allows the same tokens `length` times, then the end only. */
export class CountingMatcher implements TokenMatcher {
  readonly limitHit = undefined;
  readonly isInLeadIn = false;
  readonly accepted: number[] = [];
  readonly #mask: TokenMask;
  readonly #end: TokenMask;
  readonly #length: number;

  constructor(allowed: Iterable<number>, length: number, sparse = true) {
    this.#mask = maskOf(allowed, TINY_SIZE, sparse);
    this.#end = maskOf(TINY_EOS, TINY_SIZE, true);
    this.#length = length;
  }

  get isComplete(): boolean {
    return this.accepted.length === this.#length;
  }

  mask(): TokenMask {
    return this.isComplete ? this.#end : this.#mask;
  }

  accept(id: number): boolean {
    if (!this.mask().has(id)) {
      return false;
    }
    this.accepted.push(id);
    return true;
  }

  completionTokens(): number {
    return this.#length - this.accepted.length;
  }

  shortestCompletion(): { bytes: Uint8Array; tokens: number } {
    return { bytes: new Uint8Array(0), tokens: this.completionTokens() };
  }

  fits(id: number, tokens: number): boolean {
    return this.mask().has(id) && this.completionTokens() <= tokens;
  }

  maskWithin(): TokenMask {
    return this.mask();
  }

  rollback(count: number): void {
    this.accepted.length -= count;
  }

  forcedContinuation(): { tokens: number[]; replacesLast: boolean } {
    return { tokens: [], replacesLast: false };
  }
}
