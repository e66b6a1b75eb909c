/** What is known of an output with tools: a call or an answer, and the JSON text of its arguments or of the answer. */
export type ToolOutput =
  | { readonly type: "call"; readonly name: string; readonly json: string }
  | { readonly type: "answer"; readonly json: string };

const CALL = /^\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"arguments"\s*:\s*(?=\S)/;
const ANSWER = /^\s*\{\s*"answer"\s*:\s*(?=\S)/;

/** Reads an output with tools as it grows. It must be the beginning of a text that the schema of `planTools` allows. */
export class ToolOutputReader {
  #text = "";
  /** Where the arguments or the answer begin. */
  #start = -1;
  /** Of the call; undefined for an answer. */
  #name: string | undefined;

  push(text: string): void {
    this.#text += text;
    if (this.#start < 0) {
      const call = CALL.exec(this.#text);
      const found = call ?? ANSWER.exec(this.#text);
      this.#start = found?.[0].length ?? -1;
      this.#name = call === null ? undefined : (JSON.parse(call[1]!) as string);
    }
  }

  /**
   * What there is so far; undefined until it is known whether it is a call or an answer.
   *
   * @param isComplete whether the output has ended; until then what may belong to the outer object is held back
   */
  read(isComplete: boolean): ToolOutput | undefined {
    if (this.#start < 0) {
      return undefined;
    }
    const rest = this.#text.slice(this.#start);
    // Closing braces may be the outer object's, unless text follows them.
    const json = isComplete ? rest.slice(0, rest.lastIndexOf("}")).trimEnd() : rest.replace(/[\s}]+$/, "");
    return this.#name === undefined ? { type: "answer", json } : { type: "call", name: this.#name, json };
  }
}

/** The part of a JSON string's text, from its opening quote on, that can be read already. */
export function beginningOfString(json: string): string {
  const [open] = /^"(?:[^"\\]|\\(?:u[\da-fA-F]{4}|[^u]))*/.exec(json) ?? [""];
  if (open === "") {
    return "";
  }
  const text = JSON.parse(`${open}"`) as string;
  // Half of a surrogate pair waits for the other half.
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
