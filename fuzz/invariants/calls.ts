import { FILL } from '../../src/transcript/prepare.js'
import { EFAULT, errnoName } from '../../src/uapi/index.js'
import type { MadeCall } from '../walk.js'

/** Calls that write as many bytes as they return, times so much, to their first out buffer. */
const WRITES: Readonly<Record<string, number>> = {
  read: 1,
  pread64: 1,
  readlink: 1,
  readlinkat: 1,
  listns: 8,
  getgroups: 4,
}

/** Calls that may sleep before they fail have written nothing either; -1 is not an errno that anybody asked for. */
const MOST_ERRNO = 4095

/** What is wrong with one call's answer, whatever the state was; null if nothing is. */
export function checkCall({ step, outs }: MadeCall, ret: number): string | null {
  // Positions above 2^53 are rounded.
  if (!(step.call === 'lseek' ? Number.isInteger(ret) : Number.isSafeInteger(ret)))
    return `${step.call} returned ${ret}`
  if (ret < 0 && (ret < -MOST_ERRNO || errnoName(-ret) === undefined))
    return `${step.call} returned ${ret}, which is no errno`
  const width = WRITES[step.call]
  const out = outs[0]
  if (width === undefined || out === undefined || !out.filled || ret === -EFAULT) return null
  // getgroups(0, …) tells how many there are and writes none.
  const written = ret <= 0 || (step.call === 'getgroups' && step.args[0] === 0) ? 0 : ret * width
  const { bytes } = out
  for (let at = written; at < bytes.length; at++) {
    if (bytes[at] !== FILL) return `${step.call} returned ${ret} and wrote byte ${at}`
  }
  return null
}
