/** What a process that generates gets, and what it answers: one answer for each message, in order. */
import type { ChatMessage, GenerateRequest } from "@grammask/onnx";

export const ENGINE_KINDS = ["grammask", "transformers", "llama"] as const;
export type EngineKind = (typeof ENGINE_KINDS)[number];

/** As JSON in the process's argument. */
export interface EngineSetup {
  readonly engine: EngineKind;
  readonly threads: number;
  /** The model's folder, or the GGUF file of the same weights. */
  readonly model: string;
  /** The folder of an installed peer; empty for this project's own engine. */
  readonly peer: string;
}

/** What to generate, greedily. */
export interface EngineRequest {
  /** The conversation; for engines that take the rendered prompt, it is that. */
  readonly messages: readonly ChatMessage[] | string;
  /** Undefined for free text. */
  readonly schema?: object;
  readonly maxTokens: number;
  /** For this project's own engine. */
  readonly options?: Partial<GenerateRequest>;
}

/** Milliseconds. */
export interface EngineResult {
  /** Without what is no part of the value. */
  readonly text: string;
  readonly promptTokens: number;
  readonly tokens: number;
  /** From the request to the finished output. */
  readonly total: number;
  /** Of it, until the first token could be chosen. */
  readonly first: number;
  /** Whether the output ended by itself. */
  readonly ended: boolean;
}

export type EngineMessage =
  | { readonly type: "generate"; readonly request: EngineRequest }
  | { readonly type: "batch"; readonly requests: readonly EngineRequest[]; readonly concurrency: number }
  /** What prompt a request becomes. */
  | { readonly type: "prompt"; readonly request: EngineRequest };

export type EngineAnswer =
  /** The process has started. */
  | { readonly type: "ready"; readonly version: string; readonly modelFolder?: string }
  | { readonly type: "result"; readonly result: EngineResult }
  /** Milliseconds for all, and tokens of all. */
  | { readonly type: "batch"; readonly total: number; readonly tokens: number }
  | { readonly type: "prompt"; readonly prompt: string }
  /** The engine does not take the request, or failed. */
  | { readonly type: "failure"; readonly reason: string };

/** What runs in the process. */
export interface GenerationEngine {
  /** A package and its version. */
  readonly version: string;
  /** Where its model is. */
  readonly modelFolder?: string;
  generate(request: EngineRequest): Promise<EngineResult>;
  batch?(requests: readonly EngineRequest[], concurrency: number): Promise<{ total: number; tokens: number }>;
  prompt?(request: EngineRequest): string;
}
