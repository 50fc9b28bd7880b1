import { describe, expect, it } from 'vitest'
import { ListChoices, SeededChoices } from '../../fuzz/choices.js'
import { namespacesFamily } from '../../fuzz/families/namespaces.js'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { MakerTable, Walk } from '../../fuzz/walk.js'
import { Emulator } from '../../src/abi/index.js'
import { parseProgram, runProgram, serialiseTranscript } from '../../src/transcript/index.js'

const table = new MakerTable(namespacesFamily)

function walkOf(seed: number, index: number, length = 60): Walk {
  const walk = new Walk({ profile: 'v7.2', boot: PLAIN_BOOT }, table)
  walk.run(new SeededChoices(seed, index), length)
  return walk
}

describe('a walk', () => {
  it('makes the same program from the same seed, another from another', () => {
    const text = (seed: number, index: number): string => serialiseTranscript(walkOf(seed, index).program('walk'))
    expect(text(1, 0)).toBe(text(1, 0))
    expect(text(1, 0)).not.toBe(text(2, 0))
    expect(text(1, 0)).not.toBe(text(1, 1))
  })

  it('is a program in the transcript format', () => {
    for (let index = 0; index < 20; index++) {
      const program = walkOf(3, index).program('walk')
      expect(parseProgram(serialiseTranscript(program)).steps).toHaveLength(program.steps.length)
    }
  })

  it('comes to the same when it is run as a program', () => {
    for (let index = 0; index < 20; index++) {
      const rets: (number | undefined)[] = []
      const walk = new Walk({ profile: 'v7.2', boot: PLAIN_BOOT }, table, { called: (_made, ret) => rets.push(ret) })
      walk.run(new SeededChoices(4, index), 60)
      const { steps } = runProgram(walk.program('walk'), Emulator.boot({ profile: 'v7.2', boot: PLAIN_BOOT }))
      steps.forEach((step, i) => {
        if (step.ret !== null) expect(step.blocked ? undefined : step.ret).toBe(rets[i])
      })
    }
  })

  it('means something: most calls succeed, and every kind of call is made', () => {
    const made = new Set<string>()
    let calls = 0
    let worked = 0
    for (let index = 0; index < 160; index++) {
      const walk = new Walk({ profile: 'v7.2', boot: PLAIN_BOOT }, table, {
        called({ step }, ret) {
          made.add(step.call)
          calls++
          if (ret === undefined || ret >= 0) worked++
        },
      })
      walk.run(new SeededChoices(5, index), 60)
    }
    expect(worked / calls).toBeGreaterThan(0.6)
    for (const call of ['clone3', 'unshare', 'setns', 'listns', 'open_by_handle_at', 'sendmsg', 'capset', 'waitid']) {
      expect(made).toContain(call)
    }
  })

  it('ends where its list of numbers ends, and takes the plainest choice after it', () => {
    const choices = new ListChoices([7, 300, 12, 9])
    expect([choices.below(5), choices.below(100), choices.below(7), choices.ended]).toEqual([2, 0, 5, false])
    expect([choices.below(7), choices.below(7), choices.ended]).toEqual([2, 0, true])
  })
})
