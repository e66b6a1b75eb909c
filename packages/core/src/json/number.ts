/**
 * The exact value of a JSON number as a text that equal numbers share: `1`, `1.0`, `10e-1` give `1e0`; `0`, `-0.0e9`
 * give `0`. The form is `-?DIGITSeEXPONENT` with no zero at either end of the digits, and means DIGITS × 10^EXPONENT;
 * the number is an integer exactly where the exponent is not negative.
 *
 * Time is linear in the text for exponents that people write; longer ones than 15 digits go through BigInt.
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

/** Whether the number is an integer in the mathematical sense: `1.0` and `10e-1` are. */
export function isIntegerNumber(text: string): boolean {
  return !canonicalNumber(text).includes("e-");
}

const ZERO = 0x30;

function addExponent(written: string, shift: number): string {
  const exponent = written.startsWith("+") ? written.slice(1) : written;
  if (exponent.length <= 15) return String(Number(exponent) + shift);
  return String(BigInt(exponent) + BigInt(shift));
}
