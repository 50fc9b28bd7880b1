import { describe, expect, it } from 'vitest'
import { FANOTIFY_INIT_CHECKS, type InitRequest } from '../../src/abi/fanotify_init_checks.js'
import { refusalErrno } from '../../src/kernel/check.js'
import { features, type InitMatrix, loadMatrix, MATRIX_PROFILES } from './matrix.js'

const answer = (request: InitRequest): number => {
  const check = FANOTIFY_INIT_CHECKS.firstRefusal(request)
  return check === null ? 0 : -refusalErrno(check, request)
}

describe('fanotify_init refuses what the recorded kernels refuse', () => {
  for (const profile of MATRIX_PROFILES) {
    const matrix = loadMatrix<InitMatrix>(`fanotify_init.${profile}`)
    for (const table of matrix.table) {
      it(`${profile}, ${table.caller}, ${table.samples ? 'samples of event_f_flags' : 'all flags'}`, () => {
        const root = table.caller === 'root'
        const request: InitRequest = {
          flags: 0,
          eventFFlags: table.event_f_flags ?? 0,
          features: features(profile),
          sysAdmin: root,
          auditWrite: root,
          groupsLeft: true,
          fdsLeft: true,
        }
        const wrong: string[] = []
        const compare = (want: number): void => {
          const got = answer(request)
          if (got !== want) wrong.push(`0x${request.flags.toString(16)}, ${request.eventFFlags}: ${got}, not ${want}`)
        }
        for (const [ret, count] of table.ret_rle ?? []) {
          for (let i = 0; i < count; i++, request.flags++) compare(ret)
        }
        for (const [flags, eventFFlags, ret] of table.samples ?? []) {
          request.flags = flags
          request.eventFFlags = eventFFlags
          compare(ret)
        }
        expect(wrong.slice(0, 20)).toEqual([])
      })
    }
  }
})

describe('order of the checks that the tables do not reach', () => {
  const root: InitRequest = {
    flags: 0,
    eventFFlags: 0,
    features: features('v7.3'),
    sysAdmin: true,
    auditWrite: true,
    groupsLeft: true,
    fdsLeft: true,
  }
  // Asked of Linux 6.18 with 128 groups open, with CAP_AUDIT_WRITE dropped, and with RLIMIT_NOFILE used up.
  it.each([
    ['both class bits, no group left', { flags: 0xc, groupsLeft: false }, -24],
    ['FID and a class, no group left', { flags: 0x204, groupsLeft: false }, -22],
    ['NAME alone, no group left', { flags: 0x800, groupsLeft: false }, -22],
    ['unlimited queue and marks do not lift the limit of groups', { flags: 0x30, groupsLeft: false }, -24],
    ['audit without the capability, no group left', { flags: 0x40, auditWrite: false, groupsLeft: false }, -24],
    ['audit without the capability', { flags: 0x40, auditWrite: false }, -1],
    ['audit without the capability, both class bits', { flags: 0x4c, auditWrite: false }, -22],
    ['audit without the capability, no fd', { flags: 0x40, auditWrite: false, fdsLeft: false }, -1],
    ['both class bits, no fd', { flags: 0xc, fdsLeft: false }, -22],
    ['no fd', { flags: 0, fdsLeft: false }, -24],
  ])('%s', (_, part, want) => {
    expect(answer({ ...root, ...part })).toBe(want)
  })

  it('FAN_REPORT_PIDFD with FAN_REPORT_TID is refused before 7.2', () => {
    expect(answer({ ...root, flags: 0x180 })).toBe(0)
    expect(answer({ ...root, flags: 0x180, features: { ...root.features, pidfdWithTid: false } })).toBe(-22)
  })
})
