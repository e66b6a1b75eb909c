import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { GenerationResult } from "./engine/engine.js";
import type { ModelRegistry } from "./engine/model-registry.js";

const TIME_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const TOKEN_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** What `/metrics` tells, in Prometheus' text format. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<"route" | "status">;
  readonly #tokens: Counter<"model" | "kind">;
  readonly #endings: Counter<"model" | "reason">;
  readonly #firstToken: Histogram<"model">;
  readonly #perToken: Histogram<"model">;
  readonly #queued: Histogram<"model">;
  readonly #mask: Counter<"model">;
  readonly #longestGrammar: Histogram<"model" | "thread">;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Counter({
      name: "grammask_http_requests_total",
      help: "Answered requests by route and status",
      labelNames: ["route", "status"],
      registers,
    });
    this.#tokens = new Counter({
      name: "grammask_tokens_total",
      help: "Tokens by kind: prompt, cached (of the prompt, known from earlier ones), completion, forced, accepted_draft",
      labelNames: ["model", "kind"],
      registers,
    });
    this.#endings = new Counter({
      name: "grammask_generations_total",
      help: "Generations by how they ended: complete, closed, limit, stop-string, length, abort",
      labelNames: ["model", "reason"],
      registers,
    });
    this.#firstToken = new Histogram({
      name: "grammask_time_to_first_token_seconds",
      help: "From the arrival of a request to its first text",
      labelNames: ["model"],
      buckets: TIME_BUCKETS,
      registers,
    });
    this.#perToken = new Histogram({
      name: "grammask_time_per_token_seconds",
      help: "Mean time between the tokens of a generation",
      labelNames: ["model"],
      buckets: TOKEN_BUCKETS,
      registers,
    });
    this.#queued = new Histogram({
      name: "grammask_queue_seconds",
      help: "Time that a generation waited for its turn",
      labelNames: ["model"],
      buckets: TIME_BUCKETS,
      registers,
    });
    this.#mask = new Counter({
      name: "grammask_mask_seconds_total",
      help: "Time spent on masks",
      labelNames: ["model"],
      registers,
    });
    this.#longestGrammar = new Histogram({
      name: "grammask_longest_grammar_seconds",
      help: "The longest piece of work of a generation for its grammar; in the thread main, other generations wait so long",
      labelNames: ["model", "thread"],
      buckets: TOKEN_BUCKETS,
      registers,
    });
  }

  /** Gauges of the models: what runs, what waits, what is loaded. */
  watch(models: ModelRegistry): void {
    this.#watchUpstreams(models);
    const gauge = (name: string, help: string, of: (model: ModelRegistry["all"][number]) => number) =>
      new Gauge({
        name,
        help,
        labelNames: ["model"],
        registers: [this.registry],
        collect() {
          for (const model of models.all) {
            this.set({ model: model.id }, of(model));
          }
        },
      });
    gauge("grammask_running", "Generations that run", (model) => model.queue.running);
    gauge("grammask_waiting", "Generations that wait for their turn", (model) => model.queue.waiting);
    gauge("grammask_model_loaded", "1 where the model is loaded", (model) => (model.engine ? 1 : 0));
    gauge(
      "grammask_model_bytes",
      "Size of the loaded model's weights",
      (model) => model.engine?.info.bytes ?? 0,
    );
  }

  /** What is known of the engines behind models. */
  #watchUpstreams(models: ModelRegistry): void {
    const registers = [this.registry];
    const each = function* () {
      for (const model of models.all) {
        for (const status of model.engine?.upstreams ?? []) {
          yield { labels: { model: model.id, upstream: status.url }, status };
        }
      }
    };
    new Gauge({
      name: "grammask_upstream_healthy",
      help: "1 where the last health check, or request, found the upstream well",
      labelNames: ["model", "upstream"],
      registers,
      collect() {
        for (const { labels, status } of each()) {
          this.set(labels, status.isHealthy ? 1 : 0);
        }
      },
    });
    new Gauge({
      name: "grammask_upstream_running",
      help: "Outputs that the upstream generates",
      labelNames: ["model", "upstream"],
      registers,
      collect() {
        for (const { labels, status } of each()) {
          this.set(labels, status.active);
        }
      },
    });
    new Counter({
      name: "grammask_upstream_requests_total",
      help: "Requests to the upstream: outputs, and what of them was continued or asked for again",
      labelNames: ["model", "upstream"],
      registers,
      collect() {
        this.reset();
        for (const { labels, status } of each()) {
          this.inc(labels, status.requests);
        }
      },
    });
    new Counter({
      name: "grammask_upstream_failures_total",
      help: "Requests to the upstream that failed, by the code of the error; most are followed by another request",
      labelNames: ["model", "upstream", "code"],
      registers,
      collect() {
        this.reset();
        for (const { labels, status } of each()) {
          for (const [code, count] of Object.entries(status.failures)) {
            this.inc({ ...labels, code }, count);
          }
        }
      },
    });
  }

  answered(route: string, status: number): void {
    this.#requests.inc({ route, status });
  }

  queued(model: string, milliseconds: number): void {
    this.#queued.observe({ model }, milliseconds / 1000);
  }

  firstToken(model: string, milliseconds: number): void {
    this.#firstToken.observe({ model }, milliseconds / 1000);
  }

  /** @param isAside whether it was generated in the thread for heavy constraints */
  generated(model: string, result: GenerationResult, isAside: boolean): void {
    const { usage, timings, finishReason, closedEarly, limit } = result;
    const kinds = {
      prompt: usage.promptTokens,
      cached: usage.cachedPromptTokens,
      completion: usage.completionTokens,
      forced: usage.forcedTokens,
      accepted_draft: usage.acceptedDraftTokens,
    };
    for (const [kind, count] of Object.entries(kinds)) {
      this.#tokens.inc({ model, kind }, count);
    }
    const reason = limit !== undefined ? "limit" : closedEarly !== undefined ? "closed" : finishReason;
    this.#endings.inc({ model, reason });
    this.#mask.inc({ model }, timings.mask / 1000);
    const thread = isAside ? "aside" : "main";
    this.#longestGrammar.observe({ model, thread }, timings.longestGrammar / 1000);
    if (usage.completionTokens > 1) {
      this.#perToken.observe({ model }, timings.decode / 1000 / usage.completionTokens);
    }
  }
}
