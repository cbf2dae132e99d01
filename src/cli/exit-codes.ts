/** What the exit code of `match` says. */
export const exitCodes = {
  ok: 0,
  /** The user's model, configuration, files or machine: an error with a code was shown. */
  userError: 1,
  /** Bad command line. */
  usage: 2,
  /** `match run`: outputs differ from the interpreter or from the expected ones. */
  differ: 3,
  /** A bug in match (EX_SOFTWARE of sysexits.h). */
  internal: 70,
} as const;

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
