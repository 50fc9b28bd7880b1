import picocolors from 'picocolors'

// Not picocolors' own guess: that colours a pipe when CI is set.
function wanted(): boolean {
  if (process.env.NO_COLOR) return false
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== '0'
  return process.stdout.isTTY === true && process.env.TERM !== 'dumb'
}

/** Whether stdout is to be coloured: on a terminal, unless NO_COLOR says otherwise; FORCE_COLOR colours pipes too. */
const colored: boolean = wanted()

/** picocolors for stdout. */
export const color: ReturnType<typeof picocolors.createColors> = picocolors.createColors(colored)
