/**
 * The root key `x-guidance` of llguidance, which says how the JSON is written: understood so that schemas that have it
 * mean what they do there. See docs/json_schema.md of guidance-ai/llguidance.
 */
import { LayoutError } from "../automaton/layout-error.js";
import { SeparatorAutomaton, type Separators } from "../automaton/separators.js";
import { type JsonNode, JsonObject } from "../json/index.js";
import { InvalidSchemaError, UnsupportedSchemaError } from "../json-schema/errors.js";
import { LanguageArena, TextAutomaton } from "../language/index.js";
import type { JsonSchemaOptions } from "./json-schema-options.js";

const KEY = "x-guidance";
/** What llguidance allows behind a backslash where nothing is said. */
const DEFAULT_ESCAPES = 'nrbtf\\"u';

/** The options that llguidance reads null as "not given" of. */
const OPTIONAL = new Set(["whitespace_pattern", "json_allowed_escapes"]);

const TYPES = {
  item_separator: "string",
  key_separator: "string",
  whitespace_flexible: "boolean",
  whitespace_pattern: "string",
  coerce_one_of: "boolean",
  lenient: "boolean",
  json_allowed_escapes: "string",
  json_allow_general_unicode_escapes: "boolean",
} as const;

type Guidance = {
  readonly [K in keyof typeof TYPES]?: (typeof TYPES)[K] extends "string" ? string : boolean;
};
type Options = Omit<JsonSchemaOptions, "schemas" | "limits">;

/**
 * The options of a schema: the caller's, and where they leave something open, what the schema's `x-guidance` says.
 *
 * @throws InvalidSchemaError for keys and values that llguidance does not know; UnsupportedSchemaError for separators that
 *   may be other than their sign with whitespace around it, or that have more behind it for some whitespace before it, and
 *   for sets of escapes of one's own
 */
export function withGuidance<T extends JsonSchemaOptions>(json: JsonNode, options: T): T {
  const guidance = json instanceof JsonObject ? json.get(KEY) : undefined;
  if (guidance === undefined) return options;
  const found = optionsOf(read(guidance));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  // The two say the same thing in two ways.
  if (options.whitespace !== undefined || options.whitespacePattern !== undefined) {
    const { whitespace: _, whitespacePattern: __, ...others } = found;
    return { ...others, ...given } as T;
  }
  return { ...found, ...given } as T;
}

function read(guidance: JsonNode): Guidance {
  if (!(guidance instanceof JsonObject)) {
    throw new InvalidSchemaError({ pointer: "", keyword: KEY, reason: "must be an object" });
  }
  const found: Record<string, JsonNode> = {};
  for (const [key, value] of guidance) {
    const type = Object.hasOwn(TYPES, key) ? TYPES[key as keyof Guidance] : undefined;
    const pointer = `/${KEY}`;
    if (type === undefined)
      throw new InvalidSchemaError({ pointer, keyword: key, reason: "is not an option" });
    if (value === null && OPTIONAL.has(key)) continue;
    if (typeof value !== type) {
      throw new InvalidSchemaError({ pointer, keyword: key, reason: `must be a ${type}` });
    }
    found[key] = value;
  }
  return found as Guidance;
}

/** `coerce_one_of` allows what is not needed here: `oneOf` is enforced as it stands. */
function optionsOf(guidance: Guidance): Options {
  const { whitespace_flexible: flexible, whitespace_pattern: pattern } = guidance;
  const item = separator(guidance, "item_separator");
  const key = separator(guidance, "key_separator");
  const isCompact = pattern === undefined && flexible === false;
  return {
    // A pattern is matched at most once in each place.
    ...(pattern === undefined ? {} : { whitespacePattern: `(?:${pattern})?` }),
    ...(pattern === undefined && flexible === true ? { whitespace: "flexible" as const } : {}),
    ...(isCompact ? { whitespace: "compact" as const } : {}),
    ...(item === undefined && key === undefined ? {} : { separators: { ...item, ...key } }),
    ...escapes(guidance),
    ...(guidance.lenient === undefined ? {} : { lenient: guidance.lenient }),
  };
}

/** llguidance reads separators as patterns. */
function separator(guidance: Guidance, name: "item_separator" | "key_separator"): Separators | undefined {
  const pattern = guidance[name];
  const [of, sign] = name === "item_separator" ? (["item", ","] as const) : (["key", ":"] as const);
  // The sign alone leaves the whitespace around it to the other options.
  if (pattern === undefined || pattern === sign) return undefined;
  try {
    new SeparatorAutomaton(of, { pattern }, new TextAutomaton(new LanguageArena()));
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    throw new UnsupportedSchemaError({ pointer: `/${KEY}`, keyword: name, reason: error.message });
  }
  return { [of]: { pattern } };
}

function escapes(guidance: Guidance): Pick<Options, "escapes"> {
  const { json_allowed_escapes: allowed, json_allow_general_unicode_escapes: general } = guidance;
  if (allowed !== undefined && [...new Set(allowed)].sort().join() !== [...DEFAULT_ESCAPES].sort().join()) {
    const reason = "only the default set is supported; see the option escapes";
    throw new UnsupportedSchemaError({ pointer: `/${KEY}`, keyword: "json_allowed_escapes", reason });
  }
  if (general === undefined && allowed === undefined) return {};
  return { escapes: general === true ? "any" : "minimal" };
}
