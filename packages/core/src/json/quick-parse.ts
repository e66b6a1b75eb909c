/**
 * Reads JSON texts that are right, which most are, in one pass over their characters; for others it gives up, and the
 * scanner of `parse.ts` says what is wrong.
 */
import { type JsonNode, JsonNumber, JsonObject } from "./node.js";

/** Recursive: deeper texts are for the other reader. */
const MAX_DEPTH = 400;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Where something else was expected; no value is undefined. */
const WRONG = undefined;

/** A list that is read from its end; it keeps its room. */
class Stack<T> {
  size = 0;
  private readonly items: T[] = [];

  push(item: T): void {
    this.items[this.size++] = item;
  }

  /** What stands from `start` on; it is taken off. */
  take(start: number): T[] {
    const end = this.items.slice(start, this.size);
    this.size = start;
    return end;
  }
}

class QuickReader {
  private readonly text: string;
  private at = 0;
  /** What the open arrays and objects have so far: what is taken from there takes no more room than it needs. */
  private readonly names = new Stack<string>();
  private readonly nodes = new Stack<JsonNode>();

  constructor(text: string) {
    this.text = text;
  }

  /** The text's value, `levels` deep at most. */
  whole(levels: number): JsonNode | undefined {
    const value = this.value(levels);
    return this.next() === -1 && this.at === this.text.length ? value : WRONG;
  }

  /** The next character that is no white space, at which `at` stands then; -1: none. */
  private next(): number {
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code > 0x20 || (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09)) return code;
    }
    return -1;
  }

  private value(levels: number): JsonNode | undefined {
    const code = this.next();
    switch (code) {
      case OPEN_BRACE:
        return levels === 0 ? WRONG : this.object(levels);
      case OPEN_BRACKET:
        return levels === 0 ? WRONG : this.array(levels);
      case QUOTE:
        return this.string();
      case 0x74:
        return this.word("true") ? true : WRONG;
      case 0x66:
        return this.word("false") ? false : WRONG;
      case 0x6e:
        return this.word("null") ? null : WRONG;
      default:
        return this.number();
    }
  }

  private object(levels: number): JsonObject | undefined {
    const { names, nodes } = this;
    const firstName = names.size;
    const firstNode = nodes.size;
    this.at++;
    if (this.next() === CLOSE_BRACE) {
      this.at++;
      return new JsonObject();
    }
    for (;;) {
      if (this.next() !== QUOTE) return WRONG;
      const key = this.string();
      if (key === WRONG || this.next() !== COLON) return WRONG;
      this.at++;
      const value = this.value(levels - 1);
      if (value === WRONG) return WRONG;
      names.push(key);
      nodes.push(value);
      const code = this.next();
      this.at++;
      if (code === CLOSE_BRACE) return JsonObject.of(names.take(firstName), nodes.take(firstNode));
      if (code !== COMMA) return WRONG;
    }
  }

  private array(levels: number): JsonNode[] | undefined {
    const { nodes } = this;
    const first = nodes.size;
    this.at++;
    if (this.next() === CLOSE_BRACKET) {
      this.at++;
      return [];
    }
    for (;;) {
      const value = this.value(levels - 1);
      if (value === WRONG) return WRONG;
      nodes.push(value);
      const code = this.next();
      this.at++;
      if (code === CLOSE_BRACKET) return nodes.take(first);
      if (code !== COMMA) return WRONG;
    }
  }

  private string(): string | undefined {
    const { text } = this;
    const start = this.at + 1;
    let hasEscapes = false;
    for (let i = start; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === QUOTE) {
        this.at = i + 1;
        return hasEscapes ? unescaped(text.slice(start - 1, i + 1)) : text.slice(start, i);
      }
      if (code < 0x20) return WRONG;
      if (code === BACKSLASH) {
        hasEscapes = true;
        i++;
      }
    }
    return WRONG;
  }

  private word(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  private number(): JsonNumber | undefined {
    const { text } = this;
    const start = this.at;
    if (text.charCodeAt(this.at) === MINUS) this.at++;
    const first = this.at;
    if (!this.digits()) return WRONG;
    if (text.charCodeAt(first) === ZERO && this.at > first + 1) return WRONG;
    if (text.charCodeAt(this.at) === POINT) {
      this.at++;
      if (!this.digits()) return WRONG;
    }
    if ((text.charCodeAt(this.at) | 0x20) === 0x65) {
      const sign = text.charCodeAt(this.at + 1);
      this.at += sign === MINUS || sign === 0x2b ? 2 : 1;
      if (!this.digits()) return WRONG;
    }
    return new JsonNumber(text.slice(start, this.at));
  }

  /** Reads digits; false: there is none. */
  private digits(): boolean {
    const start = this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (!(code >= ZERO && code <= NINE)) return this.at > start;
      this.at++;
    }
  }
}

function unescaped(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return WRONG;
  }
}

/** The value of a text that is JSON and at most `maxDepth` levels deep; undefined: it is not, or very deep. */
export function quickParse(text: string, maxDepth: number): JsonNode | undefined {
  return new QuickReader(text).whole(Math.min(maxDepth, MAX_DEPTH));
}
