/** The thread in which large bodies are read: other requests do not wait for it. */
import { parentPort } from "node:worker_threads";
import { ApiError } from "../errors.js";
import { decodeBody, parseBody } from "./json-body.js";
import { type Outline, outlineOf } from "./json-outline.js";

export interface BodyCommand {
  readonly id: number;
  readonly bytes: ArrayBuffer;
}

export type BodyMessage =
  | { readonly id: number; readonly text: string; readonly outline: Outline }
  /** It is no JSON: what the error says. */
  | { readonly id: number; readonly problem: string };

/** Parts of schemas are left to who compiles them from so many characters on. */
const LEAST = 4096;

const port = parentPort!;
port.on("message", ({ id, bytes }: BodyCommand) => port.postMessage({ id, ...read(bytes) }));

function read(bytes: ArrayBuffer) {
  try {
    const text = decodeBody(bytes);
    parseBody(text);
    return { text, outline: outlineOf(text, LEAST) };
  } catch (thrown) {
    if (thrown instanceof ApiError) {
      return { problem: thrown.message };
    }
    throw thrown;
  }
}
