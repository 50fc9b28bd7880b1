/** Exit code for a wrong command line or an input that cannot be read. */
export const EXIT_USAGE = 2
/** Exit code for an input that was read and is not what it should be: a cut stream, a difference, a failed run. */
export const EXIT_FAILED = 1

/** An error that is the user's to see: printed as one line on stderr, without a stack. */
export class CliError extends Error {
  /** What the process exits with. */
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT_USAGE) {
    super(message)
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}
