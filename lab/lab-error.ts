/** What a real kernel, its agent or a program for it did wrong. */
export class LabError extends Error {
  override readonly name: string = 'LabError'
}

/** The kernel or its agent hung or went away; `program` is the one that it was running. */
export class BackendLost extends LabError {
  override readonly name = 'BackendLost'
  readonly program: string | undefined

  constructor(reason: string, program: string | undefined) {
    super(program === undefined ? reason : `${reason}, running ${program}`)
    this.program = program
  }
}
