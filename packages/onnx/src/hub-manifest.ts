import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isObject } from "./config.js";
import { readJsonObject } from "./json-file.js";

const NAME = ".grammask.json";

/** What is known of a hub model in the cache: it makes the model usable without the hub. */
export interface HubManifest {
  /** All files of the model on the hub, with their sizes in bytes. */
  readonly listing: Readonly<Record<string, number>>;
  /** Those that were downloaded and checked. */
  readonly complete: readonly string[];
}

/** The manifest in a model's folder; undefined where there is none, or none that can be read. */
export async function readManifest(directory: string): Promise<HubManifest | undefined> {
  const json = await readJsonObject(join(directory, NAME)).catch(() => undefined);
  const { listing, complete } = json ?? {};
  if (!isObject(listing) || !Array.isArray(complete)) {
    return undefined;
  }
  return { listing: listing as Readonly<Record<string, number>>, complete: complete as string[] };
}

export async function writeManifest(directory: string, manifest: HubManifest): Promise<void> {
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  await writeAtomically(join(directory, NAME), (partial) => writeFile(partial, text));
}

/** Those of the files that are not there in full. */
export async function missingFiles(
  directory: string,
  { listing, complete }: HubManifest,
  files: readonly string[],
): Promise<string[]> {
  const missing: string[] = [];
  for (const file of files) {
    const size = await stat(join(directory, file)).then(
      (found) => found.size,
      () => -1,
    );
    if (!complete.includes(file) || size !== listing[file]) {
      missing.push(file);
    }
  }
  return missing;
}

/** Writes beside the file and renames, so that the file is there in full or not at all. */
export async function writeAtomically(
  path: string,
  write: (partial: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.partial`;
  try {
    await write(partial);
    await rename(partial, path);
  } catch (thrown) {
    await rm(partial, { force: true });
    throw thrown;
  }
}
