import type { ConstraintLimits } from "../engine/constraint.js";

/** Which server answers: what it enforces, how it continues an output, and how it is asked whether it is well differ. */
export type UpstreamKind = "openai" | "vllm" | "llamacpp" | "sglang";

/** Other engines that generate, in front of which this server checks every character. */
export interface UpstreamOptions {
  /** Where they are, such as `http://host:8000`; `/v1` is added where there is no path. At least one; all offer the same model. */
  readonly urls: readonly string[];
  /** Default: "openai", which any of them understands, without continuing from the middle of an output. */
  readonly kind?: UpstreamKind | undefined;
  /** The model's name there. Default: the first that the upstream lists. */
  readonly model?: string | undefined;
  /** Sent as `Authorization: Bearer`. Default: none. */
  readonly apiKey?: string | undefined;
  /** How often an output is asked for again, or continued, after a failure. Default: 2. */
  readonly retries?: number | undefined;
  /**
   * Whether an output that could not be brought to its end is ended by the shortest text that the constraint allows, in
   * place of an error. Default: false.
   */
  readonly close?: boolean | undefined;
  /** Seconds to open a connection. Default: 5. */
  readonly connectSeconds?: number | undefined;
  /** Seconds from the request to the first text. Default: 60. */
  readonly firstTextSeconds?: number | undefined;
  /** Seconds between two pieces of text. Default: 30. */
  readonly stallSeconds?: number | undefined;
  /** Seconds between two health checks. Default: 5. */
  readonly healthSeconds?: number | undefined;
}

/** The options with their defaults. */
export interface UpstreamSettings {
  /** Without a slash at the end. */
  readonly urls: readonly string[];
  readonly kind: UpstreamKind;
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
  readonly retries: number;
  readonly close: boolean;
  readonly connectSeconds: number;
  readonly firstTextSeconds: number;
  readonly stallSeconds: number;
  readonly healthSeconds: number;
}

/** What the thread in front of the upstreams begins with. */
export interface UpstreamThreadData {
  readonly settings: UpstreamSettings;
  readonly limits: ConstraintLimits;
  /** Whether its constraints are heavy: others come first. */
  readonly isAside: boolean;
}

const KINDS: readonly UpstreamKind[] = ["openai", "vllm", "llamacpp", "sglang"];

/** @throws RangeError for options that are wrong */
export function upstreamSettings(options: UpstreamOptions): UpstreamSettings {
  const settings: UpstreamSettings = {
    urls: options.urls.map(baseUrl),
    kind: options.kind ?? "openai",
    model: options.model,
    apiKey: options.apiKey,
    retries: options.retries ?? 2,
    close: options.close ?? false,
    connectSeconds: options.connectSeconds ?? 5,
    firstTextSeconds: options.firstTextSeconds ?? 60,
    stallSeconds: options.stallSeconds ?? 30,
    healthSeconds: options.healthSeconds ?? 5,
  };
  if (settings.urls.length === 0) {
    throw new RangeError("An upstream needs a URL.");
  }
  if (!KINDS.includes(settings.kind)) {
    throw new RangeError(`There is no kind of upstream ${settings.kind}: ${KINDS.join(", ")}.`);
  }
  if (!Number.isInteger(settings.retries) || settings.retries < 0) {
    throw new RangeError("retries must be a whole number of at least 0.");
  }
  for (const name of ["connectSeconds", "firstTextSeconds", "stallSeconds", "healthSeconds"] as const) {
    if (!(settings[name] > 0)) {
      throw new RangeError(`${name} must be more than 0.`);
    }
  }
  return settings;
}

function baseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new RangeError(`${JSON.stringify(text)} is no URL of an upstream: http://HOST:PORT is expected.`);
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new RangeError("The URL of an upstream has a user, a query or a fragment; give the key by itself.");
  }
  return url.pathname === "/" ? `${url.origin}/v1` : url.href.replace(/\/+$/, "");
}
