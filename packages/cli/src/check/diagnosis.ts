/** Why a text is no output of a grammar. */
import { compileJsonSchema, type Grammar, type JsonSchemaOptions } from "@grammask/core";
import { ByteReader } from "../byte-reader.js";
import { positionOf } from "../byte-text.js";
import { expectedAt, type Readers } from "./expected.js";
import { mayEndNumber } from "./members.js";
import { isInNumber, type Place, placeAfter } from "./place.js";

export interface Diagnosis {
  /** Where the text leaves the grammar, or its length: in bytes from 0, as line and column (characters) from 1. */
  readonly byte: number;
  readonly line: number;
  readonly column: number;
  /** JSON Pointer of the value there; of the object or array where a key or a separator is wrong. */
  readonly pointer: string;
  /** What is wrong, in a sentence. */
  readonly problem: string;
  /** What may come there: alternatives, in words. */
  readonly expected: readonly string[];
  /** Where an object ends too early: keys with which it could end. */
  readonly missing?: readonly string[];
  /** Where the text ends too early: a short text that would end it. */
  readonly completion?: string;
  /** An option under which the text gets further. */
  readonly hint?: string;
}

export interface Subject {
  readonly schema: string;
  readonly options: JsonSchemaOptions;
  readonly grammar: Grammar;
  readonly bytes: Uint8Array;
}

/** What is wrong with the text; undefined where it is an output of the grammar. */
export function diagnose(subject: Subject): Diagnosis | undefined {
  const { grammar, bytes } = subject;
  const reader = new ByteReader(grammar);
  const accepted = reader.read(bytes);
  if (accepted === bytes.length && reader.isComplete) return undefined;
  const byte = characterStart(bytes, accepted);
  const place = placeAt(bytes, byte, reader);
  const expected = expectedAt(place, byte, readersOf(subject));
  // A character that is wrong in its second byte is wrong as a whole.
  reader.back(accepted - byte);
  const completion = reader.completion();
  const missing = missingKeys(place, bytes, byte, completion);
  const hint = hintFor(subject, accepted);
  return {
    byte,
    ...positionOf(bytes, byte),
    pointer: place.pointer,
    problem: problemAt(place, bytes, byte),
    expected,
    ...(missing.length === 0 ? {} : { missing }),
    ...(byte < bytes.length || completion === undefined ? {} : { completion }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The place at an offset that the reader has come to. A number that may end there has ended, where no digit follows. */
function placeAt(bytes: Uint8Array, offset: number, reader: ByteReader): Place {
  const before = bytes.subarray(0, offset);
  const place = placeAfter(before);
  const mayEnd = place.lexeme?.kind === "number" && offset < bytes.length && mayEndNumber(reader);
  if (!mayEnd || isInNumber(bytes[offset]!)) return place;
  return placeAfter(Uint8Array.from([...before, 0x20]));
}

function readersOf({ schema, options, grammar, bytes }: Subject): Readers {
  const plain =
    options.numbers === "plain" ? grammar : compileJsonSchema(schema, { ...options, numbers: "plain" });
  const at = (of: Grammar, offset: number) => {
    const reader = new ByteReader(of);
    return reader.read(bytes.subarray(0, offset)) === offset ? reader : undefined;
  };
  return {
    at: (offset) => at(grammar, offset)!,
    plainAt: (offset) => at(plain, offset),
    text: (from, to) => new TextDecoder().decode(bytes.subarray(from, to)),
  };
}

function problemAt(place: Place, bytes: Uint8Array, offset: number): string {
  const { slot, lexeme, keys } = place;
  if (offset === bytes.length) return "the text ends too early";
  const key = keyAt(place, bytes, offset);
  if (key !== undefined) {
    const name = JSON.stringify(key);
    return keys.includes(key) ? `the key ${name} is there twice` : `the key ${name} cannot come here`;
  }
  const found = tokenAt(bytes, lexeme?.start ?? offset);
  if (slot === "end") return "something stands behind the whole value";
  if (slot === "after" && found === "}") return "the object cannot end here";
  if (slot !== "colon" && found === "]") return "the array cannot end here";
  if (slot === "value" && !/^[\s,:}]$/.test(found)) return `the value ${found} does not match`;
  return `${found === " " ? "a space" : JSON.stringify(found)} is not allowed here`;
}

/** The keys that a short completion adds to an object that cannot end at the offset, where the text ends it. */
function missingKeys(
  place: Place,
  bytes: Uint8Array,
  offset: number,
  completion: string | undefined,
): string[] {
  const ends = textFrom(bytes, offset).startsWith("}") && (place.slot === "after" || place.slot === "key");
  if (!ends || completion === undefined) return [];
  let value: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(0, offset)) + completion);
  for (const step of place.pointer.split("/").slice(1)) {
    value = (value as Record<string, unknown>)[step.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return Object.keys(value as object).filter((key) => !place.keys.includes(key));
}

/** The key that stands at the offset or around it; undefined where none does. */
function keyAt({ slot, lexeme }: Place, bytes: Uint8Array, offset: number): string | undefined {
  if (slot !== "key") return undefined;
  const match = /^"(?:[^"\\]|\\.)*"/.exec(textFrom(bytes, lexeme?.start ?? offset));
  try {
    return match === null ? undefined : (JSON.parse(match[0]) as string);
  } catch {
    return undefined;
  }
}

/** What stands at an offset, as JSON has tokens: a string, number or word, or one character. */
function tokenAt(bytes: Uint8Array, offset: number): string {
  const text = textFrom(bytes, offset);
  const token = /^(?:"(?:[^"\\\n]|\\.)*"?|[-+.\w]+|\s|.)/u.exec(text)?.[0] ?? "";
  return [...token].length > 40 ? `${[...token].slice(0, 40).join("")}…` : token;
}

const MOST_SHOWN = 2000;

function textFrom(bytes: Uint8Array, offset: number): string {
  return new TextDecoder().decode(bytes.subarray(offset, offset + MOST_SHOWN));
}

/** The offset of the first byte of the character that a byte belongs to. */
function characterStart(bytes: Uint8Array, offset: number): number {
  let start = offset;
  while (start > 0 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}

/** What each option allows at most, by its spelling on the command line. */
const freest: readonly [string, JsonSchemaOptions][] = [
  ["--order any", { order: "any" }],
  ["--whitespace flexible:1000", { whitespace: { style: "flexible", max: 1000 } }],
  ["--escapes any", { escapes: "any" }],
  ["--numbers any", { numbers: "any" }],
  ["--extra-properties any", { extraProperties: "any" }],
  ["--formats annotate", { formats: "annotate" }],
];

/** The first option under which the text gets past the place where it fails. */
function hintFor({ schema, options, bytes }: Subject, accepted: number): string | undefined {
  for (const [spelling, option] of freest) {
    if (accepted === bytes.length) return undefined;
    const { whitespacePattern, separators, ...others } = options;
    const kept = "whitespace" in option ? others : options;
    const freer = new ByteReader(compileJsonSchema(schema, { ...kept, ...option }));
    const read = freer.read(bytes);
    if (read <= accepted) continue;
    const isValid = read === bytes.length && freer.isComplete;
    return `${spelling} would allow ${isValid ? "it" : "this, but not all that follows"}`;
  }
  return undefined;
}
