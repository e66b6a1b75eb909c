/** What the page and its server say to each other. */
import type { CompileSummary } from "../src/engine/compile-summary.js";

/** A request of the page: fields of a chat completion, and the schema as it was typed. */
export interface PageRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly schema: string;
  readonly max_tokens: number;
  readonly temperature: number;
  readonly seed: number | undefined;
}

export interface Alternative {
  readonly text: string;
  readonly probability: number;
}

/** A token with what the mask did to it; shares from 0 to 1. */
export interface PageToken {
  readonly text: string;
  readonly forced: boolean;
  readonly probability: number;
  readonly masked_probability: number;
  readonly removed: number;
  readonly refused: number;
  readonly confidence: number;
  readonly allowed: readonly Alternative[];
  readonly removed_tokens: readonly Alternative[];
}

export interface PageResult {
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
  /** Milliseconds. */
  readonly timings: { readonly prefill: number; readonly decode: number; readonly mask: number };
  readonly finish_reason: string;
  readonly forced_tokens: number;
  readonly seed: number;
  readonly grammask?: { readonly closed_early?: readonly string[]; readonly limit?: string };
}

export type PageEvent =
  | { readonly type: "token"; readonly data: PageToken }
  | { readonly type: "text"; readonly data: { readonly text: string } }
  | { readonly type: "result"; readonly data: PageResult };

export interface Example {
  readonly id: string;
  readonly label: string;
  readonly system: string;
  readonly prompt: string;
  readonly schema: string;
  readonly maxTokens: number;
  readonly temperature: number;
}

export interface SchemaProblem {
  readonly pointer: string;
  readonly keyword?: string;
  readonly reason: string;
}

export type Measure = "doubt" | "removed" | "refused";

export type { CompileSummary };
