import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { buildAgent } from '../../lab/agent.js'
import { asProgram } from '../../lab/as-program.js'
import { cacheFolder } from '../../lab/cache.js'
import { UmlBackend } from '../../lab/uml.js'
import { diffTranscripts } from '../../src/transcript/diff.js'
import { type Arg, parseTranscript } from '../../src/transcript/format.js'
import { O_CREAT } from '../../src/uapi/fcntl.js'
import { clone, programOf } from './calls.js'
import { describeLive } from './live.js'

const recordings = new URL('../golden/transcripts/v7.2/', import.meta.url)
const CLONE_VFORK = 0x4000
const MNT_DETACH = 2

function recording(name: string): ReturnType<typeof parseTranscript> {
  return parseTranscript(readFileSync(new URL(`${name}.jsonl`, recordings), 'utf8'))
}

describeLive('uml', 'programs on a user-mode Linux', () => {
  const uml = new UmlBackend()
  afterAll(() => uml.close())

  it('boots to the first answer in under two seconds', async () => {
    await buildAgent()
    const start = performance.now()
    const { profile } = await uml.boot()
    expect(performance.now() - start).toBeLessThan(4000) // twice that, for a machine that is busy with other tests
    expect(profile).toMatch(/^v\d+\.\d+$/)
  })

  it('answers recorded programs as its kind did when they were recorded, ids and all', async () => {
    for (const name of ['ns-4', 'resurrect-chain']) {
      const recorded = recording(name)
      const now = await uml.run(asProgram(recorded), { fresh: true })
      if (now.header.kernel !== recorded.header.kernel) {
        console.warn(`skipped: recordings are of ${recorded.header.kernel}, this is ${now.header.kernel}`)
        return
      }
      expect(now.header.boot.next).toEqual(recorded.header.boot.next)
      expect(now.header.boot.mountinfo).toEqual(recorded.header.boot.mountinfo)
      expect(now.header.boot.other).toEqual(recorded.header.boot.other)
      expect(diffTranscripts(recorded, now).steps).toEqual([])
    }
  })

  it('runs many programs on one boot, larger ones than a terminal holds', async () => {
    const program = asProgram(recording('ns-4'))
    const runs = await Promise.all([1, 2, 3, 4].map(() => uml.run(program)))
    const ids = runs.map(({ header }) => header.boot.next.nsId)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    for (const { steps } of runs) expect(steps).toHaveLength(program.steps.length)
  })

  it('sees a parent sleep in vfork', async () => {
    const { steps } = await uml.run(
      programOf('vfork', [clone(1, 2, CLONE_VFORK), [2, 'getpid', []], [2, 'exit_group', [0]]]),
    )
    expect(steps[0]).toMatchObject({ blocked: true })
    expect(steps[2]?.completes).toEqual([{ step: 0, ret: steps[1]?.ret }])
  })

  it('notices a kernel that crashed, names the program, and boots another', async () => {
    const crash = programOf('crash', [
      [1, 'openat', [-100, { str: '/proc/sysrq-trigger' }, 1]],
      [1, 'write', [3, { in: '63' }, 1]],
    ])
    const next = programOf('next', [[1, 'dup', [0]]])
    const results = await Promise.allSettled([uml.run(crash), uml.run(next)])
    expect(results[0]).toMatchObject({ status: 'rejected', reason: { name: 'BackendLost', program: 'crash' } })
    expect(results[1]).toMatchObject({ status: 'fulfilled', value: { steps: [{ ret: 3 }] } })
  })

  it('lets programs write to nothing of this machine, whatever they mount and unmount', async () => {
    const folder = join(cacheFolder(), 'written')
    const name = `kabinet-${process.pid}`
    const create = (path: string): [number, string, Arg[]] => [1, 'openat', [-100, { str: path }, O_CREAT, 0o644]]
    const { steps } = await uml.run(
      programOf('writes', [
        create(`/${name}`),
        create(folder),
        [1, 'unlinkat', [-100, { str: process.execPath }, 0]],
        [1, 'umount2', [{ str: '/sys/fs/cgroup' }, MNT_DETACH]],
        [1, 'umount2', [{ str: '/proc' }, MNT_DETACH]],
        // what lies below is the lab's own, not this machine's
        [1, 'readlinkat', [-100, { str: '/proc/1/root/etc' }, { out: 8 }, 8]],
        create(`/proc/1/root/tmp/${name}`),
        [1, 'openat', [-100, { str: '/proc/sys/kernel/hostname' }, 1]],
        create(`/tmp/${name}`),
      ]),
    )
    expect(steps.map(({ ret }) => ret)).toEqual([3, -30, -2, 0, 0, -2, 4, -30, 5])
    expect(existsSync(`/${name}`)).toBe(false)
    expect(existsSync(folder)).toBe(false)
    expect(existsSync(join('/tmp', name))).toBe(false)
    const next = await uml.run(programOf('next', [[1, 'faccessat', [-100, { str: `/${name}` }, 0]]]))
    expect(next.steps[0]?.ret).toBe(-2)
  })

  it('leaves nothing running', async () => {
    const parents = (): Map<string, string> =>
      new Map(
        readdirSync('/proc')
          .filter((pid) => /^\d+$/.test(pid) && existsSync(`/proc/${pid}/stat`))
          .map((pid) => [pid, readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ')[1] as string]),
      )
    const below = (pid: string): string[] => {
      const all = parents()
      const found = [pid]
      for (const parent of found) for (const [child, of] of all) if (of === parent) found.push(child)
      return found.slice(1)
    }
    const me = String(process.pid)
    await uml.close() // it may be starting one in advance
    const before = below(me)
    const own = new UmlBackend()
    await own.boot()
    const started = below(me).filter((pid) => !before.includes(pid))
    expect(started.length).toBeGreaterThan(2)
    await own.close()
    await expect.poll(() => started.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
  })
})
