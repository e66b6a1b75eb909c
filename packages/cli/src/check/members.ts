/** The few texts that a grammar allows at a place, found by trying. */
import type { ByteReader } from "../byte-reader.js";

/** More are not listed. */
const MOST_MEMBERS = 40;
/** Bytes tried in one search, and bytes of one text. */
const MOST_STEPS = 4000;
const MOST_LENGTH = 300;
/** Where so many bytes may come, anything may. */
const MANY_BYTES = 40;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What may follow a backslash; `\/` and `\u` spell what has another spelling. */
const ESCAPES = new Set([...'"\\bfnrt'].map((character) => character.charCodeAt(0)));
/** What can stand behind a number. */
const BEHIND_NUMBER = new Set([..." \t\n\r,]}"].map((character) => character.charCodeAt(0)));
const NUMBER = new Set([..."-.0123456789"].map((character) => character.charCodeAt(0)));

class TooMany extends Error {}

/** Collects texts until they are too many. */
class Search {
  readonly texts: string[] = [];
  private steps = 0;
  private readonly path: number[] = [];

  constructor(private readonly reader: ByteReader) {}

  add(isWanted: (text: string) => boolean = () => true): void {
    const text = new TextDecoder().decode(Uint8Array.from(this.path));
    if (!isWanted(text)) return;
    if (this.texts.length === MOST_MEMBERS) throw new TooMany();
    this.texts.push(text);
  }

  /** Tries what comes after a byte, and takes it back. */
  after(byte: number, then: () => void): void {
    if (++this.steps > MOST_STEPS || this.path.length > MOST_LENGTH) throw new TooMany();
    if (this.reader.read(Uint8Array.of(byte)) === 0) return;
    this.path.push(byte);
    try {
      then();
    } finally {
      this.path.pop();
      this.reader.back(1);
    }
  }
}

function listed(reader: ByteReader, run: (search: Search) => void): string[] | undefined {
  const search = new Search(reader);
  try {
    run(search);
    return search.texts;
  } catch (error) {
    if (error instanceof TooMany) return undefined;
    throw error;
  }
}

/** The ends of the string that the reader is in, closing quote included; undefined where they are many. */
export function stringEnds(reader: ByteReader): string[] | undefined {
  return listed(reader, (search) => {
    const escaped = (): void => {
      for (const byte of reader.next()) if (ESCAPES.has(byte)) search.after(byte, visit);
    };
    const visit = (): void => {
      const bytes = reader.next();
      if (bytes.length > MANY_BYTES) throw new TooMany();
      for (const byte of bytes) {
        if (byte === QUOTE) search.after(byte, () => search.add());
        else if (byte !== BACKSLASH) search.after(byte, visit);
        else search.after(byte, escaped);
      }
    };
    visit();
  });
}

/** Whether the number that the reader is in may end here. */
export function mayEndNumber(reader: ByteReader): boolean {
  return reader.isComplete || reader.next().some((byte) => BEHIND_NUMBER.has(byte));
}

/** The numbers that may come where the reader is, each in its usual spelling; undefined where they are many. */
export function numbersAt(reader: ByteReader): string[] | undefined {
  const isUsual = (text: string) => String(Number(text)) === text;
  return listed(reader, (search) => {
    const visit = (isFirst: boolean): void => {
      if (!isFirst && mayEndNumber(reader)) search.add(isUsual);
      for (const byte of reader.next()) if (NUMBER.has(byte)) search.after(byte, () => visit(false));
    };
    visit(true);
  });
}
