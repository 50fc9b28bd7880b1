import type { CapSet } from './capability.js'
import type { PidNamespace } from './pid_namespace.js'
import type { Task } from './task.js'
import type { UserNamespace } from './user_namespace.js'

const STATE_NAMES = {
  running: 'R (running)',
  sleeping: 'S (sleeping)',
  exiting: 'R (running)',
  zombie: 'Z (zombie)',
  dead: 'X (dead)',
} as const

function capText(set: CapSet): string {
  return (set.high >>> 0).toString(16).padStart(8, '0') + (set.low >>> 0).toString(16).padStart(8, '0')
}

/** The numbers of something in the reader's pid namespace and every one below, down to its own. */
function numbersFrom(ns: PidNamespace, own: PidNamespace, nrIn: (ns: PidNamespace) => number): string {
  const chain: PidNamespace[] = []
  for (let at: PidNamespace | null = own; at !== null && at.level >= ns.level; at = at.parent) chain.push(at)
  return chain
    .reverse()
    .map((at) => `\t${nrIn(at)}`)
    .join('')
}

/**
 * `/proc/<pid>/status`: the lines about names, ids, credentials and capabilities. Lines about memory, signals, CPUs and context switches,
 * which have no counterpart here, are left out.
 */
export function statusText(target: Task, pidNs: PidNamespace, viewer: UserNamespace): string {
  const { cred, group } = target
  const state = target.state === 'running' && target.sleep !== null ? 'sleeping' : target.state
  const parent = target.parent === null ? 0 : target.parent.pidIn(pidNs)
  const ids = (list: readonly number[], show: (id: number) => number): string =>
    list.map((id) => `\t${show(id)}`).join('')
  const uid = (id: number): number => viewer.uidOfMunged(id)
  const gid = (id: number): number => viewer.gidOfMunged(id)
  const own = target.pidNamespace
  const lines = [`Name:\t${target.comm}`]
  if (target.fs !== null) lines.push(`Umask:\t${target.fs.umask.toString(8).padStart(4, '0')}`)
  lines.push(
    `State:\t${STATE_NAMES[state]}`,
    `Tgid:\t${target.pidIn(pidNs)}`,
    'Ngid:\t0',
    `Pid:\t${target.tidIn(pidNs)}`,
    `PPid:\t${parent}`,
    'TracerPid:\t0',
    `Uid:${ids([cred.uid, cred.euid, cred.suid, cred.fsuid], uid)}`,
    `Gid:${ids([cred.gid, cred.egid, cred.sgid, cred.fsgid], gid)}`,
    `FDSize:\t${target.files === null ? 0 : 64}`,
    `Groups:\t${cred.groups.map((id) => `${gid(id)} `).join('')}`,
    `NStgid:${numbersFrom(pidNs, own, (ns) => target.pidIn(ns))}`,
    `NSpid:${numbersFrom(pidNs, own, (ns) => target.tidIn(ns))}`,
    `NSpgid:${numbersFrom(pidNs, own, (ns) => group.pgrp.nrIn(ns))}`,
    `NSsid:${numbersFrom(pidNs, own, (ns) => group.session.nrIn(ns))}`,
    'Kthread:\t0',
    `Threads:\t${group.threads.length}`,
    `CapInh:\t${capText(cred.inheritable)}`,
    `CapPrm:\t${capText(cred.permitted)}`,
    `CapEff:\t${capText(cred.effective)}`,
    `CapBnd:\t${capText(cred.bounding)}`,
    `CapAmb:\t${capText(cred.ambient)}`,
    `NoNewPrivs:\t${target.noNewPrivs ? 1 : 0}`,
  )
  return `${lines.join('\n')}\n`
}
