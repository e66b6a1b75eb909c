/** Bytes as text for people: UTF-8, with each byte that is not part of a valid sequence as `\xNN`. */
export function displayBytes(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes[i]!);
    try {
      text += decoder.decode(bytes.subarray(i, i + length));
      i += length;
    } catch {
      text += `\\x${bytes[i]!.toString(16).padStart(2, "0").toUpperCase()}`;
      i++;
    }
  }
  return text;
}

/** The length of a UTF-8 sequence by its first byte. */
function sequenceLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
