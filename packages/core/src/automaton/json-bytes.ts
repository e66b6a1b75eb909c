/** The bytes that JSON's structure is made of. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
/** Of a code fence around a value. */
export const BACKTICK = 0x60;

/** Whether some JSON value begins with the byte. */
export function startsValue(byte: number): boolean {
  return (
    byte === QUOTE ||
    byte === OPEN_BRACE ||
    byte === OPEN_BRACKET ||
    byte === MINUS ||
    isDigit(byte) ||
    byte === 0x6e ||
    byte === 0x74 ||
    byte === 0x66
  );
}

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The class of bytes that stand in strings, numbers or literals only. */
export const NO_CLASS = 0;
/** By byte: a number from 1 on for each that can stand outside of strings and within no number or literal. */
export const structureClass: Uint8Array = new Uint8Array(256).fill(NO_CLASS);

let classes = 0;
for (let byte = 0; byte < 256; byte++) {
  const isStructure =
    startsValue(byte) ||
    isSpace(byte) ||
    byte === COMMA ||
    byte === COLON ||
    byte === CLOSE_BRACE ||
    byte === CLOSE_BRACKET ||
    byte === BACKTICK;
  if (isStructure) structureClass[byte] = ++classes;
}

/** Some bytes as bits of their classes. */
export function classesOf(bytes: readonly number[]): number {
  return bytes.reduce((bits, byte) => bits | (1 << (structureClass[byte] as number)), 0);
}

/** How many of some classes, besides `NO_CLASS`, come before one, which is a bit. */
export function classesBefore(bit: number, classes: number): number {
  // Hamming weight by halves, as in Hacker's Delight, 5-1.
  let bits = classes & (bit - 1) & ~(1 << NO_CLASS);
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export const SPACE_CLASSES: number = classesOf([0x20, 0x0a, 0x0d, 0x09]);
