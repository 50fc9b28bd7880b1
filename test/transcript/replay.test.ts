import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import { describeBoot } from '../../src/transcript/describe_boot.js'
import { parseTranscript, type Step, serialiseTranscript, type Transcript } from '../../src/transcript/format.js'
import { type ReplayOptions, replay } from '../../src/transcript/replay.js'
import { runProgram } from '../../src/transcript/run.js'

const clone = (task: number, child: number, flags = '00000000'): Omit<Step, 'step'> => ({
  task,
  call: 'clone3',
  args: [{ in: `${flags}${'00'.repeat(28)}11${'00'.repeat(55)}` }, 88],
  child,
})
const call = (task: number, name: string, ...args: Step['args']): Omit<Step, 'step'> => ({ task, call: name, args })
const idle = (task: number, count: number): Omit<Step, 'step'>[] =>
  Array.from({ length: count }, () => call(task, 'getuid'))

const plain = describeBoot(Emulator.boot({ profile: 'v7.3' }))
const boot = { ...plain, task: { ...plain.task, pid: 55, ppid: 53 } }

/** What the emulator answers to these calls; step numbers count from 0. */
function recording(steps: Omit<Step, 'step'>[], fill?: false): Transcript {
  const program = {
    header: { transcript: 1 as const, name: 'here', ...(fill === false && { fill }) },
    steps: steps.map((step, i) => ({ step: i, ...step })),
  }
  return parseTranscript(serialiseTranscript(runProgram(program, Emulator.boot({ profile: 'v7.3', boot }))))
}

/** Where and why a replay parts from its transcript; null where it does not. */
function parting(transcript: Transcript, options?: ReplayOptions): [step: number, reason: string] | null {
  const { firstDivergence } = replay(transcript, options)
  return firstDivergence === null ? null : [firstDivergence.step, firstDivergence.reason]
}

const at = ({ steps }: Transcript, number: number): Step => steps.find(({ step }) => step === number) as Step

describe('a call that sleeps', () => {
  // Step 1 sleeps, step 3 wakes it.
  const story = (after = 3): Transcript =>
    recording([
      clone(1, 2),
      call(1, 'wait4', -1, { out: 4 }, 0, null),
      call(2, 'getuid'),
      call(2, 'exit_group', 5),
      ...idle(1, after),
    ])
  const move = (transcript: Transcript, from: number, to: number): Transcript => {
    const { completes, ...step } = at(transcript, from)
    transcript.steps[transcript.steps.indexOf(at(transcript, from))] = step
    at(transcript, to).completes = completes as NonNullable<Step['completes']>
    return transcript
  }

  it('comes back where the transcript says', () => expect(parting(story())).toBeNull())

  it('may come back in the transcript a step later than here', () => {
    const two = recording([
      clone(1, 2),
      clone(1, 3),
      call(1, 'wait4', -1, { out: 4 }, 0, null),
      call(2, 'exit_group', 5),
      call(3, 'getuid'),
    ])
    expect(parting(move(two, 3, 4))).toBeNull()
  })

  it('may not come back earlier', () => {
    expect(parting(move(story(), 3, 2))).toEqual([1, 'still sleeps where step 2 (getuid) shows that it came back'])
  })

  it('may be missing from the end, but not for long', () => {
    const asleep = (after: number): Transcript => {
      const transcript = recording([
        clone(1, 2),
        clone(1, 3),
        call(1, 'wait4', -1, { out: 4 }, 0, null),
        call(2, 'exit_group', 5),
        ...idle(3, after),
      ])
      delete at(transcript, 3).completes
      return transcript
    }
    expect(parting(asleep(2))).toBeNull()
    expect(parting(asleep(20))).toEqual([2, 'woken by step 3, in the transcript it sleeps on'])
  })

  it('has to come back as recorded', () => {
    const ret = story()
    at(ret, 3).completes![0]!.ret = -10
    expect(parting(ret)).toEqual([1, 'want -10, got 56'])
    const out = story()
    at(out, 3).completes![0]!.out = ['00060000']
    expect(parting(out)).toEqual([1, 'byte 1 (status): not equal'])
  })

  it('has to sleep there as here', () => {
    const awake = story(0)
    const { blocked: _, ...step } = at(awake, 1)
    awake.steps[1] = { ...step, ret: -10, out: [''] }
    expect(parting(awake)).toEqual([1, 'got a call that sleeps'])
    const asleep = recording([call(1, 'wait4', -1, { out: 4 }, 0, null)])
    asleep.steps[0] = { step: 0, task: 1, call: 'wait4', args: [-1, { out: 4 }, 0, null], blocked: true }
    expect(parting(asleep)).toEqual([0, 'want a call that sleeps'])
  })

  it('cannot be followed by another call of its task', () => {
    const transcript = story()
    delete at(transcript, 3).completes
    expect(parting(transcript)).toEqual([4, 'its call of step 1 never came back in the transcript'])
  })
})

describe('programs that ran freely', () => {
  // Two tasks read one pipe; task 1 writes a byte for each.
  const story = (fill: false | undefined): Transcript =>
    recording(
      [
        call(1, 'pipe2', { out: 8 }, 0),
        clone(1, 2),
        clone(1, 3),
        call(2, 'read', 3, { out: 1 }, 1),
        call(3, 'read', 3, { out: 1 }, 1),
        call(1, 'write', 4, { in: '61' }, 1),
        call(2, 'getpid'),
        call(1, 'write', 4, { in: '62' }, 1),
        call(3, 'getpid'),
      ],
      fill,
    )

  it('may show a sleeper awake before the call that woke it', () => {
    for (const [fill, want] of [
      [false, null],
      [undefined, [4, 'still sleeps where step 5 (write) shows that it came back']],
    ] as const) {
      const transcript = story(fill)
      at(transcript, 5).completes!.push(...at(transcript, 7).completes!)
      delete at(transcript, 7).completes
      expect(parting(transcript)).toEqual(want)
    }
  })

  it('choose who of several sleepers wakes', () => {
    for (const [fill, want] of [
      [false, null],
      [undefined, [4, 'still sleeps where step 5 (write) shows that it came back']],
    ] as const) {
      const transcript = story(fill)
      at(transcript, 5).completes![0]!.step = 4
      at(transcript, 7).completes![0]!.step = 3
      ;[at(transcript, 6).task, at(transcript, 8).task] = [3, 2]
      ;[at(transcript, 6).ret, at(transcript, 8).ret] = [57, 56]
      expect(parting(transcript)).toEqual(want)
    }
  })
})

describe('a task', () => {
  it('has to be there', () => {
    const transcript = recording([call(1, 'getuid')])
    transcript.steps[0]!.task = 2
    expect(parting(transcript)).toEqual([0, 'task 2 was never made'])
  })

  it('makes no call once it has ended, but may be asked to exit', () => {
    const transcript = recording([clone(1, 2), call(2, 'exit_group', 0)])
    transcript.steps.push({ step: 2, task: 2, call: 'exit_group', args: [0], ret: null })
    expect(parting(transcript)).toBeNull()
    transcript.steps.push({ step: 3, task: 2, call: 'getuid', args: [], ret: 0 })
    expect(parting(transcript)).toEqual([3, 'task 2 has ended here'])
  })
})

describe('a value of chance', () => {
  const changed = (transcript: Transcript, ...changes: [from: string, to: string][]): Transcript => {
    let text = serialiseTranscript(transcript)
    for (const [from, to] of changes) {
      expect(text).toContain(from)
      text = text.replaceAll(from, to)
    }
    return parseTranscript(text)
  }

  it('is a pid, wherever it shows', () => {
    const transcript = recording([
      clone(1, 2),
      call(2, 'getpid'),
      call(2, 'exit_group', 0),
      call(1, 'wait4', { pid: 2 }, null, 0, null),
    ])
    expect(parting(changed(transcript, ['"ret":56', '"ret":741']))).toBeNull()
    at(transcript, 3).ret = 57
    expect(parting(transcript)).toEqual([3, 'want 57, got 56: stood for 56 before'])
  })

  it('is not a pid in a nested pid namespace', () => {
    const transcript = recording([clone(1, 2, '00000020'), clone(2, 3), call(3, 'getpid')])
    expect(transcript.steps.map(({ ret }) => ret)).toEqual([56, 2, 2])
    expect(parting(changed(transcript, ['"ret":2}', '"ret":3}']))).toEqual([1, 'want 3, got 2: not equal'])
  })

  it('is the inode number of a new namespace, in links and handles', () => {
    const link = (type: string): Omit<Step, 'step'> =>
      call(1, 'readlinkat', -100, { str: `/proc/self/ns/${type}` }, { out: 64 }, 64)
    const transcript = recording([
      call(1, 'unshare', '0x4000000'),
      link('uts'),
      link('ipc'),
      call(1, 'openat', -100, { str: '/proc/self/ns/uts' }, 0),
      call(1, 'name_to_handle_at', 3, { str: '' }, { inout: `10${'00'.repeat(23)}` }, { out: 4 }, '0x1000'),
    ])
    const hex = (text: string): string => Buffer.from(text).toString('hex')
    const ino = Number(/\[(\d+)\]/.exec(Buffer.from(at(transcript, 1).out![0]!, 'hex').toString())?.[1])
    const little = (value: number): string => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32LE(value)
      return bytes.toString('hex')
    }
    const inLink: [string, string] = [hex(String(ino)), hex(String(ino + 300))]
    const inHandle: [string, string] = [`${little(ino)}"`, `${little(ino + 300)}"`]
    expect(parting(changed(transcript, inLink, inHandle))).toBeNull()
    expect(parting(changed(transcript, inLink))).toEqual([4, `byte 20 (ns_inum): stood for ${ino + 300} before`])
    // Those of initial namespaces are fixed, and so is every id.
    const ipc = boot.namespaces.ipc.ino
    expect(parting(changed(transcript, [hex(`ipc:[${ipc}]`), hex(`ipc:[${ipc - 300}]`)]))?.[0]).toBe(2)
    const id = boot.next.nsId.toString(16).padStart(2, '0')
    expect(parting(changed(transcript, [`10000000f1000000${id}`, `10000000f100000063`]))?.[1]).toMatch(
      /\(ns_id\): not equal/,
    )
  })

  it('in an input is ours for what was recorded', () => {
    const transcript = recording([
      call(1, 'unshare', '0x4000000'),
      call(1, 'openat', -100, { str: '/proc/self/ns/uts' }, 0),
      call(1, 'name_to_handle_at', 3, { str: '' }, { inout: `10${'00'.repeat(23)}` }, { out: 4 }, '0x1000'),
      call(1, 'open_by_handle_at', 3, { in: '00'.repeat(24), at: { 0: { from: [2, 0, 0, 24] } } }, 0),
    ])
    expect(at(transcript, 3).ret).toBe(4)
    const ino = at(transcript, 2).out![0]!.slice(40, 48)
    expect(parting(changed(transcript, [ino, 'ff0300f0']))).toBeNull()
    // One that was never seen opens nothing.
    at(transcript, 3).args[1] = { in: `${at(transcript, 2).out![0]!.slice(0, 40)}ff0300f0` }
    expect(parting(transcript)).toEqual([3, 'want 4, got -116'])
  })
})

describe('what cannot be replayed', () => {
  it('is a boot that no kernel has', () => {
    const transcript = recording([call(1, 'getuid')])
    transcript.header.boot = { ...transcript.header.boot, mountinfo: ['x'] }
    expect(() => replay(transcript)).toThrow('line 1: boot: not a mountinfo line: x')
  })

  it('is a profile that there is not', () => {
    const transcript = recording([call(1, 'getuid')])
    transcript.header.profile = 'v5.0'
    expect(() => replay(transcript)).toThrow(/line 1: no profile "v5.0": there are v6.18, /)
    expect(parting(transcript, { profile: 'v7.2' })).toBeNull()
  })
})
