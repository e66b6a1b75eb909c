import type { CompileCheck } from "../engine/compile-check.js";
import type { CompileSummary } from "../engine/compile-summary.js";
import type { Constraint } from "../engine/constraint.js";
import type {
  GenerationRequest,
  GenerationResult,
  MeasuredToken,
  OutputPiece,
  TokenLogprob,
} from "../engine/engine.js";
import type { ModelRegistry, OfferedModel } from "../engine/model-registry.js";
import { ApiError, ClientGoneError } from "../errors.js";
import type { Metrics } from "../metrics.js";
import { merge } from "./merge.js";

/** What a request asks for, whatever API it came by. */
export interface Job {
  readonly model: string;
  /** Whose turn it takes: a key, or an address. */
  readonly client: string;
  /** At least one: what each output is to be. */
  readonly requests: readonly GenerationRequest[];
  /** The field of the request that says what the output must match. */
  readonly constraintParam?: string | undefined;
}

export type JobEvent =
  | {
      readonly type: "text";
      readonly index: number;
      readonly text: string;
      /** Where the request asked for `measured`. */
      readonly token?: MeasuredToken;
      /** Where the request asked for them, and for text as it comes: of the tokens that the text is of. */
      readonly logprobs?: readonly TokenLogprob[];
    }
  | { readonly type: "result"; readonly index: number; readonly result: GenerationResult };

/** A job whose first output has begun, so that what is wrong with the request is known not to be. */
export interface StartedJob {
  /** The id of the model, where the request used another name of it. */
  readonly model: string;
  /** Leaving the loop ends the job. */
  readonly events: AsyncGenerator<JobEvent, void, void>;
}

export interface ServiceOptions {
  readonly models: ModelRegistry;
  readonly compileCheck: CompileCheck;
  readonly metrics: Metrics;
  /** The longest that a request may take, waiting included, in milliseconds. */
  readonly deadlineMilliseconds: number;
}

/** Time for answers to jobs that were ended, in milliseconds. */
const LAST_WORDS = 2000;

/** Several outputs of one request, with seeds one after the other. */
export function repeated(request: GenerationRequest, count: number): GenerationRequest[] {
  const { seed = Math.floor(Math.random() * 2 ** 32) } = request;
  return Array.from({ length: count }, (_, i) => ({ ...request, seed: (seed + i) % 2 ** 32 }));
}

/** Runs jobs: checks them, lets them wait for their turn, generates, and ends them when nobody wants them any more. */
export class GenerationService {
  readonly models: ModelRegistry;
  readonly #compileCheck: CompileCheck;
  readonly #metrics: Metrics;
  readonly #deadlineMilliseconds: number;
  /** Ends the jobs that still run when the server has waited long enough for them. */
  readonly #end = new AbortController();
  #jobs = 0;
  #isDraining = false;
  #whenIdle: (() => void) | undefined;
  #whenGivenUp: (() => void) | undefined;

  constructor({ models, compileCheck, metrics, deadlineMilliseconds }: ServiceOptions) {
    this.models = models;
    this.#compileCheck = compileCheck;
    this.#metrics = metrics;
    this.#deadlineMilliseconds = deadlineMilliseconds;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /**
   * Starts a job: returns when its first text is there.
   *
   * @param gone fires when the client goes away
   * @throws ApiError for what is wrong with the request, a full queue, a deadline; ClientGoneError
   */
  async start(job: Job, gone: AbortSignal): Promise<StartedJob> {
    if (this.#isDraining) {
      throw stopping();
    }
    const model = this.models.find(job.model);
    model.queue.checkRoom(job.requests.length);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.#deadlineMilliseconds);
    const signal = AbortSignal.any([gone, deadline.signal, this.#end.signal]);
    this.#jobs++;
    const finish = () => {
      clearTimeout(timer);
      this.#jobs--;
      if (this.#jobs === 0) {
        this.#whenIdle?.();
      }
    };
    const why = () => this.#reason(gone, deadline.signal);
    const events = this.#run(job, model, signal, why, finish);
    const first = await events.next();
    return { model: model.id, events: first.done === true ? events : startingWith(first.value, events) };
  }

  /**
   * Compiles a constraint on trial, and generates nothing.
   *
   * @returns what the compiler says of it
   * @throws ApiError where it cannot be compiled within the server's limits, or the server is being stopped
   */
  async check(constraint: Constraint, param: string, gone: AbortSignal): Promise<CompileSummary> {
    if (this.#isDraining) {
      throw stopping();
    }
    try {
      return await this.#compileCheck.summary(constraint, param, AbortSignal.any([gone, this.#end.signal]));
    } catch (thrown) {
      throw gone.aborted && !(thrown instanceof ApiError)
        ? new ClientGoneError("The client went away.")
        : thrown;
    }
  }

  /** Takes no more jobs, and resolves when those that run have ended; after so many milliseconds it ends them. */
  async drain(milliseconds: number): Promise<void> {
    this.#isDraining = true;
    const idle = async () => {
      while (this.#jobs > 0) {
        await new Promise<void>((resolve) => {
          this.#whenIdle = resolve;
        });
      }
    };
    const timer = setTimeout(() => this.#end.abort(), milliseconds);
    // Who is ended has a moment to tell the client.
    const last = setTimeout(() => this.#whenGivenUp?.(), milliseconds + LAST_WORDS);
    const givenUp = new Promise<void>((resolve) => {
      this.#whenGivenUp = resolve;
    });
    await Promise.race([idle(), givenUp]);
    clearTimeout(timer);
    clearTimeout(last);
  }

  async *#run(
    job: Job,
    model: OfferedModel,
    signal: AbortSignal,
    why: () => Error,
    finish: () => void,
  ): AsyncGenerator<JobEvent, void, void> {
    const ended = new AbortController();
    const both = AbortSignal.any([signal, ended.signal]);
    try {
      // The outputs of a job have one form.
      const constraint = job.requests[0]?.constraint;
      const isHeavy =
        constraint !== undefined && !(await this.#compileCheck.check(constraint, job.constraintParam, both));
      const outputs = job.requests.map((request, index) =>
        this.#output(job, { ...request, isHeavy }, model, index, both, why),
      );
      yield* outputs.length === 1 ? outputs[0]! : merge(outputs);
    } catch (thrown) {
      throw signal.aborted && !(thrown instanceof ApiError) ? why() : thrown;
    } finally {
      ended.abort();
      finish();
    }
  }

  /** One of a job's outputs, when it is its turn. */
  async *#output(
    { client, constraintParam }: Job,
    request: GenerationRequest,
    model: OfferedModel,
    index: number,
    signal: AbortSignal,
    why: () => Error,
  ): AsyncGenerator<JobEvent, void, void> {
    const start = performance.now();
    const leave = await model.queue.enter(client, signal);
    try {
      this.#metrics.queued(model.id, performance.now() - start);
      const { engine, release } = await this.models.use(model);
      const generation = engine.generate(request, signal, constraintParam);
      try {
        for (let isFirst = true; ; isFirst = false) {
          const next = await generation.next();
          if (isFirst && next.done !== true) {
            this.#metrics.firstToken(model.id, performance.now() - start);
          }
          if (next.done === true) {
            this.#metrics.generated(model.id, next.value, request.isHeavy === true);
            if (request.constraint !== undefined && next.value.limit !== undefined) {
              this.#compileCheck.hitLimit(request.constraint);
            }
            if (next.value.finishReason === "abort") {
              throw signal.aborted ? why() : stopping();
            }
            yield { type: "result", index, result: next.value };
            return;
          }
          yield textEvent(index, next.value);
        }
      } finally {
        await generation.return(undefined as never);
        release();
      }
    } finally {
      leave();
    }
  }

  #reason(gone: AbortSignal, deadline: AbortSignal): Error {
    if (gone.aborted) {
      return new ClientGoneError("The client went away.");
    }
    if (!deadline.aborted) {
      return stopping();
    }
    const message =
      `The request took longer than ${this.#deadlineMilliseconds / 1000} s, waiting included. ` +
      "Ask for less (max_tokens), or when the server is less busy.";
    return new ApiError({ status: 504, type: "server_error", code: "deadline_exceeded", message });
  }
}

function textEvent(index: number, piece: OutputPiece): JobEvent {
  if (typeof piece === "string") {
    return { type: "text", index, text: piece };
  }
  const { text } = piece;
  return "logprobs" in piece
    ? { type: "text", index, text, logprobs: piece.logprobs }
    : { type: "text", index, text, token: piece };
}

function stopping(): ApiError {
  const message = "The server is being stopped. Send the request to another one, or later.";
  return new ApiError({ status: 503, type: "server_error", code: "stopping", message, retryAfter: 5 });
}

async function* startingWith(
  first: JobEvent,
  rest: AsyncGenerator<JobEvent, void, void>,
): AsyncGenerator<JobEvent, void, void> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
