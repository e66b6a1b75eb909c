/**
 * The exact value of a JSON number as a text that equal numbers share: `1`, `1.0`, `10e-1` give `1e0`; `0`, `-0.0e9`
 * give `0`. The form is `-?DIGITSeEXPONENT` with no zero at either end of the digits, and means DIGITS × 10^EXPONENT;
 * the number is an integer exactly where the exponent is not negative.
 * Time is linear in the text.
 *
 * @param text a number in JSON's syntax (RFC 8259, section 6)
 */
export function canonicalNumber(text: string): string {
  const e = text.search(/[eE]/);
  const mantissa = e < 0 ? text : text.slice(0, e);
  const sign = mantissa.startsWith("-") ? "-" : "";
  const point = mantissa.indexOf(".");
  const fractionLength = point < 0 ? 0 : mantissa.length - point - 1;
  const digits = mantissa.slice(sign.length).replace(".", "");

  let start = 0;
  while (digits.charCodeAt(start) === ZERO) start++;
  if (start === digits.length) return "0";
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === ZERO) end--;

  const shift = digits.length - end - fractionLength;
  return `${sign}${digits.slice(start, end)}e${addExponent(e < 0 ? "0" : text.slice(e + 1), shift)}`;
}

/** Whether two texts write the same value. */
export function sameNumber(a: string, b: string): boolean {
  if (a === b) return true;
  // A value has one text without a sign, a point and an exponent.
  if (isDigits(a) && isDigits(b)) return false;
  return canonicalNumber(a) === canonicalNumber(b);
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > ZERO + 9) return false;
  }
  return true;
}

/** Whether the number is 0, however it is written. */
export function isZeroNumber(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > ZERO && code <= ZERO + 9) return false;
    if ((code | 0x20) === 0x65) return true;
  }
  return true;
}

/** Whether the number is an integer in the mathematical sense: `1.0` and `10e-1` are. */
export function isIntegerNumber(text: string): boolean {
  return !canonicalNumber(text).includes("e-");
}

const ZERO = 0x30;

/** The decimal text of an exponent plus a shift below 10^15, in linear time (BigInt is quadratic in the text). */
function addExponent(written: string, shift: number): string {
  const negative = written.startsWith("-");
  const magnitude = written.replace(/^[+-]?0*/, "");
  if (magnitude.length <= CHUNK) return String((negative ? -1 : 1) * Number(magnitude) + shift);

  // The magnitude is larger than any shift: the sign stays, and only one unit can be carried out of the last digits.
  let head = magnitude.slice(0, -CHUNK);
  let tail = Number(magnitude.slice(-CHUNK)) + (negative ? -shift : shift);
  if (tail >= 10 ** CHUNK) {
    head = carry(head, "9", 1, "0");
    tail -= 10 ** CHUNK;
  } else if (tail < 0) {
    head = carry(head, "0", -1, "9");
    tail += 10 ** CHUNK;
  }
  return (negative ? "-" : "") + (head + String(tail).padStart(CHUNK, "0")).replace(/^0+/, "");
}

const CHUNK = 15;

/** Adds `unit` (1 or -1) to a decimal text, whose last digits `from` turn to `to`. */
function carry(digits: string, from: string, unit: number, to: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === from) end--;
  const changed = Number(digits[end - 1] ?? 0) + unit;
  return digits.slice(0, Math.max(end - 1, 0)) + changed + to.repeat(digits.length - end);
}
