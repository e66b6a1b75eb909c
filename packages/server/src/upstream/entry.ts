import type { ConstraintLimits } from "../engine/constraint.js";
import { LanedEngine } from "../engine/laned-engine.js";
import type { ModelEntry } from "../engine/model-registry.js";
import { ThreadedEngine } from "../engine/threaded-engine.js";
import type { OfferedUpstreamOptions } from "../options.js";
import { type UpstreamThreadData, upstreamSettings } from "./options.js";

/** A built file: tests run the sources, and a thread needs a file that Node can run. */
const THREAD = new URL("../../dist/upstream/upstream-thread.js", import.meta.url);

/**
 * The model of upstreams among those that a server offers.
 *
 * @param asideMegabytes memory of the thread for heavy constraints
 * @throws RangeError for options that are wrong
 */
export function upstreamEntry(
  { id, toolFormat = "plain", ...options }: OfferedUpstreamOptions,
  limits: ConstraintLimits,
  asideMegabytes: number,
): ModelEntry {
  const settings = upstreamSettings(options);
  const start = (isAside: boolean) => {
    const data: UpstreamThreadData = { settings, limits, isAside };
    return ThreadedEngine.start(THREAD, data, {
      name: id,
      ...(isAside ? { memoryMegabytes: asideMegabytes } : {}),
    });
  };
  const load = async () => new LanedEngine({ main: await start(false), startAside: () => start(true) });
  return { id, toolFormat, hasUpstreams: true, load };
}
