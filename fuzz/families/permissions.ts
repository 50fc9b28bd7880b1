import type { CallMaker, Family } from '../draft.js'
import { accessMakers } from './permissions_accesses.js'
import { groupMakers } from './permissions_groups.js'
import { makeScratch, releaseAll } from './permissions_world.js'
import { processMakers } from './processes.js'

/** How often the calls about processes are taken, that are of interest here. */
const PROCESSES: Readonly<Record<string, number>> = {
  fork: 4,
  exit_group: 3,
  wait4: 3,
  kill: 4,
  pidfd_open: 3,
  pidfd_getfd: 4,
  pidfd_send_signal: 1,
}

const processes: readonly CallMaker[] = processMakers
  .filter(({ name }) => name in PROCESSES)
  .map((maker) => ({ ...maker, weight: PROCESSES[maker.name] as number }))

/** Accesses that wait for the answers of groups, on a filesystem of the program's own. */
export const permissionsFamily: Family = {
  name: 'permissions',
  about:
    'accesses that wait, the groups that are asked, their answers, and what becomes of either side when the other goes',
  makers: [...groupMakers, ...accessMakers, ...processes],
  begin: makeScratch,
  end: releaseAll,
}
