/** Ending an output within a number of tokens. */
import { type Completion, completionBytes } from "./automaton/completion.js";
import type { Closing, Searches } from "./closing.js";
import { type TokenMask, tokensMask } from "./mask/token-mask.js";
import type { Vocabulary } from "./vocabulary/index.js";

/** No end of the output is known that has so few tokens. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
  readonly code = "budget";

  constructor(
    /** The tokens that were to be enough. */
    readonly tokens: number,
    /** The tokens of the shortest end that is known. */
    readonly needed: number,
  ) {
    super(`${tokens} tokens are not enough to end the output, which takes ${needed}; allow as many.`);
  }
}

/** So many completions that depend on text are searched for one mask. */
const MAX_SEARCHES = 1000;

/** What a budget needs of a matcher. */
export interface BudgetSource {
  readonly vocabulary: Vocabulary;
  closing(): Closing;
  /** The output so far. */
  bytes(): Uint8Array;
  isComplete(): boolean;
  mask(): TokenMask;
  completion(): Completion;
  /** The completion behind a token; undefined where it is not allowed, or `searches` or a limit does not let it be told. */
  completionAfter(tokenId: number, searches: Searches | undefined): Completion | undefined;
}

/** A completion that was found, and the output that it ends. */
interface Plan {
  readonly completion: Completion;
  /** The output before it. */
  readonly start: number;
  /** The whole output. */
  readonly output: Uint8Array;
}

/**
 * Keeps the best end that is known. A new shortest text may take more tokens than what is left of the one that was found
 * before: so a completion that has been begun is remembered, and its next token always fits.
 */
export class Budget {
  private plan: Plan | undefined;
  private readonly source: BudgetSource;

  constructor(source: BudgetSource) {
    this.source = source;
  }

  /** The tokens of the best end that is known. */
  needed(): number {
    const bytes = this.source.bytes();
    const planned = this.leftOfPlan(bytes);
    const completion = this.source.completion();
    const found = this.source.closing().count(completion);
    if (planned !== undefined && planned <= found) return planned;
    const output = new Uint8Array(bytes.length + completion.length);
    output.set(bytes);
    output.set(completionBytes(completion), bytes.length);
    this.plan = { completion, start: bytes.length, output };
    return found;
  }

  /** Whether a token is allowed and an end of at most `tokens - 1` more tokens is known behind it. */
  fits(tokenId: number, tokens: number): boolean {
    return this.allows(tokenId, tokens, undefined) || (this.next() === tokenId && this.needed() <= tokens);
  }

  mask(tokens: number): TokenMask {
    const needed = this.needed();
    if (needed > tokens) throw new BudgetError(tokens, needed);
    const { source } = this;
    const next = this.next();
    const searches = { left: MAX_SEARCHES };
    const { words } = source.mask();
    const { size } = source.vocabulary;
    const ids: number[] = [];
    for (let id = 0; id < size; id++) {
      if (((words[id >>> 5] as number) & (1 << (id & 31))) === 0) continue;
      if (id === next || this.allows(id, tokens, searches)) ids.push(id);
    }
    return tokensMask(size, Int32Array.from(ids));
  }

  private allows(tokenId: number, tokens: number, searches: Searches | undefined): boolean {
    const { source } = this;
    if (source.vocabulary.isEos(tokenId) && source.isComplete()) return true;
    const completion = source.completionAfter(tokenId, searches);
    return completion !== undefined && source.closing().count(completion) < tokens;
  }

  /** The next token of the plan; -1 at its end. */
  private next(): number {
    const { plan } = this;
    const bytes = this.source.bytes();
    if (plan === undefined || this.leftOfPlan(bytes) === undefined) return -1;
    return this.source.closing().tokenAt(plan.completion, bytes.length - plan.start);
  }

  /** The tokens of the plan's rest; undefined if the output is not on it. */
  private leftOfPlan(bytes: Uint8Array): number | undefined {
    const { plan } = this;
    if (plan === undefined || bytes.length < plan.start || bytes.length > plan.output.length)
      return undefined;
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== plan.output[i]) return undefined;
    return this.source.closing().count(plan.completion, bytes.length - plan.start);
  }
}
