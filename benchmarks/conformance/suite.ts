import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonArray, type JsonNode, JsonObject, parseJson, stringifyJson } from "@grammask/core";

/** The drafts, by their folders in the suite, with the `$schema` that names them. */
export const DRAFTS: Readonly<Record<string, string>> = {
  draft4: "http://json-schema.org/draft-04/schema#",
  draft6: "http://json-schema.org/draft-06/schema#",
  draft7: "http://json-schema.org/draft-07/schema#",
  "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
  "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
};

/** `required` and `optional`: formats are annotations. `format`: optional/format, where they are assertions. */
export type Section = "required" | "format" | "optional";
export const SECTIONS: readonly Section[] = ["required", "format", "optional"];

/** A schema of the suite with its tests; all JSON as text. */
export interface Group {
  readonly draft: string;
  /** Within the draft's folder: `optional/format/ipv4.json`. */
  readonly file: string;
  readonly section: Section;
  readonly description: string;
  readonly schema: string;
  readonly tests: readonly GroupTest[];
}

export interface GroupTest {
  /** Unique within its file, and the same from run to run. */
  readonly id: string;
  readonly instance: string;
  readonly valid: boolean;
}

/** The commit that this copy of the suite says it is. */
export function suiteVersion(directory: string): string | null {
  const file = join(directory, "VERSION");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
}

/** Schemas of the suite that others refer to: their texts by URL. */
export function readRemotes(directory: string): Record<string, string> {
  const remotes: Record<string, string> = {};
  for (const file of jsonFiles(join(directory, "remotes"))) {
    remotes[`http://localhost:1234/${file}`] = readFileSync(join(directory, "remotes", file), "utf8");
  }
  return remotes;
}

export function readDraft(directory: string, draft: string): Group[] {
  const folder = join(directory, "tests", draft);
  return jsonFiles(folder).flatMap((file) => {
    const groups = parseJson(readFileSync(join(folder, file), "utf8"));
    const ids = new Map<string, number>();
    return list(groups, file).map((group) => readGroup(group, draft, file, ids));
  });
}

function readGroup(node: JsonNode, draft: string, file: string, ids: Map<string, number>): Group {
  const group = record(node, file);
  const description = text(group.get("description"), file);
  const tests = list(group.get("tests"), file).map((each) => {
    const test = record(each, file);
    const name = `${description} / ${text(test.get("description"), file)}`;
    const count = (ids.get(name) ?? 0) + 1;
    ids.set(name, count);
    return {
      id: count === 1 ? name : `${name} (${count})`,
      instance: stringifyJson(test.get("data") as JsonNode),
      valid: test.get("valid") === true,
    };
  });
  const schema = stringifyJson(withDialect(group.get("schema") as JsonNode, DRAFTS[draft]));
  return { draft, file, section: sectionOf(file), description, schema, tests };
}

/** The schema with the draft's `$schema`, which most groups leave to the folder that they are in. */
function withDialect(schema: JsonNode, uri: string | undefined): JsonNode {
  if (!(schema instanceof JsonObject) || schema.has("$schema") || uri === undefined) return schema;
  return new JsonObject([["$schema", uri], ...schema.entries()]);
}

function sectionOf(file: string): Section {
  if (!file.startsWith("optional/")) return "required";
  return file.startsWith("optional/format/") ? "format" : "optional";
}

/** The JSON files below a folder, with `/` between the names, sorted. */
function jsonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".json"))
    .sort();
}

function list(node: JsonNode | undefined, file: string): readonly JsonNode[] {
  if (!isJsonArray(node)) throw new Error(`${file}: not a file of the JSON Schema Test Suite`);
  return node;
}

function record(node: JsonNode, file: string): JsonObject {
  if (!(node instanceof JsonObject)) throw new Error(`${file}: not a file of the JSON Schema Test Suite`);
  return node;
}

function text(node: JsonNode | undefined, file: string): string {
  if (typeof node !== "string") throw new Error(`${file}: a description is missing`);
  return node;
}
