import { createColors } from "picocolors";

/** The world outside the program, so that tests can stand in for it. */
export interface Io {
  /** The result, and nothing else. */
  out(text: string): void;
  /** Progress, statistics and errors. */
  err(text: string): void;
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean | undefined };
  /** Whether progress may redraw its line. */
  readonly errIsTerminal: boolean;
  readonly colors: Colors;
  /** Calls `handler` at Ctrl-C until the returned function is called. */
  onInterrupt(handler: () => void): () => void;
}

export type Colors = ReturnType<typeof createColors>;

/** Colours are for people: never into a pipe, and never where NO_COLOR asks for none. */
export function wantsColors(terminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  return terminal && env.TERM !== "dumb";
}

/** The real world. */
export function processIo(): Io {
  const terminal = process.stderr.isTTY === true;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stdin: process.stdin,
    errIsTerminal: terminal,
    colors: createColors(wantsColors(terminal && process.stdout.isTTY === true, process.env)),
    onInterrupt(handler) {
      process.on("SIGINT", handler);
      process.on("SIGTERM", handler);
      return () => {
        process.off("SIGINT", handler);
        process.off("SIGTERM", handler);
      };
    },
  };
}
