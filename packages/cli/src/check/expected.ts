/** What may come at a place, in words. */
import type { ByteReader } from "../byte-reader.js";
import { describeBytes } from "../byte-text.js";
import { numbersAt, stringEnds } from "./members.js";
import { isInNumber, type Lexeme, type Place } from "./place.js";

/** Makes readers that have read the first bytes of the text. */
export interface Readers {
  /** In the grammar of the check. */
  at(offset: number): ByteReader;
  /** In the same with plain spellings of numbers; undefined where the text so far has others. */
  plainAt(offset: number): ByteReader | undefined;
  /** What the text has there. */
  text(from: number, to: number): string;
}

const encode = (text: string) => new TextEncoder().encode(text);
const code = (character: string) => character.charCodeAt(0);

/** What may come at `offset`, where the text leaves the grammar or ends: alternatives, the more telling ones first. */
export function expectedAt(place: Place, offset: number, readers: Readers): string[] {
  const found =
    place.lexeme === undefined ? between(place, offset, readers) : inside(place.lexeme, offset, readers);
  return found.length > 0 ? found : [describeBytes(readers.at(offset).next())];
}

function inside({ kind, start }: Lexeme, offset: number, readers: Readers): string[] {
  if (kind === "key") return keysAt(readers, start) ?? insideString(readers, start, offset);
  const values = valuesAt(readers, start);
  const isListed = !values.some((value) => value.isOpen && value.kind === kind);
  if (isListed) return values.map(({ text }) => text);
  return kind === "string" ? insideString(readers, start, offset) : insideNumber(readers, offset);
}

function between({ slot }: Place, offset: number, readers: Readers): string[] {
  switch (slot) {
    case "value":
      return [...valuesAt(readers, offset).map(({ text }) => text), ...signs(readers.at(offset), "]")];
    case "key": {
      const isOpen = readers.at(offset).next().includes(code('"'));
      return [...(keysAt(readers, offset) ?? (isOpen ? ["a key"] : [])), ...signs(readers.at(offset), "}")];
    }
    case "colon":
      return signs(readers.at(offset), ":");
    case "after":
      return signs(readers.at(offset), ",]}");
    case "end":
      return ["the end"];
  }
}

/** The keys that may come; undefined where they are many. */
function keysAt(readers: Readers, start: number): string[] | undefined {
  const keys = stringsAt(readers.at(start));
  return keys?.map((key, index) => (index === 0 ? `a key: ${key}` : key));
}

interface Value {
  readonly kind: "string" | "number" | "literal" | "container";
  /** Whether there are more values of the kind than are listed. */
  readonly isOpen: boolean;
  readonly text: string;
}

/** The values that may begin where the reader is, by kind. */
function valuesAt(readers: Readers, start: number): Value[] {
  const bytes = new Set(readers.at(start).next());
  const values: Value[] = [];
  const add = (kind: Value["kind"], texts: readonly string[] | undefined, otherwise: string) => {
    if (texts === undefined || texts.length === 0) values.push({ kind, isOpen: true, text: otherwise });
    else values.push(...texts.map((text) => ({ kind, isOpen: false, text })));
  };
  if (bytes.has(code('"'))) add("string", stringsAt(readers.at(start)), "a string");
  if ([..."-0123456789"].some((character) => bytes.has(code(character)))) {
    const reader = readers.plainAt(start);
    add("number", reader && numbersAt(reader), "a number");
  }
  for (const literal of ["true", "false", "null"]) {
    if (bytes.has(code(literal[0]!))) add("literal", [literal], literal);
  }
  if (bytes.has(code("{"))) add("container", undefined, "an object");
  if (bytes.has(code("["))) add("container", undefined, "an array");
  return values;
}

/** The strings that may begin where the reader is, quoted; undefined where they are many or none. */
function stringsAt(reader: ByteReader): string[] | undefined {
  if (reader.read(encode('"')) === 0) return undefined;
  return stringEnds(reader)?.map((end) => `"${end}`);
}

function insideString(readers: Readers, start: number, offset: number): string[] {
  const reader = readers.at(offset);
  const bytes = reader.next();
  if (bytes.length === 1 && bytes[0] === code('"')) return ["the closing quote"];
  const ends = stringEnds(reader) ?? [];
  if (ends.length > 0) return ends.map((end) => readers.text(start, offset) + end);
  const content = bytes.filter((byte) => byte !== code('"') && byte !== code("\\"));
  const expected = content.length > 90 ? ["any character"] : content.length > 0 ? [classOf(content)] : [];
  return bytes.includes(code('"')) ? [...expected, "the closing quote"] : expected;
}

function insideNumber(readers: Readers, offset: number): string[] {
  const reader = readers.plainAt(offset) ?? readers.at(offset);
  const bytes = reader.next();
  const inside = bytes.filter(isInNumber);
  const expected = inside.length > 0 ? [classOf(inside)] : [];
  return [...expected, ...signs(reader, ",]}"), ...(reader.isComplete ? ["the end"] : [])];
}

/** Which of the signs may come. */
function signs(reader: ByteReader, list: string): string[] {
  const bytes = new Set(reader.next());
  return [...list].filter((sign) => bytes.has(code(sign))).map((sign) => `"${sign}"`);
}

function classOf(bytes: readonly number[]): string {
  const text = describeBytes(bytes);
  return text === "0–9" ? "a digit" : text;
}

/** So many alternatives are written out. */
const SHOWN = 16;

/** Alternatives as a sentence has them. */
export function oneOf(alternatives: readonly string[]): string {
  if (alternatives.length < 2) return alternatives.join("");
  const shown = alternatives.length > SHOWN ? alternatives.slice(0, SHOWN) : alternatives.slice(0, -1);
  const rest = alternatives.length > SHOWN ? `${alternatives.length - SHOWN} others` : alternatives.at(-1);
  return `${shown.join(", ")} or ${rest}`;
}
