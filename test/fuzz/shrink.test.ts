import { describe, expect, it } from 'vitest'
import { containedRun } from '../../fuzz/contained.js'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { withoutSteps } from '../../fuzz/remove_steps.js'
import { shrink } from '../../fuzz/shrink.js'
import type { Program, Step } from '../../src/transcript/index.js'

const FORK = { call: 'fork', args: [] }

function program(...steps: Omit<Step, 'step'>[]): Program {
  return { header: { transcript: 1, name: 'test' }, steps: steps.map((step, i) => ({ step: i, ...step })) }
}

const known = (candidate: Program) => containedRun(candidate, 'v7.2', PLAIN_BOOT)

describe('taking steps from a program', () => {
  const whole = program(
    { task: 1, call: 'socket', args: [1, 1, 0] },
    { task: 1, call: 'pipe2', args: [{ out: 8 }, 0] },
    { task: 1, call: 'close', args: [{ ret: 0 }] },
    { task: 1, call: 'poll', args: [{ inout: '0000000001000000', at: { 0: { from: [1, 0, 0, 4] } } }, 1, 0] },
    { task: 1, ...FORK, child: 2 },
    { task: 2, call: 'getpid', args: [] },
  )

  it('puts the value in place of a reference to what is gone', () => {
    const { steps } = withoutSteps(whole, new Set([0, 1]), known(whole)!)
    expect(steps.map(({ args }) => args)).toEqual([[3], [{ inout: '0400000001000000' }, 1, 0], [], []])
  })

  it('takes the steps of tasks that nobody makes any more', () => {
    expect(withoutSteps(whole, new Set([4]), known(whole)!).steps.map(({ step }) => step)).toEqual([0, 1, 2, 3])
  })

  it('leaves a reference to what is still there', () => {
    expect(withoutSteps(whole, new Set([1]), known(whole)!).steps[1]?.args).toEqual([{ ret: 0 }])
  })
})

describe('shrinking', () => {
  it('finds the two steps that matter among many, and the bit', async () => {
    const noise = Array.from({ length: 40 }, () => ({ task: 1, call: 'getpid', args: [] }))
    const long = program(...noise, { task: 1, call: 'unshare', args: [0x0c00_0000] }, ...noise, {
      task: 1,
      call: 'getppid',
      args: [],
    })
    const short = await shrink(long, {
      known,
      shows: async ({ steps }) => {
        const at = steps.findIndex(({ call, args }) => call === 'unshare' && (Number(args[0]) & 0x0400_0000) !== 0)
        return at >= 0 && steps.slice(at).some(({ call }) => call === 'getppid')
      },
    })
    expect(short.steps.map(({ call, args }) => [call, ...args])).toEqual([['unshare', 0x0400_0000], ['getppid']])
  })

  it('gives up when its budget is spent', async () => {
    const long = program(...Array.from({ length: 64 }, () => ({ task: 1, call: 'getpid', args: [] })))
    let asked = 0
    await shrink(long, { known, shows: async () => ++asked < 0 }, 10)
    expect(asked).toBe(10)
  })
})

describe('a program that may run on a real kernel', () => {
  it('sends signals to its own tasks only', () => {
    expect(
      known(program({ task: 1, ...FORK, child: 2 }, { task: 1, call: 'kill', args: [{ pid: 2 }, 9] })),
    ).not.toBeNull()
    expect(known(program({ task: 1, call: 'kill', args: [2, 9] }))).toBeNull()
    expect(known(program({ task: 1, call: 'kill', args: [-1, 9] }))).toBeNull()
  })

  it('uses no pid that means another process where it is used', () => {
    // Task 3 is pid 2 to its parent, in a pid namespace; to task 1 that is somebody else.
    const nested = [
      { task: 1, call: 'clone', args: [0x2000_0011, 0, null, null, 0], child: 2 },
      { task: 2, ...FORK, child: 3 },
    ]
    const open = { call: 'pidfd_open', args: [{ pid: 3 }, 0] }
    const path = { call: 'openat', args: [-100, { str: '/proc/$3/ns/user' }, 0] }
    expect(known(program(...nested, { task: 2, ...open }))).not.toBeNull()
    expect(known(program(...nested, { task: 1, ...open }))).toBeNull()
    expect(known(program(...nested, { task: 1, ...path }))).toBeNull()
  })
})
