import type { GenerationService } from "./generation/service.js";

export interface Readiness {
  readonly status: "ready" | "loading" | "stopping" | "upstreams-down";
  /** By model: how many of the engines behind it are well. */
  readonly upstreams?: Readonly<Record<string, { readonly healthy: number; readonly total: number }>>;
}

/**
 * Whether requests can be answered: the models that are loaded at the start are there, and there is one that runs here or has an
 * upstream that is well.
 *
 * @param isLoaded whether the models are there
 */
export function readiness({ models, isDraining }: GenerationService, isLoaded: boolean): Readiness {
  if (isDraining) {
    return { status: "stopping" };
  }
  if (!isLoaded) {
    return { status: "loading" };
  }
  const behind = models.all.filter(({ hasUpstreams }) => hasUpstreams);
  if (behind.length === 0) {
    return { status: "ready" };
  }
  // They have not been asked yet.
  if (behind.some(({ engine }) => engine?.upstreams === undefined)) {
    return { status: "loading" };
  }
  const upstreams = Object.fromEntries(
    behind.map(({ id, engine }) => {
      const all = engine!.upstreams!;
      return [id, { healthy: all.filter(({ isHealthy }) => isHealthy).length, total: all.length }];
    }),
  );
  const isUp =
    behind.length < models.all.length || Object.values(upstreams).some(({ healthy }) => healthy > 0);
  return { status: isUp ? "ready" : "upstreams-down", upstreams };
}
