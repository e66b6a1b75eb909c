/** One segment of a JSON Pointer, escaped as RFC 6901 says: `~` is `~0` and `/` is `~1`. */
export function escapePointerSegment(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The inverse of `escapePointerSegment`. A `~` that is not part of an escape stays. */
export function unescapePointerSegment(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The JSON Pointer of a path: `jsonPointer("a/b", 0)` is `/a~1b/0`, and `jsonPointer()` is the root, `""`. */
export function jsonPointer(...segments: readonly (string | number)[]): string {
  let pointer = "";
  for (const segment of segments) pointer += `/${escapePointerSegment(String(segment))}`;
  return pointer;
}

/** The segments of a JSON Pointer, or `undefined` where the text is none (RFC 6901, section 3). */
export function parseJsonPointer(pointer: string): string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) return undefined;
  const segments = pointer.slice(1).split("/");
  if (!pointer.includes("~")) return segments;
  return /~(?![01])/.test(pointer) ? undefined : segments.map(unescapePointerSegment);
}
