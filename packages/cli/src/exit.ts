/** The exit codes of `grammask`, as `--help` documents them. */
export const ExitCode = {
  ok: 0,
  /** The generation failed or was cut off, or the checked instance does not match. */
  failed: 1,
  /** The command line, a file that it names, the schema or the model name is wrong. */
  usage: 2,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Something that the user can put right: the message says what, without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
