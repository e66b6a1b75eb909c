import { Worker } from "node:worker_threads";
import type { BodyCommand, BodyMessage } from "./body-thread.js";
import { decodeBody, notJson, parseBody } from "./json-body.js";
import { outlinedPart } from "./json-outline.js";
import { jsonPart } from "./json-text.js";

/** A built file: tests run the sources, and a thread needs a file that Node can run. */
const THREAD = new URL("../../dist/http/body-thread.js", import.meta.url);
/** To read so many bytes takes about 1 ms, which is no more than to hand them over. */
const LARGE = 65_536;

/** A body that was read. */
export interface JsonBody {
  /** Of a large one the schemas may lack their long parts. */
  readonly value: unknown;
  /** The JSON text of a part as it was written; undefined where it is not there. */
  textAt(path: readonly (string | number)[]): string | undefined;
}

interface Waiting {
  readonly resolve: (message: BodyMessage) => void;
  readonly reject: (reason: Error) => void;
}

/** Reads bodies: large ones in a thread, which is started when the first one comes. */
export class BodyReader {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #ids = 0;

  /**
   * @param isWhole whether its value is wanted with all of its schemas; then it is read in this thread
   * @throws ApiError with status 400 where it is not JSON in UTF-8
   */
  async read(bytes: ArrayBuffer, isWhole: boolean): Promise<JsonBody> {
    if (isWhole || bytes.byteLength < LARGE) {
      const text = decodeBody(bytes);
      return { value: parseBody(text), textAt: (path) => jsonPart(text, path) };
    }
    const message = await this.#ask(bytes);
    if ("problem" in message) {
      throw notJson(message.problem);
    }
    const { text, outline } = message;
    return {
      value: JSON.parse(outline.text),
      textAt: (path) => outlinedPart(text, outline, path),
    };
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(bytes: ArrayBuffer): Promise<BodyMessage> {
    const worker = this.#thread();
    const command: BodyCommand = { id: this.#ids++, bytes };
    return new Promise((resolve, reject) => {
      this.#waiting.set(command.id, { resolve, reject });
      worker.postMessage(command, [bytes]);
    });
  }

  #thread(): Worker {
    if (this.#worker !== undefined) {
      return this.#worker;
    }
    const worker = new Worker(THREAD);
    // It must not keep the program from ending.
    worker.unref();
    worker.on("message", (message: BodyMessage) => {
      this.#waiting.get(message.id)?.resolve(message);
      this.#waiting.delete(message.id);
    });
    const ended = (reason: Error) => {
      // The next large body starts another one.
      if (this.#worker === worker) {
        this.#worker = undefined;
        for (const { reject } of this.#waiting.values()) {
          reject(reason);
        }
        this.#waiting.clear();
      }
    };
    worker.on("error", ended);
    worker.on("exit", (code) => ended(new Error(`The thread that reads bodies ended with code ${code}.`)));
    this.#worker = worker;
    return worker;
  }
}
