import { le32, le64, zeros } from '../../fuzz/bytes.js'
import type { Arg } from '../../src/transcript/index.js'
import type { Machine } from './machine.js'

export interface Request {
  /** CLONE_NEW* bits; 0 for all. */
  types?: number
  /** Owner: only what it directly owns; 0 for all. */
  owner?: number
  /** Start behind this id. */
  cursor?: number
  /** Room for so many ids. */
  room?: number
}

function args({ types = 0, owner = 0, cursor = 0, room = 200 }: Request): Arg[] {
  // The u32 with the top bit of a signed number is written as it is.
  const request = le32(32) + zeros(4) + le64(cursor) + le32(types) + zeros(4) + le64(owner)
  return [{ in: request }, { out: room * 8 }, room, 0]
}

function idsOf({ ret, outs }: { ret: number; outs: Uint8Array[] }): number[] | number {
  if (ret < 0) return ret
  const view = new DataView(outs[0]!.buffer)
  return Array.from({ length: ret }, (_, i) => Number(view.getBigUint64(i * 8, true)))
}

/** What listns gives a task, as a step of the program. */
export function page(machine: Machine, task: number, request: Request = {}): number[] | number {
  return idsOf(machine.call(task, 'listns', ...args(request)))
}

/** What listns gives a task; a step of the program only if it is not `expected`, which throws. */
export function expectList(
  machine: Machine,
  task: number,
  request: Request,
  expected: readonly number[] | number,
): void {
  const got = idsOf(machine.ask(task, 'listns', ...args(request)))
  if (String(got) === String(expected)) return
  page(machine, task, request)
  throw new Error(`listns(${JSON.stringify(request)}) of task ${task} gives [${got}], and not [${expected}]`)
}
