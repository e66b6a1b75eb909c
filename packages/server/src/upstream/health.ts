import type { UpstreamKind } from "./options.js";

/** What is asked for to know that an upstream is well, from its root on. */
export const HEALTH_PATHS: Readonly<Record<UpstreamKind, string>> = {
  openai: "/v1/models",
  vllm: "/health",
  llamacpp: "/health",
  sglang: "/health",
};

/** The URL of an upstream without its `/v1`. */
export function rootOf(url: string): string {
  return url.replace(/\/v1$/, "");
}
