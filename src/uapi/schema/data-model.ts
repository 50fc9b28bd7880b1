import type { Machine } from '../machine.js'

/** What a machine's C compiler decides about a struct. */
export interface DataModel {
  readonly machine: Machine
  readonly littleEndian: boolean
  /** What 64-bit fields are aligned to, in bytes. */
  readonly align64: 4 | 8
}

/** The data model of each machine. */
export const dataModels: readonly DataModel[] = [
  { machine: 'x86_64', littleEndian: true, align64: 8 },
  { machine: 'i386', littleEndian: true, align64: 4 },
  { machine: 's390x', littleEndian: false, align64: 8 },
]
