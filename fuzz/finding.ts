import type { Divergence, Program, Transcript } from '../src/transcript/index.js'
import { callKey, outcomeOf } from './call_key.js'

/** A place where the emulator and a kernel part. */
export interface Finding {
  /** What tells it from other findings: the call, what parted, and both answers as far as they name it. */
  signature: string
  /** The family of the program that showed it first. */
  family: string
  /** The program that showed it first, made as short as could be found. */
  program: Program
  /** What the kernel answered. */
  transcript: Transcript
  divergence: Divergence
  /** Which program of the campaign showed it: a seed and an index, or a file of the corpus. */
  origin: string
  /** How many programs showed it. */
  count: number
}

/** Two divergences of one signature are most likely one bug. */
export function signatureOf(divergence: Divergence): string {
  const { what, want, got, reason, buffers } = divergence
  const key = callKey(divergence)
  switch (what) {
    case 'ret':
      return `${key}: ret ${outcomeOf(want)} got ${outcomeOf(got)}`
    case 'out':
      return `${key}: out ${buffers[0]?.difference?.field.replace(/\d+/g, 'n') ?? ''} ${outcomeOf(want)}`
    case 'crash':
      return `${key}: crash ${reason.split('\n').slice(0, 2).join(' ').replace(/\d+/g, 'n')}`
    default:
      return `${key}: ${what} ${reason.replace(/\d+/g, 'n')}`
  }
}
