import { contentText, decode } from "./string-content.js";

const BACKSLASH = 0x5c;
const MAX_SHORT = 48;
/** Room for an output's beginning. */
const SHORT = 64;
const NO_BYTES = new Uint8Array(0);

/**
 * The bytes of an output: those accepted, and behind them those of the path that a walk over the vocabulary is on. An
 * open object needs the text of a key when it ends, which no state carries: it would make every key a state of its own.
 */
export class ByteTrail {
  bytes: Uint8Array = NO_BYTES;
  /** Where the content of the last key begins: the offset after its opening quote. */
  keyStart = 0;

  /** Makes room for writing up to (not including) an offset. */
  reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(length + (length >> 1), this.bytes.length * 2, SHORT));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }

  /** The key whose closing quote is at `end`: its text with escapes resolved. */
  key(end: number): string {
    const { bytes, keyStart } = this;
    let key = "";
    // Most keys are short and have nothing that a decoder is needed for.
    for (let i = keyStart; i < end && end - keyStart <= MAX_SHORT; i++) {
      const byte = bytes[i] as number;
      if (byte >= 0x80 || byte === BACKSLASH) break;
      key += String.fromCharCode(byte);
    }
    if (key.length === end - keyStart) return key;
    return contentText(bytes.subarray(keyStart, end));
  }

  /** A part of the text. */
  text(start: number, end: number): string {
    return decode(this.bytes.subarray(start, end));
  }

  /**
   * Where the item or property begins that is open at `end` in the innermost bracket, or in the one that is `depth`
   * brackets further out. Found from the start of the value, since states do not know where they began; arrays whose
   * items must differ are rare.
   */
  itemStart(start: number, end: number, depth: number): number {
    const starts: number[] = [];
    let inString = false;
    for (let i = start; i < end; i++) {
      const byte = this.bytes[i] as number;
      if (inString) {
        if (byte === 0x5c) i++;
        else if (byte === 0x22) inString = false;
      } else if (byte === 0x22) inString = true;
      else if (byte === 0x5b || byte === 0x7b) starts.push(i + 1);
      else if (byte === 0x5d || byte === 0x7d) starts.pop();
      else if (byte === 0x2c) starts[starts.length - 1] = i + 1;
    }
    return starts.at(-1 - depth) as number;
  }

  clone(length: number): ByteTrail {
    const copy = new ByteTrail();
    copy.bytes = this.bytes.slice(0, Math.max(SHORT, length));
    copy.keyStart = this.keyStart;
    return copy;
  }
}
