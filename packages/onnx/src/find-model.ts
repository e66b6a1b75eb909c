import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidRequestError, ModelNotFoundError } from "./errors.js";
import { downloadModel, type HubOptions, parseHubId } from "./hub.js";

const PACKAGE_PREFIX = "@grammask/model-";

/**
 * The folder of a model: of a package, of the disk, or of the cache of the hub's models.
 *
 * @throws ModelNotFoundError where there is none; it says where was looked
 * @throws DownloadError where the hub does not have it or cannot be reached
 */
export async function findModel(source: string, options: HubOptions): Promise<string> {
  if (typeof source !== "string" || source === "") {
    throw new InvalidRequestError("source", "the name, the folder or the hub id of a model is expected");
  }
  const path = resolve(source);
  if (await isDirectory(path)) {
    return path;
  }
  if (/^[a-z0-9][a-z0-9._-]*$/.test(source)) {
    return await packagedModel(source, path);
  }
  const id = parseHubId(source);
  if (id === undefined) {
    throw new ModelNotFoundError(`There is no folder ${path}, and "${source}" is no hub id (owner/name).`);
  }
  return await downloadModel(id, options);
}

async function packagedModel(name: string, path: string): Promise<string> {
  const packageName = `${PACKAGE_PREFIX}${name}`;
  const directory = await modelDirectory(packageName);
  if (directory === undefined) {
    throw new ModelNotFoundError(
      `No model "${name}": the package ${packageName} is not installed (npm install ${packageName}), and there is no ` +
        `folder ${path}. A model from the hub is named by owner and name: "owner/${name}".`,
    );
  }
  return directory;
}

/** From this package's dependencies, or else from those of the program that runs. */
async function modelDirectory(packageName: string): Promise<string | undefined> {
  const program = createRequire(join(process.cwd(), "package.json"));
  const attempts = [() => packageName, () => pathToFileURL(program.resolve(packageName)).href];
  for (const specifier of attempts) {
    try {
      const found = (await import(specifier())) as { readonly modelDirectory?: unknown };
      if (typeof found.modelDirectory === "string") {
        return found.modelDirectory;
      }
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
