import { readFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { HostBackend } from '../../lab/host.js'
import { BackendLost } from '../../lab/lab-error.js'
import { record } from '../../lab/record.js'
import { parseTranscript, type Step } from '../../src/transcript/format.js'
import { type Call, clone, programOf } from './calls.js'
import { describeLive } from './live.js'

const CLONE_VFORK = 0x4000
const CLONE_VM = 0x100
const CLONE_THREAD = 0x10000
const CLONE_SIGHAND = 0x800
const CLONE_NEWPID = 0x2000_0000
const AT_FDCWD = -100

describeLive('host', "programs on this machine's kernel", () => {
  const host = new HostBackend()
  afterAll(() => host.close())

  async function ask(name: string, calls: readonly Call[]): Promise<Step[]> {
    return (await host.run(programOf(name, calls))).steps
  }

  it('names the kernel and what it holds at the start', async () => {
    const { header } = await host.run(programOf('nothing', []))
    const release = readFileSync('/proc/sys/kernel/osrelease', 'utf8')
    expect(release.startsWith(header.kernel)).toBe(true)
    expect(header.boot.namespaces.net.ino).toBeGreaterThan(0xefff_ff00)
    expect(header.boot.mountinfo).toHaveLength(header.boot.nr_mounts)
    expect(header.boot.mountinfo.map((line) => line.split(' ')[4])).toEqual([
      '/',
      '/dev',
      '/proc',
      '/sys',
      '/run',
      '/sys/fs/cgroup',
    ])
  })

  it('gives task 1 a terminal on fds 0 to 2 and nothing else', async () => {
    const steps = await ask('fds', [
      [1, 'ioctl', [0, '0x541b', { out: 4 }]],
      [1, 'dup', [0]],
      [1, 'name_to_handle_at', [2, { str: '' }, { inout: '00'.repeat(16) }, { out: 4 }, 0x1000]],
    ])
    expect(steps.map(({ ret }) => ret)).toEqual([0, 3, -95])
  })

  it('cuts what the kernel did not touch and faults at the byte after a buffer', async () => {
    const steps = await ask('buffers', [
      [1, 'pipe2', [{ out: 12 }, 0]],
      [1, 'write', [4, { in: '6162aaaa' }, 4]],
      [1, 'read', [3, { out: 100 }, 100]],
      [1, 'write', [4, { in: '61' }, 2]],
      [1, 'getdents64', [{ bad: 1 }, { bad: 1 }, 4]],
      [1, 'pipe2', [{ bad: 1 }, 0]],
      [1, 'pipe2', [null, 0]],
    ])
    expect(steps[0]?.out).toEqual(['0300000004000000'])
    expect(steps[2]).toMatchObject({ ret: 4, out: ['6162'] })
    expect(steps.slice(3).map(({ ret }) => ret)).toEqual([-14, -9, -14, -14])
  })

  it('passes on what earlier steps gave: returns, pids, bytes, nested buffers', async () => {
    const iovec = '00'.repeat(8) + '0400000000000000'
    const steps = await ask('references', [
      [1, 'pipe2', [{ out: 8 }, 0]],
      clone(1, 2),
      [1, 'openat', [AT_FDCWD, { str: '/proc/$2/comm' }, 0]],
      [1, 'poll', [{ inout: '0000000001000000', at: { 0: { ret: 2 } } }, 1, 0]],
      [1, 'kill', [{ pid: 2 }, 0]],
      [1, 'writev', [4, { in: iovec, at: { 0: { in: '64616461' } } }, 1]],
      [1, 'readv', [3, { in: iovec, at: { 0: { out: 4 } } }, 1]],
      [1, 'write', [4, { in: '00000000', at: { 1: { from: [6, 0, 2, 2] } } }, 4]],
      [1, 'read', [3, { out: 8 }, 8]],
    ])
    expect(steps[2]?.ret).toBe(5)
    expect(steps[3]).toMatchObject({ ret: 1, out: ['0500000001000100'] })
    expect(steps[4]?.ret).toBe(0)
    expect(steps[6]).toMatchObject({ ret: 4, out: ['64616461'] })
    expect(steps[8]).toMatchObject({ ret: 4, out: ['00646100'] })
  })

  it('knows a call that sleeps from one that returns, and says what woke it', async () => {
    const steps = await ask('sleep', [
      [1, 'pipe2', [{ out: 8 }, 0]],
      clone(1, 2),
      clone(1, 3),
      [2, 'read', [3, { out: 4 }, 4]],
      [3, 'wait4', [-1, { out: 4 }, 0, null]],
      [2, 'getpid', []],
      [1, 'wait4', [{ pid: 2 }, { out: 4 }, 0, null]],
      [3, 'write', [4, { in: '6869' }, 2]],
      [2, 'exit_group', [7]],
      [2, 'getpid', []],
    ])
    expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 6, 7, 8])
    expect(steps[3]).toMatchObject({ blocked: true })
    expect(steps[4]?.ret).toBe(-10)
    expect(steps[5]).toMatchObject({ step: 6, blocked: true })
    expect(steps[6]?.completes).toEqual([{ step: 3, ret: 2, out: ['6869'] }])
    expect(steps[7]).toMatchObject({ ret: null, completes: [{ step: 6, ret: steps[1]?.ret, out: ['00070000'] }] })
  })

  it('does not wait by the clock: a sleeping call is seen in milliseconds', async () => {
    const calls: Call[] = [[1, 'pipe2', [{ out: 8 }, 0]]]
    for (let k = 2; k < 32; k++) calls.push(clone(1, k), [k, 'read', [3, { out: 1 }, 1]])
    const start = performance.now()
    const steps = await ask('thirty sleepers', calls)
    expect(steps.filter(({ blocked }) => blocked)).toHaveLength(30)
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('waits for a sleep that the clock ends', async () => {
    const [, poll] = await ask('poll', [
      [1, 'pipe2', [{ out: 8 }, 0]],
      [1, 'poll', [{ inout: '0300000001000000' }, 1, 20]],
    ])
    expect(poll).toMatchObject({ ret: 0 })
  })

  it('runs threads, children that share memory, and vfork', async () => {
    const steps = await ask('kinds of tasks', [
      clone(1, 2, CLONE_VM),
      clone(2, 3, CLONE_VFORK),
      [3, 'getpid', []],
      [2, 'getpid', []],
      [3, 'exit_group', [0]],
      [2, 'getpid', []],
      [
        1,
        'clone3',
        [
          {
            in: `${(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM).toString(16).padStart(6, '0').match(/../g)?.reverse().join('')}${'00'.repeat(85)}`,
          },
          88,
        ],
        4,
      ],
      [4, 'getpid', []],
      [1, 'getpid', []],
    ])
    const by = new Map(steps.map((step) => [step.step, step]))
    expect(by.get(1)).toMatchObject({ blocked: true })
    expect(by.has(3)).toBe(false)
    expect(by.get(4)?.completes).toEqual([{ step: 1, ret: by.get(2)?.ret }])
    expect(by.get(5)?.ret).toBe(by.get(0)?.ret)
    expect(by.get(6)?.ret).toBeGreaterThan(0)
    expect(by.get(7)?.ret).toBe(by.get(8)?.ret)
  })

  it('drops the steps of tasks that died with their pid namespace', async () => {
    const steps = await ask('pid namespace', [
      clone(1, 2, CLONE_NEWPID),
      clone(2, 3),
      [3, 'getpid', []],
      [2, 'exit_group', [0]],
      [3, 'getpid', []],
      [1, 'wait4', [-1, { out: 4 }, 0, null]],
    ])
    expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 5])
    expect(steps[2]?.ret).toBe(2)
    expect(steps[4]?.ret).toBe(steps[0]?.ret)
  })

  it('has permission events answered, and lets go of what waits when a program ends', async () => {
    const init: Call[] = [
      [1, 'mkdirat', [AT_FDCWD, { str: '/run/w' }, 0o755]],
      [1, 'fanotify_init', [0x6, 2]],
      [1, 'fanotify_mark', [3, 1, '0x48010000', AT_FDCWD, { str: '/run/w' }]],
      clone(1, 2),
      [2, 'openat', [AT_FDCWD, { str: '/run/w' }, 0]],
    ]
    const answered = await ask('permission', [
      ...init,
      [1, 'read', [3, { out: 24 }, 24]],
      [1, 'write', [3, { in: '0000000002000000', at: { 0: { from: [5, 0, 16, 4] } } }, 8]],
    ])
    expect(answered[4]).toMatchObject({ blocked: true })
    expect(answered[6]).toMatchObject({ ret: 8, completes: [{ step: 4, ret: -1 }] })
    const left = await ask('permission, never answered', init)
    expect(left[4]).toMatchObject({ blocked: true })
  })

  it('leaves nothing of a program behind for the next', async () => {
    const calls: Call[] = [
      [1, 'mkdirat', [AT_FDCWD, { str: '/run/w' }, 0o755]],
      [1, 'mount', [{ str: 'none' }, { str: '/run/w' }, { str: 'tmpfs' }, 0, null]],
      [1, 'openat', [AT_FDCWD, { str: '/run/w/f' }, 0x41, 0o644]],
      [1, 'unshare', ['0x4000000']],
      clone(1, 2),
    ]
    const first = await ask('first', calls)
    const second = await ask('second', calls)
    expect(first.slice(0, 4).map(({ ret }) => ret)).toEqual([0, 0, 3, 0])
    expect(second.slice(0, 4).map(({ ret }) => ret)).toEqual([0, 0, 3, 0])
  })

  it('starts again when a program moves the ground under it', async () => {
    const steps = await ask('umount /proc', [
      [1, 'umount2', [{ str: '/proc' }, 2]],
      clone(1, 2),
      [2, 'exit_group', [0]],
      [1, 'wait4', [-1, { out: 4 }, 0, null]],
    ])
    expect(steps[0]?.ret).toBe(0)
    expect(steps[3]?.ret).toBe(steps[1]?.ret)
    const { header } = await host.run(programOf('after', []))
    expect(header.boot.mountinfo).toHaveLength(6)
  })

  it('refuses what would reach beyond the sandbox', async () => {
    const refused = /is refused on this machine's own kernel/
    await expect(ask('kill', [[1, 'kill', [-1, 9]]])).rejects.toThrow(refused)
    await expect(ask('pid 1', [[1, 'pidfd_open', [1, 0]]])).rejects.toThrow(refused)
    await expect(ask('node', [[1, 'mknodat', [AT_FDCWD, { str: '/run/sda' }, 0o60600, 2048]]])).rejects.toThrow(refused)
    await expect(ask('root', [[1, 'openat', [AT_FDCWD, { str: '/proc/1/root/' }, 0]]])).rejects.toThrow(refused)
    await expect(
      ask('setns', [
        [1, 'openat', [AT_FDCWD, { str: `/proc/${process.pid}/ns/mnt` }, 0]],
        [1, 'setns', [3, 0]],
        [1, 'getpid', []],
      ]),
    ).rejects.toThrow(/left the sandbox/)
    expect((await ask('still there', [[1, 'dup', [0]]]))[0]?.ret).toBe(3)
  })

  it('names the program that hung, and goes on with the others', async () => {
    const impatient = new HostBackend({ watchdog: 300 })
    const hung = impatient.run(
      programOf('sleeper', [[1, 'nanosleep', [{ in: '1e00000000000000' + '00'.repeat(8) }, null]]]),
    )
    const next = impatient.run(programOf('next', [[1, 'dup', [0]]]))
    await expect(hung).rejects.toMatchObject({ name: 'BackendLost', program: 'sleeper' } satisfies Partial<BackendLost>)
    expect((await next).steps[0]?.ret).toBe(3)
    await impatient.close()
  })

  it('times a sequence of calls', async () => {
    const getppid = await host.time({ sequence: [{ call: 'getppid', args: [] }], iterations: 2000 })
    expect(getppid.min).toBeGreaterThan(10)
    expect(getppid.median).toBeGreaterThanOrEqual(getppid.min)
    const pair = await host.time({
      sequence: [
        { call: 'openat', args: [AT_FDCWD, { str: '/proc/self/ns/net' }, 0] },
        { call: 'close', args: [{ ret: 0 }] },
      ],
      iterations: 200,
    })
    expect(pair.rets).toEqual([3, 0])
    const fork = await host.time({
      sequence: [{ call: 'fork_unshare_exit_wait', args: ['0x4000000'] }],
      iterations: 3,
      batches: 2,
    })
    expect(fork.rets).toEqual([0])
    expect(fork.min).toBeGreaterThan(getppid.min)
  })

  it('records a transcript that can be read, and asks a recorded one again', async () => {
    const program = programOf('handles', [
      [1, 'openat', [AT_FDCWD, { str: '/proc/self/ns/net' }, 0]],
      [1, 'name_to_handle_at', [3, { str: '' }, { inout: '10000000' + '00'.repeat(20) }, { out: 4 }, 0x1000]],
      clone(1, 2),
      [2, 'getpid', []],
    ])
    const { text, transcript } = await record(program, host)
    expect(parseTranscript(text)).toEqual(transcript)
    const again = await record(transcript, host, { rerun: 3 })
    expect(again.unsteady).toEqual([])
  })

  it('reports a program that it cannot run', async () => {
    await expect(ask('no such call', [[1, 'frobnicate', []]])).rejects.toThrow('step 0: no system call frobnicate')
    await expect(ask('too large', [[1, 'read', [0, { out: 1 << 20 }, 1]]])).rejects.toThrow(BackendLost)
  })
})
