const BACKSLASH = 0x5c;
// A text may begin with U+FEFF, which a decoder takes for a byte order mark and leaves out otherwise.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a part of an output. */
export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** What a JSON string's content between its quotes stands for: its text with escapes resolved. */
export function contentText(content: Uint8Array): string {
  const text = decode(content);
  return content.includes(BACKSLASH) ? (JSON.parse(`"${text}"`) as string) : text;
}
