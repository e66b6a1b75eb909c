import { constants, getPriority, setPriority } from "node:os";
import { systemThreadId } from "./work-limits.js";

/**
 * How much lower the priority is, as `nice` counts: of a processor that another thread wants too, a thread has a third. With much less
 * (10: a tenth) outputs with heavy schemas starve where a model keeps all processors busy.
 */
const LOWER = 3;

/**
 * Lets others come first where they want the processor that the calling thread wants. On Linux, where each thread has a priority;
 * elsewhere nothing changes. Threads that it starts later have its priority.
 */
export function lowerPriority(): void {
  const id = systemThreadId();
  if (id === undefined) {
    return;
  }
  try {
    setPriority(id, Math.min(getPriority(id) + LOWER, constants.priority.PRIORITY_LOW));
  } catch {
    // Where it is not allowed, the thread works as others do.
  }
}
