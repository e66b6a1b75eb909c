import type { CapturedText, LimitHit } from "@grammask/core";
import type { FinishReason } from "./decoding.js";
import type { RejectedOutput } from "./errors.js";
import type { EndedRepetition } from "./repetition.js";
import type { Report, TokenLogprobs } from "./report.js";
import type { GenerateRequest, TokenEvent } from "./request.js";
import type { SchemaInPromptResult } from "./schema-prompt.js";
import type { Timings } from "./timings.js";
import type { ValueOf } from "./typed/schema-input.js";

/** What a generation gave. `T` is the type that the schema gives its values. */
export type GenerateResult<T = unknown> = Output &
  (
    | {
        /** The output is all that the grammar, or the model's end of sequence, asks for. */
        readonly finishReason: "complete";
        /** The output parsed, and checked and transformed by its schema's library; undefined where no JSON was asked for. */
        readonly value: T;
      }
    | {
        readonly finishReason: Exclude<FinishReason, "complete">;
        /** Undefined where the output is not complete JSON. */
        readonly value: T | undefined;
      }
  );

interface Output {
  /** The output; without what came before its value, the stop string, and without a last character that was cut in two. */
  readonly text: string;
  /** What came before the value, where the request let something; "": nothing did. */
  readonly leadIn: string | undefined;
  /**
   * What a grammar captures of the whole output, outer parts before inner ones: of Lark and EBNF with `capture`, none of others.
   * Undefined where nothing constrains the output, where it is not complete, and where a stop string ended it.
   */
  readonly captures: readonly CapturedText[] | undefined;
  /** The stop string that ended the output, if one did. */
  readonly stopString: string | undefined;
  /** Where the output was led to its end because of `maxTokens` or the context: then it is complete, but short. */
  readonly closedEarly: ClosedEarly | undefined;
  /** Where the request asked for it (`onRepetition`): the values that were ended because they repeated themselves, in order. */
  readonly repetitions: readonly EndedRepetition[];
  /** Ids of the output's tokens, without the one that ended it. */
  readonly tokens: readonly number[];
  /** The seed that was used: the request's, or the one that was drawn. */
  readonly seed: number;
  readonly usage: Usage;
  /** Where the request asked for it: what the prompt said of the schema. */
  readonly schemaInPrompt: SchemaInPromptResult | undefined;
  readonly timings: Readonly<Timings>;
  /** Where the output hit a limit of its grammar, and was ended by its shortest completion from there. */
  readonly limit: LimitHit | undefined;
  /** Where the request asked for it: what the grammar did to the model's choices. */
  readonly report: Report | undefined;
  /** Where the request asked for it: the log probabilities of the tokens. */
  readonly logprobs: readonly TokenLogprobs[] | undefined;
  /** Outputs before this one that the own checks of the schema's library refused; the other fields are of this one alone. */
  readonly rejected: readonly RejectedOutput[];
}

/** The results of a batch, each with the type of its request's schema. */
export type GenerateResults<R extends readonly GenerateRequest[]> = {
  -readonly [K in keyof R]: GenerateResult<R[K] extends GenerateRequest<infer S> ? ValueOf<S> : unknown>;
};

/** Where an output was led to its end in time. What comes from there on need not be what the model had to say. */
export interface ClosedEarly {
  /** The first token that was chosen for the budget; the number of tokens where the budget itself ended a number. */
  readonly token: number;
  /** The JSON Pointers of the values without others in them that end behind it; none where the output is not JSON. */
  readonly values: readonly string[];
  /** Those of them that begin behind it too: the shortest that the schema allows, not what the model had to say. */
  readonly filled: readonly string[];
}

/** Numbers of tokens. */
export interface Usage {
  readonly promptTokens: number;
  /** Tokens of the prompt that were known from an earlier prompt that begins alike, and were not read again. */
  readonly cachedPromptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Tokens of the output that have a part before its value. */
  readonly leadInTokens: number;
  /** Tokens of the output that the grammar forced, so that the model was not asked. */
  readonly forcedTokens: number;
  /** Tokens that were guessed from the prompt or the output, and how many of them the model took. */
  readonly draftTokens: number;
  readonly acceptedDraftTokens: number;
  /** Steps of the model after it had read the prompt. */
  readonly steps: number;
}

/** A value of which a part may be missing: properties and items that have not come, ends of strings. */
export type PartialValue<T> = T extends string
  ? string
  : T extends readonly (infer Item)[]
    ? readonly PartialValue<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]?: PartialValue<T[Key]> }
      : T;

/** An event of `Model.stream`. The result is the last one. `Written` is the type of a value before it is transformed. */
export type StreamEvent<T = unknown, Written = T> =
  | ({ readonly type: "token" } & TokenEvent)
  /**
   * The value so far, after the token that it grew by, where JSON was asked for. It only grows, and is the same object or
   * array each time: `structuredClone` keeps a state of it. Numbers, `true`, `false` and `null` appear when they are whole.
   */
  | { readonly type: "partial"; readonly value: PartialValue<Written> }
  /** A value that has ended, at any depth, inner ones first: an item of a list as soon as it is there. */
  | { readonly type: "value"; readonly pointer: string; readonly value: unknown }
  /** What came so far is void: the schema's library refused it, and the next attempt begins. */
  | RetryEvent
  | { readonly type: "result"; readonly result: GenerateResult<T> };

/** An output was refused by its schema's own checks, and the model tries again: what came so far is void. */
export interface RetryEvent extends RejectedOutput {
  readonly type: "retry";
  /** The attempt that begins, from 2. */
  readonly attempt: number;
}
