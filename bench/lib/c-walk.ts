import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildC, cacheDir, runC } from './c-program.js'
import type { ForeignCandidate } from './case.js'

/** What bench/walk.c walks: bare events, events and records, those with the names' ends, or an array of u64. */
export type WalkKind = 'events' | 'records' | 'names' | 'ids'

/** `bench/walk.c` over these bytes as a candidate, with the checksum of its walk; undefined where there is no gcc. */
export function cWalk(kind: WalkKind, bytes: Uint8Array): { candidate: ForeignCandidate; sum: number } | undefined {
  const program = buildC('walk')
  if (program === undefined) return undefined
  const file = join(cacheDir, `${kind}-${bytes.length}.bin`)
  writeFileSync(file, bytes)
  const walk = (ms: number): string[] => runC(program, [kind, file, String(ms)]).split(' ')
  return {
    candidate: { name: 'C walk', round: (ms) => Number(walk(ms)[2]) },
    sum: Number(walk(0)[0]),
  }
}
