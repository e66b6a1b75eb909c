import { PairMemo } from "../../language/index.js";
import type { LexemeReader } from "./terminals.js";

/**
 * A terminal that may take so many tokens: when they are used up it ends, at once or where it next can. A state is one of
 * the terminal's with the number of tokens that are left.
 */
export class LimitedReader implements LexemeReader {
  readonly start: number;
  private readonly reader: LexemeReader;
  private readonly tokens: number;
  private readonly inner: number[] = [0];
  private readonly left: number[] = [0];
  private readonly known = new PairMemo();

  /** @param tokens at least 1 */
  constructor(reader: LexemeReader, start: number, tokens: number) {
    this.reader = reader;
    this.tokens = tokens;
    // One more: nothing has been read, so no token ends in it.
    this.start = this.intern(start, tokens + 1);
  }

  step(state: number, byte: number): number {
    if (!this.hasNext(state)) return 0;
    const next = this.reader.step(this.inner[state] as number, byte);
    return next === 0 ? 0 : this.intern(next, Math.min(this.tokens, this.left[state] as number));
  }

  isFinal(state: number): boolean {
    return this.reader.isFinal(this.inner[state] as number);
  }

  hasNext(state: number): boolean {
    if (this.left[state] === 0 && this.isFinal(state)) return false;
    return this.reader.hasNext(this.inner[state] as number);
  }

  completion(state: number): readonly number[] | undefined {
    return this.reader.completion(this.inner[state] as number);
  }

  /** The state when another token has been read. */
  behindToken(state: number): number {
    const left = this.left[state] as number;
    return left === 0 || left > this.tokens ? state : this.intern(this.inner[state] as number, left - 1);
  }

  /** The terminal without a limit, and its state; undefined when its tokens are used up. */
  unlimited(state: number): { reader: LexemeReader; state: number } | undefined {
    if (this.left[state] === 0) return undefined;
    return { reader: this.reader, state: this.inner[state] as number };
  }

  private intern(inner: number, left: number): number {
    const known = this.known.get(inner, left);
    if (known >= 0) return known;
    const state = this.inner.push(inner) - 1;
    this.left.push(left);
    this.known.set(inner, left, state);
    return state;
  }
}
