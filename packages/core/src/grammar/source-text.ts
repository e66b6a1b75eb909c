import { GrammarError } from "./errors.js";
import type { SourcePlace } from "./tree.js";

/** A place in the source of a grammar that moves on while it is read. */
export class SourceText {
  /** Offset of the next UTF-16 unit. */
  at = 0;
  readonly source: string;
  private lineStarts: number[] | undefined;

  constructor(source: string) {
    this.source = source;
  }

  get isAtEnd(): boolean {
    return this.at >= this.source.length;
  }

  /** The next unit; "" at the end. */
  peek(ahead = 0): string {
    return this.source.charAt(this.at + ahead);
  }

  startsWith(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }

  /** Moves behind a text if it is next. */
  eat(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.at += text.length;
    return true;
  }

  /** Moves behind what a sticky expression matches next, and returns it; "" where it does not match. */
  match(expression: RegExp): string {
    expression.lastIndex = this.at;
    const found = expression.exec(this.source)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  /** The next code point, as a string; "" at the end. */
  character(): string {
    const codePoint = this.source.codePointAt(this.at);
    if (codePoint === undefined) return "";
    const character = String.fromCodePoint(codePoint);
    this.at += character.length;
    return character;
  }

  place(offset = this.at): SourcePlace {
    this.lineStarts ??= [0, ...Array.from(this.source.matchAll(/\n/g), ({ index }) => index + 1)];
    let low = 0;
    for (let high = this.lineStarts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((this.lineStarts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] as number) + 1 };
  }

  fail(message: string, offset = this.at): never {
    throw new GrammarError(message, this.place(offset));
  }

  /** How what comes next is shown in messages. */
  next(): string {
    if (this.isAtEnd) return "the end";
    const codePoint = this.source.codePointAt(this.at) as number;
    return codePoint === 0x0a ? "the end of the line" : JSON.stringify(String.fromCodePoint(codePoint));
  }
}
