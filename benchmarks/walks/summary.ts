import { table } from "../shared/results.js";
import type { Part } from "./tasks.js";
import type { WalkMessage } from "./worker.js";

interface Counts {
  /** Schemas that were walked. */
  schemas: number;
  /** Schemas that the engine refuses; the codes of its errors. */
  refused: Record<string, number>;
  /** Walks that ended. */
  ended: number;
  valid: number;
  invalid: number;
  /** The judges do not agree. */
  disputed: number;
  /** No judge can tell. */
  undecided: number;
  /** Ended by a typed limit. */
  limits: number;
  deadEnds: number;
  crashes: number;
  /** Schemas whose walks took too long, or whose thread crashed. */
  timeouts: number;
}

/** What must be looked at: failures, and where the judges do not agree. */
interface Case {
  readonly id: string;
  readonly what: "invalid" | "disputed" | "limit" | "dead-end" | "crash" | "timeout";
  readonly detail: string;
  readonly text?: string;
  /** Of random schemas. */
  readonly schema?: string;
}

/** So many cases of each kind are kept, beside all failures. */
const MAX_CASES = 200;

/** Counts what came of the walks. */
export class WalksSummary {
  readonly parts: Partial<Record<Part, Counts>> = {};
  readonly cases: Case[] = [];
  /** How many failures there were: what must not happen at all. */
  failures = 0;

  add(part: Part, id: string, schema: string, message: WalkMessage): void {
    const counts = this.#counts(part);
    const note = (what: Case["what"], detail: string, text?: string) =>
      this.#note(part, id, schema, what, detail, text);
    switch (message.type) {
      case "refused":
        counts.refused[message.code] = (counts.refused[message.code] ?? 0) + 1;
        break;
      case "walk":
        counts.ended++;
        counts[message.verdict]++;
        if (message.verdict === "invalid" || message.verdict === "disputed")
          note(message.verdict, message.reason ?? "", message.text);
        break;
      case "limit":
        counts.limits++;
        note("limit", message.detail);
        break;
      case "dead-end":
        counts.deadEnds++;
        note("dead-end", message.detail, message.text);
        break;
      case "crash":
        counts.crashes++;
        note("crash", message.detail, message.text);
        break;
    }
  }

  /** A schema's walks were not done. */
  addTrouble(part: Part, id: string, schema: string, detail: string): void {
    this.#counts(part).timeouts++;
    this.#note(part, id, schema, "timeout", detail);
  }

  addSchema(part: Part): void {
    this.#counts(part).schemas++;
  }

  report(): string {
    const names: Exclude<keyof Counts, "refused">[] = [
      "schemas",
      "ended",
      "valid",
      "invalid",
      "disputed",
      "undecided",
      "limits",
      "deadEnds",
      "crashes",
      "timeouts",
    ];
    const parts = Object.entries(this.parts);
    const sum = (name: (typeof names)[number]) =>
      parts.reduce((total, [, counts]) => total + counts[name], 0);
    return table([
      ["walks over", ...names.map((name) => name.replace("deadEnds", "dead ends"))],
      ...parts.map(([part, counts]) => [part, ...names.map((name) => counts[name])]),
      ["all", ...names.map(sum)],
    ]);
  }

  #note(part: Part, id: string, schema: string, what: Case["what"], detail: string, text?: string): void {
    const isFailure = what !== "disputed" && what !== "limit";
    if (isFailure) this.failures++;
    if (!isFailure && this.cases.filter((each) => each.what === what).length >= MAX_CASES) return;
    this.cases.push({
      id,
      what,
      detail,
      ...(text !== undefined && { text }),
      ...(part.startsWith("random") && { schema }),
    });
  }

  #counts(part: Part): Counts {
    const none = {
      schemas: 0,
      refused: {},
      ended: 0,
      valid: 0,
      invalid: 0,
      disputed: 0,
      undecided: 0,
      limits: 0,
      deadEnds: 0,
      crashes: 0,
      timeouts: 0,
    };
    this.parts[part] ??= none;
    return this.parts[part];
  }
}
