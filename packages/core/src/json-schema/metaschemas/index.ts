/** The metaschemas of the five dialects, which references may lead to without the caller passing them. */
import { type JsonNode, parseJson } from "../../json/index.js";
import { DRAFT_04 } from "./draft-04.js";
import { DRAFT_06 } from "./draft-06.js";
import { DRAFT_07 } from "./draft-07.js";
import { DRAFT_2019_09 } from "./draft-2019-09.js";
import { DRAFT_2020_12 } from "./draft-2020-12.js";

/** By their URIs without scheme. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ["json-schema.org/draft-04/schema", DRAFT_04],
  ["json-schema.org/draft-06/schema", DRAFT_06],
  ["json-schema.org/draft-07/schema", DRAFT_07],
  ...below("json-schema.org/draft/2019-09/", DRAFT_2019_09),
  ...below("json-schema.org/draft/2020-12/", DRAFT_2020_12),
]);

const parsed = new Map<string, JsonNode>();

/** The metaschema at a URI without fragment, by http or https; undefined: it is none of the standard ones. */
export function standardMetaschema(uri: string): JsonNode | undefined {
  const key = uri.replace(/^https?:\/\//, "");
  const text = TEXTS.get(key);
  if (text === undefined) return undefined;
  let json = parsed.get(key);
  if (json === undefined) {
    json = parseJson(text);
    parsed.set(key, json);
  }
  return json;
}

function below(folder: string, texts: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(texts).map(([name, text]) => [folder + name, text]);
}
