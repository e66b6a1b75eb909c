import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { isJsonArray, type JsonNode, JsonObject, parseJson, stringifyJson } from "@grammask/core";
import { UsageError } from "../exit.js";
import { pythonJson } from "./python-json.js";

/** A schema with labelled instances, all as JSON text. */
export interface BenchRecord {
  readonly id: string;
  readonly schema: string;
  readonly tests: readonly { readonly text: string; readonly valid: boolean }[];
}

/** The part of the records that is taken: the first `take` of every `of`. */
export interface Sample {
  readonly take: number;
  readonly of: number;
}

/** Whether the record with this number, from 0, is in the sample. */
export function isInSample(index: number, { take, of }: Sample): boolean {
  return index % of < take;
}

/** A record that has not been read yet. */
type Source = () => Promise<BenchRecord> | BenchRecord;

/**
 * The records of files: `.jsonl` and `.jsonl.gz` with `{id, schema, tests: [{text, valid}]}` on each line, `.json` files as
 * MaskBench publishes them (`{schema, tests: [{data, valid}]}`), and folders of these.
 */
export async function* readRecords(paths: readonly string[], sample: Sample): AsyncGenerator<BenchRecord> {
  let index = 0;
  for await (const source of readSources(paths)) {
    if (isInSample(index++, sample)) yield await source();
  }
}

export async function countRecords(paths: readonly string[], sample: Sample): Promise<number> {
  let index = 0;
  let count = 0;
  for await (const _ of readSources(paths)) if (isInSample(index++, sample)) count++;
  return count;
}

async function* readSources(paths: readonly string[]): AsyncGenerator<Source> {
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) throw new UsageError(`Cannot read ${path}: there is no such file or folder.`);
    if (info.isDirectory()) {
      const names = (await readdir(path, { recursive: true })).filter((name) =>
        /\.(json|jsonl|jsonl\.gz)$/.test(name),
      );
      if (names.length === 0) throw new UsageError(`There are no .json or .jsonl files in ${path}.`);
      yield* readSources(names.sort().map((name) => join(path, name)));
    } else if (path.endsWith(".json")) {
      yield async () => readPublished(basename(path, ".json"), await readFile(path, "utf8"), path);
    } else yield* readLines(path);
  }
}

async function* readLines(path: string): AsyncGenerator<Source> {
  const file = createReadStream(path);
  const input = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  // An error of the file does not reach the stream behind the pipe by itself.
  file.on("error", (error) => input.destroy(error));
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    const at = `${path}:${number}`;
    if (line.trim() !== "") yield () => readLine(line, at);
  }
}

function readLine(line: string, at: string): BenchRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageError(`${at} is not JSON.`);
  }
  const record = value as Partial<BenchRecord> | null;
  const isRecord =
    typeof record?.id === "string" &&
    typeof record.schema === "string" &&
    Array.isArray(record.tests) &&
    record.tests.every((test) => typeof test?.text === "string" && typeof test.valid === "boolean");
  if (!isRecord) throw new UsageError(`${at} is not a record {id, schema, tests: [{text, valid}]}.`);
  return record as BenchRecord;
}

/** A file of MaskBench; schema and instances are written anew from what they say, numbers exactly. */
function readPublished(id: string, text: string, path: string): BenchRecord {
  const wrong = () => new UsageError(`${path} is not a file of MaskBench: {schema, tests: [{data, valid}]}.`);
  let root: JsonNode;
  try {
    root = parseJson(text, { maxDepth: 10_000 });
  } catch {
    throw wrong();
  }
  const schema = root instanceof JsonObject ? root.get("schema") : undefined;
  const tests = root instanceof JsonObject ? root.get("tests") : undefined;
  if (schema === undefined || !isJsonArray(tests)) throw wrong();
  return {
    id,
    schema: stringifyJson(schema),
    tests: tests.map((test) => {
      const data = test instanceof JsonObject ? test.get("data") : undefined;
      const valid = test instanceof JsonObject ? test.get("valid") : undefined;
      if (data === undefined || typeof valid !== "boolean") throw wrong();
      return { text: pythonJson(data), valid };
    }),
  };
}
