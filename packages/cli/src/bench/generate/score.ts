/** How many fields of a value are right, of how many. */
export interface Score {
  readonly right: number;
  readonly fields: number;
}

/**
 * Compares a value with the expected one, field by field: a field is a value without others in it. Texts are equal
 * without regard to case, runs of whitespace and a full stop at the end; numbers by their value, also where one is written
 * as a text. Properties that are not expected do not count. The items of a list are compared with the expected ones in
 * that alignment, in order, in which most fields are right; a list that is too long has that many more fields.
 */
export function scoreFields(expected: unknown, actual: unknown): Score {
  if (Array.isArray(expected)) return scoreList(expected, actual);
  if (typeof expected === "object" && expected !== null) {
    const values = isRecord(actual) ? actual : {};
    return sum(
      Object.entries(expected).map(([name, value]) =>
        scoreFields(value, Object.hasOwn(values, name) ? values[name] : undefined),
      ),
    );
  }
  return { right: isEqual(expected, actual) ? 1 : 0, fields: 1 };
}

function scoreList(expected: readonly unknown[], actual: unknown): Score {
  if (!Array.isArray(actual)) return { right: 0, fields: countFields(expected) };
  if (expected.length === 0) return { right: actual.length === 0 ? 1 : 0, fields: countFields(actual) };
  // best[j]: the most right fields with the first items of the expected list and the first j of the actual one.
  let best = new Array<number>(actual.length + 1).fill(0);
  for (const item of expected) {
    const next = [0];
    for (const [j, other] of actual.entries()) {
      const pair = best[j]! + scoreFields(item, other).right;
      next.push(Math.max(pair, best[j + 1]!, next[j]!));
    }
    best = next;
  }
  return { right: best[actual.length]!, fields: Math.max(countFields(expected), countFields(actual)) };
}

function countFields(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return parts.length === 0 ? 1 : parts.reduce<number>((total, part) => total + countFields(part), 0);
}

function isEqual(expected: unknown, actual: unknown): boolean {
  if (typeof expected === "number" || typeof actual === "number") {
    const isNumeric = (value: unknown) =>
      typeof value === "number" || (typeof value === "string" && value.trim() !== "");
    return isNumeric(expected) && isNumeric(actual) && Number(expected) === Number(actual);
  }
  if (typeof expected === "string" && typeof actual === "string") return plain(expected) === plain(actual);
  return expected === actual;
}

function plain(text: string): string {
  return text.normalize("NFC").trim().replace(/\s+/g, " ").replace(/\.$/, "").toLowerCase();
}

function sum(scores: readonly Score[]): Score {
  return {
    right: scores.reduce((total, { right }) => total + right, 0),
    fields: scores.reduce((total, { fields }) => total + fields, 0),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
