/** A text that ends an output: the bytes that end the frame on top, and what ends the frames below. */
export interface Completion {
  readonly bytes: Uint8Array;
  /** Set where the bytes are one token that the grammar asks for as such, and not its text; they are its name then. */
  readonly token?: number;
  /** Undefined: the output may end behind the bytes. */
  readonly next: Completion | undefined;
  /** Bytes, those of `next` included. */
  readonly length: number;
}

/** What ends an output that may end here. */
export const NOTHING: Completion = { bytes: new Uint8Array(0), next: undefined, length: 0 };

/** All bytes of a completion. */
export function completionBytes(completion: Completion): Uint8Array {
  const bytes = new Uint8Array(completion.length);
  let length = 0;
  for (let at: Completion | undefined = completion; at !== undefined; at = at.next) {
    bytes.set(at.bytes, length);
    length += at.bytes.length;
  }
  return bytes;
}
