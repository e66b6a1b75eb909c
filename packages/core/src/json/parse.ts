import { createScanner, type JSONScanner } from "jsonc-parser";
import { JsonLimitError, type JsonPosition, JsonSyntaxError } from "./errors.js";
import { type JsonNode, JsonNumber, JsonObject } from "./node.js";
import { quickParse } from "./quick-parse.js";

export interface ParseJsonOptions {
  /** Most levels of arrays and objects inside each other. Default 512; a scalar has depth 0. */
  readonly maxDepth?: number;
  /** Most bytes of the text in UTF-8. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Called for each key that an object already has. The last value stands, at the place of the first. */
  readonly onDuplicateKey?: (key: string, at: JsonPosition) => void;
}

export const DEFAULT_MAX_DEPTH = 512;
export const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** jsonc-parser's SyntaxKind: its `const enum` cannot be imported under isolatedModules. */
const Kind = {
  OpenBrace: 1,
  CloseBrace: 2,
  OpenBracket: 3,
  CloseBracket: 4,
  Comma: 5,
  Colon: 6,
  Null: 7,
  True: 8,
  False: 9,
  String: 10,
  Number: 11,
  LineComment: 12,
  BlockComment: 13,
  LineBreak: 14,
  Space: 15,
  EndOfText: 17,
} as const;

/** jsonc-parser's ScanError, as text. */
const SCAN_ERRORS = [
  "",
  "Unterminated comment",
  "Unterminated string",
  "Incomplete number",
  "Invalid \\u escape",
  "Invalid escape",
  "Control character in a string",
];

/** Of objects. */
const NO_ITEMS: JsonNode[] = [];

/** An array or object that is still open. */
interface Open {
  readonly items: JsonNode[];
  /** Undefined: it is an array. */
  readonly members: JsonObject | undefined;
  /** The key whose value comes next (objects). */
  key: string;
}

/**
 * Reads a JSON text (RFC 8259: exactly the texts that `JSON.parse` accepts, so no comments, no byte order mark).
 *
 * What `quickParse` cannot read is read by jsonc-parser's scanner, which says what is wrong and where. Its tokens are put
 * together with a stack on the heap, so that depth is only a limit, never a stack overflow. Time is linear in the text.
 *
 * @throws JsonSyntaxError at the first token that is not JSON
 * @throws JsonLimitError when the text is longer or deeper than the limits
 */
export function parseJson(text: string, options: ParseJsonOptions = {}): JsonNode {
  const maxDepth = options.maxDepth ?? DEFAULT_MAX_DEPTH;
  checkSize(text, options.maxBytes ?? DEFAULT_MAX_BYTES);
  if (options.onDuplicateKey === undefined) {
    const value = quickParse(text, maxDepth);
    if (value !== undefined) return value;
  }

  const scanner = createScanner(text, false);
  const stack: Open[] = [];
  let kind = nextToken(scanner);
  for (;;) {
    let value: JsonNode;
    if (kind === Kind.OpenBracket || kind === Kind.OpenBrace) {
      if (stack.length >= maxDepth) throw new JsonLimitError("maxDepth", maxDepth);
      const members = kind === Kind.OpenBrace ? new JsonObject() : undefined;
      const open: Open = { items: members === undefined ? [] : NO_ITEMS, members, key: "" };
      kind = nextToken(scanner);
      if (kind !== (open.members ? Kind.CloseBrace : Kind.CloseBracket)) {
        stack.push(open);
        if (open.members) kind = readKey(scanner, kind, open, open.members, options);
        continue;
      }
      value = open.members ?? open.items;
    } else {
      value = scalar(scanner, kind);
    }

    // The value is complete; so is every array or object that ends with it.
    for (;;) {
      kind = nextToken(scanner);
      const open = stack.at(-1);
      if (open === undefined) {
        if (kind !== Kind.EndOfText) throw unexpected(scanner, kind, "the end of the text");
        return value;
      }
      if (open.members) open.members.set(open.key, value);
      else open.items.push(value);
      if (kind === Kind.Comma) {
        kind = nextToken(scanner);
        if (open.members) kind = readKey(scanner, kind, open, open.members, options);
        break;
      }
      if (kind !== (open.members ? Kind.CloseBrace : Kind.CloseBracket)) {
        throw unexpected(scanner, kind, open.members ? '"," or "}"' : '"," or "]"');
      }
      value = open.members ?? open.items;
      stack.pop();
    }
  }
}

/** Reads `"key" :` and returns the kind of the token after it. */
function readKey(
  scanner: JSONScanner,
  kind: number,
  open: Open,
  members: JsonObject,
  options: ParseJsonOptions,
): number {
  if (kind !== Kind.String) throw unexpected(scanner, kind, "a key in double quotes");
  open.key = scanner.getTokenValue();
  if (options.onDuplicateKey && members.has(open.key)) options.onDuplicateKey(open.key, position(scanner));
  const colon = nextToken(scanner);
  if (colon !== Kind.Colon) throw unexpected(scanner, colon, '":"');
  return nextToken(scanner);
}

function scalar(scanner: JSONScanner, kind: number): JsonNode {
  switch (kind) {
    case Kind.String:
      return scanner.getTokenValue();
    case Kind.Number:
      return new JsonNumber(scanner.getTokenValue());
    case Kind.True:
      return true;
    case Kind.False:
      return false;
    case Kind.Null:
      return null;
    default:
      throw unexpected(scanner, kind, "a value");
  }
}

/** The kind of the next token that is not white space. */
function nextToken(scanner: JSONScanner): number {
  let kind: number = scanner.scan();
  while (kind === Kind.Space || kind === Kind.LineBreak) kind = scanner.scan();
  // An error inside a comment is reported as a comment where a token was expected.
  const error: number = scanner.getTokenError();
  if (error > 1) throw new JsonSyntaxError(SCAN_ERRORS[error] ?? "Invalid token", position(scanner));
  return kind;
}

function unexpected(scanner: JSONScanner, kind: number, wanted: string): JsonSyntaxError {
  let found: string;
  if (kind === Kind.EndOfText) found = "Unexpected end of the text";
  else if (kind === Kind.LineComment || kind === Kind.BlockComment) found = "Comments are not JSON";
  else if (scanner.getTokenValue().startsWith("\ufeff")) found = "Unexpected byte order mark";
  else found = "Unexpected token";
  return new JsonSyntaxError(`${found}, expected ${wanted},`, position(scanner));
}

function position(scanner: JSONScanner): JsonPosition {
  return {
    offset: scanner.getTokenOffset(),
    line: scanner.getTokenStartLine() + 1,
    column: scanner.getTokenStartCharacter() + 1,
  };
}

function checkSize(text: string, maxBytes: number): void {
  // A UTF-16 code unit is one to three bytes of UTF-8: most texts need no count.
  if (text.length * 3 <= maxBytes) return;
  let bytes = text.length;
  for (let i = 0; i < text.length && bytes <= maxBytes; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate pair is four bytes, so two for each half.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  if (bytes > maxBytes) throw new JsonLimitError("maxBytes", maxBytes);
}
