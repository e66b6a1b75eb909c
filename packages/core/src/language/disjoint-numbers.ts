/** Sets of numbers that are to have nothing in common, told without comparing each with each other one at length. */
import { LanguageLimitError, type LanguageLimits } from "./limits.js";
import type { NumberSet } from "./number-set.js";

/** A set is compared exactly with so many others; with more, it is not told. */
const MAX_COMPARED = 16;
/** Larger finite sets are not listed. */
const MAX_LISTED = 1000;

/** A set between bounds. */
interface Bounded {
  readonly set: NumberSet;
  readonly low: number;
  readonly high: number;
}

export class DisjointNumbers {
  /** The members of short finite sets; all such sets, and the others. */
  private readonly members = new Set<string>();
  private readonly short: Bounded[] = [];
  private readonly others: Bounded[] = [];

  constructor(private readonly limits: LanguageLimits) {}

  /** @returns false: the set may have a number that was added before, and is left out */
  add(set: NumberSet): boolean {
    const isShort = set.isFinite && set.points.length <= MAX_LISTED;
    const members = isShort ? set.members(MAX_LISTED) : [];
    if (members.some((text) => this.members.has(text))) return false;
    const one = { set, ...set.bounds };
    if (this.meets(one, this.others) || (!isShort && this.meets(one, this.short))) return false;
    for (const text of members) this.members.add(text);
    (isShort ? this.short : this.others).push(one);
    return true;
  }

  private meets({ set, low, high }: Bounded, others: readonly Bounded[]): boolean {
    let compared = 0;
    for (let i = 0; i < others.length; i++) {
      const other = others[i]!;
      if (low > other.high || high < other.low) continue;
      if (++compared > MAX_COMPARED) return true;
      try {
        if (!set.intersection(other.set, this.limits).isEmpty) return true;
      } catch (error) {
        if (error instanceof LanguageLimitError) return true;
        throw error;
      }
    }
    return false;
  }
}
