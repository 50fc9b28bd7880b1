import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import { type Program, parseTranscript, type Step, serialiseTranscript } from '../../src/transcript/format.js'
import { Recorder } from '../../src/transcript/record.js'
import { replay } from '../../src/transcript/replay.js'
import { runProgram } from '../../src/transcript/run.js'

const cloneArgs = (flags: string): string => `${flags}${'00'.repeat(28)}11${'00'.repeat(55)}`
const PLAIN = cloneArgs('00000000')
const NEWPID = cloneArgs('00000020')

const program = (...steps: Omit<Step, 'step'>[]): Program => ({
  header: { transcript: 1, name: 'a program' },
  steps: steps.map((step, i) => ({ step: i, ...step })),
})

const call = (task: number, name: string, ...args: Step['args']): Omit<Step, 'step'> => ({ task, call: name, args })
const clone = (task: number, child: number, args = PLAIN): Omit<Step, 'step'> => ({
  ...call(task, 'clone3', { in: args }, 88),
  child,
})

describe('runProgram', () => {
  it('gives a transcript that replays', () => {
    const transcript = runProgram(
      program(
        clone(1, 2),
        call(1, 'wait4', { pid: 2 }, { out: 4 }, 0, null),
        call(2, 'exit_group', 7),
        call(1, 'wait4', -1, { out: 4 }, 0, null),
      ),
      Emulator.boot({ profile: 'v7.3' }),
    )
    expect(
      transcript.steps.map(({ ret, blocked, out, completes }) => ({ ret, blocked, out, completes })),
    ).toMatchObject([
      { ret: 2 },
      { blocked: true },
      { ret: null, completes: [{ step: 1, ret: 2, out: ['00070000'] }] },
      { ret: -10, out: [''] },
    ])
    expect(replay(parseTranscript(serialiseTranscript(transcript))).firstDivergence).toBeNull()
  })

  it('writes down what references came to', () => {
    const transcript = runProgram(
      program(
        clone(1, 2),
        clone(1, 3),
        call(2, 'exit_group', 1),
        call(1, 'wait4', { ret: 0 }, { out: 4 }, 0, null),
        call(1, 'write', 99, { in: '0000000000000000ffff', at: { 0: { ret: 1 }, 4: { from: [3, 0, 0, 4] } } }, 10),
        call(1, 'read', 99, { in: '00'.repeat(16), at: { 0: { ret: 0 }, 8: { in: 'ff' } } }, 16),
      ),
      Emulator.boot({ profile: 'v7.3' }),
    )
    expect(transcript.steps.map(({ args }) => args).slice(3)).toEqual([
      [2, { out: 4 }, 0, null],
      [99, { in: '0300000000010000ffff' }, 10],
      [99, { in: `02${'00'.repeat(15)}`, at: { 8: { in: 'ff' } } }, 16],
    ])
  })

  it('leaves out steps of tasks that were never made, have ended or sleep', () => {
    const { steps } = runProgram(
      program(
        call(2, 'getpid'),
        clone(1, 2),
        call(1, 'wait4', -1, null, 0, null),
        call(1, 'getpid'),
        call(2, 'exit_group', 0),
        call(2, 'getpid'),
        call(1, 'getpid'),
      ),
      Emulator.boot({ profile: 'v7.3' }),
    )
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 4, 6])
  })

  it('tells tasks apart whose pids, each seen by its parent, are equal', () => {
    const { steps } = runProgram(
      program(
        clone(1, 2, NEWPID),
        clone(1, 3, NEWPID),
        clone(2, 4),
        clone(3, 5),
        call(4, 'exit_group', 3),
        call(2, 'wait4', -1, { out: 4 }, 0, null),
      ),
      Emulator.boot({ profile: 'v7.3' }),
    )
    expect(steps.map(({ ret }) => ret)).toEqual([2, 3, 2, 2, null, 2])
    expect(steps.at(-1)?.out).toEqual(['00030000'])
  })
})

describe('Recorder', () => {
  it('writes down calls as they are made, sleeps and wakes too', () => {
    const emulator = Emulator.boot({ profile: 'v7.3' })
    const recorder = new Recorder(emulator, 'recorded')
    const args = new Uint8Array(88)
    args[32] = 17
    const pid = recorder.syscall(emulator.first, 'clone3', args, 88)
    const status = new Int32Array(1)
    const pending = recorder.syscall(emulator.first, 'wait4', pid as number, status, 0, null)
    expect(pending).not.toBeTypeOf('number')
    recorder.syscall(emulator.lastChild as Emulator['first'], 'exit_group', 9)
    expect(status[0]).toBe(9 << 8)
    const transcript = recorder.transcript()
    expect(transcript.steps).toEqual([
      { step: 0, task: 1, call: 'clone3', args: [{ in: PLAIN }, 88], child: 2, ret: 2 },
      { step: 1, task: 1, call: 'wait4', args: [2, { inout: '00000000' }, 0, null], blocked: true },
      {
        step: 2,
        task: 2,
        call: 'exit_group',
        args: [9],
        ret: null,
        completes: [{ step: 1, ret: 2, out: ['00090000'] }],
      },
    ])
    expect(replay(parseTranscript(serialiseTranscript(transcript))).firstDivergence).toBeNull()
  })

  it('refuses a task that it does not know', () => {
    const emulator = Emulator.boot({ profile: 'v7.3' })
    const args = new Uint8Array(88)
    emulator.syscall(emulator.first, 'clone3', args, 88)
    const recorder = new Recorder(emulator, 'late')
    expect(() => recorder.syscall(emulator.lastChild as Emulator['first'], 'getpid')).toThrow(RangeError)
  })
})
