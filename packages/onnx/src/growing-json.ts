/** A value of a JSON text that has ended, or that was open at the text's end. */
export interface JsonSpan {
  /** JSON Pointer. */
  readonly pointer: string;
  /** Where it begins and ends in the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

export interface EndedValue extends JsonSpan {
  readonly value: unknown;
}

interface Container {
  readonly value: unknown[] | Record<string, unknown>;
  readonly pointer: string;
  readonly start: number;
  /** The property or item that is open or comes next. */
  key: string | number;
}

const enum Reading {
  /** Whitespace and punctuation. */
  Structure,
  String,
  /** A number, `true`, `false` or `null`. */
  Scalar,
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * Reads a JSON text as it grows: the text must be the beginning of a valid one, such as a grammar lets through. The value
 * so far only grows: properties and items are added, strings get longer, and what is there stays. Numbers and literals
 * appear when they have ended.
 */
export class GrowingJson {
  /** Grows with each change of the value. */
  version = 0;
  #root: unknown;
  #ended: EndedValue[] = [];
  readonly #open: Container[] = [];
  #reading = Reading.Structure;
  #isKey = false;
  /** Where the open string or scalar begins. */
  #start = 0;
  /** Code units read. */
  #length = 0;
  /** The open string without its escapes, or the open scalar. */
  #text = "";
  /** An escape that has not ended, from its backslash on. */
  #escape = "";

  /** The value so far; `undefined` before it has begun. The same object or array each time, which grows. */
  get value(): unknown {
    return this.#root;
  }

  /** The values that ended since this was asked last, inner ones first. */
  takeEnded(): EndedValue[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  /** The values that are open, outer ones first; they end where the text does. */
  get openSpans(): JsonSpan[] {
    const spans: JsonSpan[] = this.#open.map(({ pointer, start }) => ({ pointer, start, end: this.#length }));
    if (this.#reading !== Reading.Structure && !this.#isKey) {
      spans.push({ pointer: this.#pointer(), start: this.#start, end: this.#length });
    }
    return spans;
  }

  /** Reads the next piece of the text. */
  push(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const character = text[i]!;
      if (this.#reading === Reading.String) {
        this.#readString(character);
      } else if (this.#reading === Reading.Scalar && !/[\s,\]}]/.test(character)) {
        this.#text += character;
      } else {
        this.#endScalar();
        this.#readStructure(character);
      }
      this.#length++;
    }
    if (this.#reading === Reading.String && !this.#isKey && text !== "") {
      // The second half of a surrogate pair is waited for.
      this.#put(/[\ud800-\udbff]$/.test(this.#text) ? this.#text.slice(0, -1) : this.#text);
    }
  }

  /** The text is complete: a number at its end has ended. */
  end(): void {
    this.#endScalar();
  }

  #readStructure(character: string): void {
    const top = this.#open.at(-1);
    switch (character) {
      case "{":
      case "[": {
        const value = character === "{" ? {} : [];
        const pointer = this.#pointer();
        this.#put(value);
        this.#open.push({ value, pointer, start: this.#length, key: character === "{" ? "" : 0 });
        this.#isKey = character === "{";
        break;
      }
      case "}":
      case "]": {
        const { value, pointer, start } = this.#open.pop()!;
        this.#isKey = false;
        this.#ended.push({ pointer, start, end: this.#length + 1, value });
        break;
      }
      case ",":
        this.#isKey = !Array.isArray(top!.value);
        if (typeof top!.key === "number") {
          top!.key++;
        }
        break;
      case ":":
        this.#isKey = false;
        break;
      case '"':
        this.#begin(Reading.String, "");
        break;
      default:
        if (!/\s/.test(character)) {
          this.#begin(Reading.Scalar, character);
        }
    }
  }

  #begin(reading: Reading, text: string): void {
    this.#reading = reading;
    this.#start = this.#length;
    this.#text = text;
  }

  #readString(character: string): void {
    if (this.#escape !== "") {
      this.#escape += character;
      if (this.#escape[1] !== "u") {
        this.#text += ESCAPES[character] ?? character;
        this.#escape = "";
      } else if (this.#escape.length === 6) {
        this.#text += String.fromCharCode(Number.parseInt(this.#escape.slice(2), 16));
        this.#escape = "";
      }
    } else if (character === "\\") {
      this.#escape = character;
    } else if (character !== '"') {
      this.#text += character;
    } else {
      this.#reading = Reading.Structure;
      if (this.#isKey) {
        this.#open.at(-1)!.key = this.#text;
      } else {
        this.#finish(this.#text, this.#length + 1);
      }
    }
  }

  #endScalar(): void {
    if (this.#reading === Reading.Scalar) {
      this.#reading = Reading.Structure;
      this.#finish(JSON.parse(this.#text), this.#length);
    }
  }

  #finish(value: unknown, end: number): void {
    this.#put(value);
    this.#ended.push({ pointer: this.#pointer(), start: this.#start, end, value });
  }

  /** Sets the value that is open. */
  #put(value: unknown): void {
    this.version++;
    const top = this.#open.at(-1);
    if (top === undefined) {
      this.#root = value;
    } else {
      // Not an assignment: a key `__proto__` is a property like others.
      const property = { value, writable: true, enumerable: true, configurable: true };
      Object.defineProperty(top.value, top.key, property);
    }
  }

  /** The pointer of the value that is open or begins. */
  #pointer(): string {
    const top = this.#open.at(-1);
    return top === undefined
      ? ""
      : `${top.pointer}/${String(top.key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }
}
