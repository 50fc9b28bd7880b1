/** A part of the tour: what is shown, and what shows it. */
export interface Chapter {
  title: string
  /** One or two sentences for somebody who has not seen it before. */
  says: string
  /** The command line that does the same, if there is one. */
  command?: string
  /** Prints to stdout. */
  run(): Promise<void>
}
