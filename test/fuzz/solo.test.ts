import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { programArbitrary } from '../../fuzz/arbitrary.js'
import { FAMILIES } from '../../fuzz/families/index.js'
import { checkCall } from '../../fuzz/invariants/calls.js'
import { inventory } from '../../fuzz/invariants/leaks.js'
import { recount } from '../../fuzz/invariants/recount.js'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { checkAll, checkRepeats, runSolo } from '../../fuzz/solo.js'
import { Emulator, PROFILES, type ProfileName } from '../../src/abi/index.js'
import { compileProgram, runCompiled } from '../../src/transcript/index.js'

const profiles = Object.keys(PROFILES) as ProfileName[]

describe('the emulator alone', () => {
  it.each(profiles)('keeps its invariants on %s', async (profile) => {
    const state = await runSolo({ families: Object.values(FAMILIES), profile, boot: PLAIN_BOOT, seed: 7, runs: 25 })
    expect(state.violations).toEqual([])
    expect(state.programs).toBe(25)
  })

  it('keeps them for arbitrary programs, and repeats itself to the byte', () => {
    void fc.assert(
      fc.property(programArbitrary({ profile: 'v7.2', maxLength: 30 }), (program) => {
        const emulator = Emulator.boot({ profile: 'v7.2', boot: PLAIN_BOOT })
        const before = inventory(emulator.kernel)
        runCompiled(compileProgram(program), emulator)
        expect(checkAll(emulator, [], 3, before)).toEqual([])
        expect(checkRepeats(program, 'v7.2', PLAIN_BOOT)).toEqual([])
      }),
      { numRuns: 30 },
    )
  })
})

describe('the invariants', () => {
  it('notice a reference too many', () => {
    const emulator = Emulator.boot({ profile: 'v7.2', boot: PLAIN_BOOT })
    emulator.syscall(emulator.first, 'unshare', 0x0400_0000)
    expect(recount(emulator.kernel)).toEqual([])
    emulator.first.nsproxy!.uts.active++
    expect(recount(emulator.kernel)).toEqual([
      expect.stringMatching(/^uts:\[\d+\] \(id 13\) has 2 active references, 1/),
    ])
  })

  it('notice a namespace that stays behind', () => {
    const emulator = Emulator.boot({ profile: 'v7.2', boot: PLAIN_BOOT })
    const before = inventory(emulator.kernel)
    emulator.syscall(emulator.first, 'unshare', 0x0400_0000)
    emulator.first.nsproxy!.uts.passive++
    expect(checkAll(emulator, [], 1, before).join()).toMatch(/1 namespaces are left: .*uts:\[\d+\] \(id 13, 1 passive/)
  })

  it('notice a byte too many and a return that is no errno', () => {
    const { first } = Emulator.boot({ profile: 'v7.2', boot: PLAIN_BOOT })
    const made = (bytes: number[]) => ({
      step: { step: 0, task: 1, call: 'read', args: [] },
      task: first,
      outs: [{ bytes: Uint8Array.from(bytes), filled: true }],
    })
    expect(checkCall(made([1, 2, 0xaa, 0xaa]), 2)).toBeNull()
    expect(checkCall(made([1, 2, 3, 0xaa]), 2)).toBe('read returned 2 and wrote byte 2')
    expect(checkCall(made([1, 0xaa]), -9)).toBe('read returned -9 and wrote byte 0')
    expect(checkCall(made([0xaa]), -600)).toMatch(/no errno/)
  })
})
