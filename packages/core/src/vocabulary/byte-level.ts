/**
 * The byte of each character that GPT-2's byte-level BPE writes it as; -1 for characters that it does not use.
 * Printable Latin-1 stands for itself, the 68 other bytes for U+0100 to U+0143 in order (so a space is `Ġ`).
 *
 * Source: `bytes_to_unicode` in openai/gpt-2, src/encoder.py; ByteLevel in huggingface/tokenizers.
 */
export const BYTE_OF_CHARACTER: Int16Array = (() => {
  const table = new Int16Array(0x144).fill(-1);
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    table[printable ? byte : next++] = byte;
  }
  return table;
})();
