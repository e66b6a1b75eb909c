/** Where a text stands in its JSON: what is open, and what comes next. */

/** What can come at the end of a text that is the beginning of JSON. */
export type Slot =
  /** A value, or its rest. */
  | "value"
  /** A key, or its rest; or `}`, where the object is empty. */
  | "key"
  | "colon"
  /** A comma or the closing bracket. */
  | "after"
  /** Nothing: the value is whole. */
  | "end";

export interface Lexeme {
  readonly kind: "key" | "string" | "number" | "literal";
  /** Offset of its first byte. */
  readonly start: number;
}

export interface Place {
  readonly slot: Slot;
  /** JSON Pointer of the value that is open or comes here; of the object or array where a key or separator does. */
  readonly pointer: string;
  /** The innermost open bracket's. */
  readonly container: "object" | "array" | undefined;
  /** The keys that stand in the innermost open object, in order. */
  readonly keys: readonly string[];
  /** What is open at the end. */
  readonly lexeme: Lexeme | undefined;
}

interface Frame {
  readonly kind: "object" | "array";
  readonly keys: string[];
  /** Items before the one that is open or comes next. */
  index: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const literalLengths: Record<string, number> = { n: 4, t: 4, f: 5 };

/** Whether a number of JSON can have the byte. */
export function isInNumber(byte: number): boolean {
  return /[-+.0-9eE]/.test(String.fromCharCode(byte));
}

/** The place behind `bytes`, which a grammar of JSON has accepted. */
export function placeAfter(bytes: Uint8Array): Place {
  const stack: Frame[] = [];
  let slot: Slot = "value";
  let lexeme: Lexeme | undefined;
  const endValue = () => {
    slot = stack.length === 0 ? "end" : "after";
    lexeme = undefined;
  };
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (lexeme?.kind === "key" || lexeme?.kind === "string") {
      if (byte === BACKSLASH) i++;
      if (byte !== QUOTE) continue;
      if (lexeme.kind === "string") endValue();
      else {
        stack.at(-1)!.keys.push(JSON.parse(decode(bytes.subarray(lexeme.start, i + 1))) as string);
        slot = "colon";
        lexeme = undefined;
      }
      continue;
    }
    const character = String.fromCharCode(byte);
    if (lexeme?.kind === "number") {
      if (isInNumber(byte)) continue;
      endValue();
    } else if (lexeme?.kind === "literal") {
      const length = literalLengths[String.fromCharCode(bytes[lexeme.start]!)]!;
      if (i + 1 === lexeme.start + length) endValue();
      continue;
    }
    const top = stack.at(-1);
    switch (character) {
      case "{":
      case "[":
        stack.push({ kind: character === "{" ? "object" : "array", keys: [], index: 0 });
        slot = character === "{" ? "key" : "value";
        break;
      case "}":
      case "]":
        stack.pop();
        endValue();
        break;
      case ",":
        if (top!.kind === "array") top!.index++;
        slot = top!.kind === "object" ? "key" : "value";
        break;
      case ":":
        slot = "value";
        break;
      case '"':
        lexeme = { kind: slot === "key" ? "key" : "string", start: i };
        break;
      default:
        if (/[-0-9]/.test(character)) lexeme = { kind: "number", start: i };
        else if (character in literalLengths) lexeme = { kind: "literal", start: i };
    }
  }
  const top = stack.at(-1);
  const open = slot === "value" ? stack : stack.slice(0, -1);
  return { slot, pointer: pointerOf(open), container: top?.kind, keys: top?.keys ?? [], lexeme };
}

function pointerOf(frames: readonly Frame[]): string {
  const steps = frames.map(({ kind, keys, index }) => (kind === "array" ? String(index) : keys.at(-1)!));
  return steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
