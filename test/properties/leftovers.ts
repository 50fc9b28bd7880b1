import type { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { UCOUNT_NAMES } from '../../src/kernel/ucounts.js'
import { AF_UNIX, SIGKILL, SOCK_STREAM, WNOHANG } from '../../src/uapi/index.js'
import { follow } from './commands.js'
import type { Machine } from './machine.js'
import type { World } from './world.js'

/** Children of every kind, also those that end without a signal (__WALL). */
const WALL = 0x4000_0000

/** What a kernel has of everything that is made and must go again. */
export function inventory({ kernel }: Emulator): Record<string, unknown> {
  const { namespaces, initUserNs, initPidNs, initNsProxy, nsInodeNumbers } = kernel
  const freeInode = nsInodeNumbers.take()
  nsInodeNumbers.give(freeInode)
  const counted = [0, 1000].flatMap((uid) =>
    UCOUNT_NAMES.map((name, i) => [`${name} of uid ${uid}`, initUserNs.ucountsOf(uid).counts[i]]),
  )
  return {
    namespaces: [...namespaces.all].map(({ id }) => id),
    byType: namespaces.ofType.map(({ size }) => size),
    ownedByInit: initUserNs.owned.size,
    passive: [...namespaces.all].map(({ id, passive }) => `${id}: ${passive}`),
    active: [...namespaces.all].map(({ id, active }) => `${id}: ${active}`),
    nsfsFiles: [...namespaces.all].filter(({ nsfsDentry }) => nsfsDentry !== null).map(({ id }) => id),
    freeInode,
    pids: initPidNs.allocated,
    proxyUsers: initNsProxy.refs,
    ...Object.fromEntries(counted),
  }
}

/** Ends every task but task 1 and has task 1 close what it opened and wait for what is left. */
export function endAll(world: World, machine: Machine): void {
  for (const { number } of world.actors) {
    follow(world, machine)
    const actor = world.actors.find((one) => one.number === number)
    if (number !== 1 && actor?.alive) machine.call(number, 'exit_group', 0)
  }
  follow(world, machine)
  for (const _ of world.actors) {
    // A zombie's parent may itself wait to be reaped; each round reaps what the last one made an orphan.
    machine.call(1, 'wait4', -1, null, WNOHANG, null)
  }
  follow(world, machine)
  machine.call(1, 'close_range', 3, 0xffff_ffff, 0)
  const [first] = world.actors
  for (const fd of [...first!.table.keys()]) if (fd > 2) first!.table.delete(fd)
}

/** Kills these tasks, and has their parents outside wait for them. */
export function killAll(emulator: Emulator, tasks: readonly Task[]): void {
  const { init, first } = emulator
  const recorder = first.parent
  for (const task of tasks) if (task.alive) emulator.syscall(init, 'kill', task.pid.nr, SIGKILL)
  for (let i = 0; i <= tasks.length; i++)
    if (recorder !== null) emulator.syscall(recorder, 'wait4', -1, null, WNOHANG | WALL, null)
  // Sockets that only lie in each other's queues go when the next one is closed.
  emulator.syscall(init, 'close', emulator.syscall(init, 'socket', AF_UNIX, SOCK_STREAM, 0) as number)
}

/** Where two inventories differ, in words; empty where they do not. */
export function differences(before: Record<string, unknown>, after: Record<string, unknown>): string {
  const found = Object.keys(before).filter((key) => String(before[key]) !== String(after[key]))
  return found.map((key) => `${key}: ${before[key]} at first, ${after[key]} in the end`).join('; ')
}
