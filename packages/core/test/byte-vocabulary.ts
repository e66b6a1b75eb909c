import { Vocabulary } from "../src/index.js";

/** Every byte as a token, some longer tokens that cross the borders of lexemes and frames, and an end of sequence. */
export function byteVocabulary(extra: readonly string[] = BORDERS): Vocabulary {
  const encoder = new TextEncoder();
  const tokens: (Uint8Array | null)[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  for (const text of extra) tokens.push(encoder.encode(text));
  // Halves of characters.
  tokens.push(
    Uint8Array.of(0xc3, 0xa9, 0xc3),
    Uint8Array.of(0xa9, 0x22),
    Uint8Array.of(0x9f, 0x98, 0x80, 0x22, 0x2c),
  );
  const eos = tokens.push(null) - 1;
  return Vocabulary.fromBytes(tokens, { eosTokenIds: [eos], size: tokens.length + 5 });
}

const BORDERS = [
  '":',
  '": ',
  '":"',
  '","',
  '", "',
  '"}',
  '"]',
  '"},',
  '"}}',
  "[]",
  "{}",
  '[{"',
  "}]",
  "]]",
  "},{",
  '},{"',
  "],[",
  "1,",
  "1}",
  "12",
  "0.",
  ".5",
  "-1",
  "1]",
  "0,1",
  "true",
  "false,",
  "null}",
  "tr",
  "ue",
  '{"',
  '{"a":',
  '{"a": 1}',
  'a":',
  'b": "',
  '"a"',
  '"b":',
  '"c',
  "ab",
  "key",
  '"key":',
  '\\"',
  "\\u00",
  "\\ud83d",
  "\\ude00",
  "e9",
  "red",
  'red"',
  '"red","',
  "gre",
  'en"}',
  " ",
  "  ",
  "\n",
  "\n  ",
  ", ",
  ": ",
  ",",
  '":1,"',
  '":[',
  '":{"',
  "é",
  "\u{1F600}",
  "aaaaaaaa",
];
