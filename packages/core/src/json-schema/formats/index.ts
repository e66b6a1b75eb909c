/**
 * The formats of JSON Schema as languages: the texts that `format` allows where it is asserted. Each is the grammar of
 * its RFC; where that is not regular (`regex`, `hostname` and `idn-hostname` with Punycode), a subset that the
 * builder's comment describes, so that what is accepted is always valid.
 */
import type { Language, LanguageArena } from "../../language/index.js";
import { Dialect } from "../dialect.js";
import { build, type FormatBuilder } from "./builder.js";
import { date, dateTime, time } from "./date-time.js";
import { duration } from "./duration.js";
import { email, idnEmail } from "./email.js";
import { asciiHostname, hostname } from "./hostname.js";
import { idnHostname } from "./idn-hostname.js";
import { ipv4, ipv6 } from "./ip-address.js";
import { jsonPointer, relativeJsonPointer } from "./json-pointer.js";
import { regex } from "./regex.js";
import { iri, iriReference, uri, uriReference } from "./uri.js";
import { uriTemplate } from "./uri-template.js";
import { uuid } from "./uuid.js";

export interface FormatOptions {
  /** Whether a format is known only in the dialects that define it; else every format in every dialect. */
  readonly strict?: boolean;
}

/** The formats, by the dialect that defined each first. */
const FORMATS = new Map<string, readonly [since: Dialect, builder: FormatBuilder]>([
  ["date-time", [Dialect.Draft04, dateTime]],
  ["email", [Dialect.Draft04, email]],
  ["hostname", [Dialect.Draft04, hostname]],
  ["ipv4", [Dialect.Draft04, ipv4]],
  ["ipv6", [Dialect.Draft04, ipv6]],
  ["uri", [Dialect.Draft04, uri]],
  ["uri-reference", [Dialect.Draft06, uriReference]],
  ["uri-template", [Dialect.Draft06, uriTemplate]],
  ["json-pointer", [Dialect.Draft06, jsonPointer]],
  ["date", [Dialect.Draft07, date]],
  ["time", [Dialect.Draft07, time]],
  ["idn-email", [Dialect.Draft07, idnEmail]],
  ["idn-hostname", [Dialect.Draft07, idnHostname]],
  ["iri", [Dialect.Draft07, iri]],
  ["iri-reference", [Dialect.Draft07, iriReference]],
  ["relative-json-pointer", [Dialect.Draft07, relativeJsonPointer]],
  ["regex", [Dialect.Draft07, regex]],
  ["duration", [Dialect.Draft201909, duration]],
  ["uuid", [Dialect.Draft201909, uuid]],
]);

/** Whether `formatLanguage` has a language for this name; other formats are annotations. */
export function isKnownFormat(name: string, dialect: Dialect, options: FormatOptions = {}): boolean {
  return builderOf(name, dialect, options) !== undefined;
}

/** Whether the language of a format is a part of the texts that it allows, because it is not regular. */
export function isApproximated(name: string, dialect: Dialect): boolean {
  const builder = builderOf(name, dialect, {});
  return builder === hostname || builder === idnHostname || builder === regex;
}

/** The strings that a format allows, as code points; undefined for a format that is not known. Kept with the arena. */
export function formatLanguage(
  arena: LanguageArena,
  name: string,
  dialect: Dialect,
  options: FormatOptions = {},
): Language | undefined {
  const builder = builderOf(name, dialect, options);
  return builder && build(arena, builder);
}

function builderOf(name: string, dialect: Dialect, options: FormatOptions): FormatBuilder | undefined {
  const format = FORMATS.get(name);
  if (!format) return undefined;
  const [since, builder] = format;
  if (options.strict === true && dialect < since) return undefined;
  // Older drafts mean names of RFC 1034 and do not know Punycode.
  return builder === hostname && dialect < Dialect.Draft07 ? asciiHostname : builder;
}
