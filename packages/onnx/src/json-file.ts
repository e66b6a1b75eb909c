import { readFile } from "node:fs/promises";
import { isObject } from "./config.js";
import { ModelFileError, reasonOf } from "./errors.js";

/**
 * Reads a file of JSON that holds an object.
 *
 * @returns the object, or undefined where there is no such file
 * @throws ModelFileError where the file cannot be read or holds something else
 */
export async function readJsonObject(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readTextFile(path);
  if (text === undefined) {
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new ModelFileError(path, `not valid JSON: ${reasonOf(thrown)}`, { cause: thrown });
  }
  if (!isObject(value)) {
    throw new ModelFileError(path, "a JSON object is expected");
  }
  return value;
}

/**
 * @returns the text, or undefined where there is no such file
 * @throws ModelFileError where the file cannot be read
 */
export async function readTextFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw new ModelFileError(path, `cannot be read: ${reasonOf(thrown)}`, { cause: thrown });
  }
}
