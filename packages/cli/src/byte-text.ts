const named: Record<number, string> = { 9: "tab", 10: "newline", 13: "return", 32: "space" };

/**
 * A set of bytes for people: `"`, `-`, `0–9`, `space`, and "any other character" for what lies outside ASCII.
 * Runs of three or more neighbours of one kind (digits, letters, other) are joined.
 */
export function describeBytes(bytes: readonly number[]): string {
  const ascii = bytes.filter((byte) => byte < 0x80);
  const parts: string[] = [];
  for (let start = 0; start < ascii.length; ) {
    let end = start;
    while (
      end + 1 < ascii.length &&
      ascii[end + 1] === ascii[end]! + 1 &&
      joins(ascii[start]!, ascii[end + 1]!)
    )
      end++;
    if (end - start >= 2) parts.push(`${character(ascii[start]!)}–${character(ascii[end]!)}`);
    else for (let i = start; i <= end; i++) parts.push(character(ascii[i]!));
    start = end + 1;
  }
  if (bytes.some((byte) => byte >= 0xc0)) parts.push("other characters");
  else if (bytes.some((byte) => byte >= 0x80)) parts.push("the rest of a character");
  return parts.join(" ");
}

function joins(first: number, next: number): boolean {
  return kind(first) === kind(next);
}

function kind(byte: number): string {
  const character = String.fromCharCode(byte);
  if (byte <= 0x20 || byte === 0x7f) return `control${byte}`;
  if (/[0-9]/.test(character)) return "digit";
  if (/[a-z]/.test(character)) return "lower";
  if (/[A-Z]/.test(character)) return "upper";
  return "sign";
}

function character(byte: number): string {
  return (
    named[byte] ??
    (byte < 0x20 || byte === 0x7f ? `\\x${byte.toString(16).padStart(2, "0")}` : String.fromCharCode(byte))
  );
}

/** Line and column (from 1; characters, not bytes) of a byte offset in a text. */
export function positionOf(bytes: Uint8Array, offset: number): { line: number; column: number } {
  const before = new TextDecoder().decode(bytes.subarray(0, offset));
  const lines = before.split("\n");
  return { line: lines.length, column: [...lines.at(-1)!].length + 1 };
}
