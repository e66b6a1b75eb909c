/** Collects a step function: segments (first code point, target) in ascending order, neighbours with one target merged. */
import { isSurrogate } from "./code-point-set.js";
import type { Language } from "./nodes.js";

export class StepBuilder {
  readonly bounds: number[] = [];
  readonly targets: Language[] = [];

  clear(): this {
    this.bounds.length = 0;
    this.targets.length = 0;
    return this;
  }

  /** Starts a segment; the first one must start at 0. A segment that starts where the last one did replaces it. */
  add(bound: number, target: Language): void {
    if (bound >= 0x110000) return;
    if (isSurrogate(bound)) bound = 0xe000;
    if (this.bounds.at(-1) === bound) {
      this.bounds.pop();
      this.targets.pop();
    }
    if (this.targets.at(-1) === target) return;
    this.bounds.push(bound);
    this.targets.push(target);
  }

  /** One code point leads to the target, all others elsewhere. */
  single(codePoint: number, target: Language, otherwise: Language): void {
    this.add(0, otherwise);
    this.add(codePoint, target);
    this.add(codePoint + 1, otherwise);
  }
}
