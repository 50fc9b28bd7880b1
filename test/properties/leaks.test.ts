import fc from 'fast-check'
import { describe, it } from 'vitest'
import { SeededChoices } from '../../fuzz/choices.js'
import { containedRun } from '../../fuzz/contained.js'
import { namespacesFamily } from '../../fuzz/families/namespaces.js'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { shrink } from '../../fuzz/shrink.js'
import { MakerTable, Walk } from '../../fuzz/walk.js'
import { Emulator, type ProfileName } from '../../src/abi/index.js'
import { compileProgram, type Program, runCompiled } from '../../src/transcript/index.js'
import { anyRule, PATIENCE, programs, runProgramOf, runs, setup } from './commands.js'
import { differences, endAll, inventory, killAll } from './leftovers.js'
import { printProgram } from './machine.js'

describe('when all tasks are gone', () => {
  it('nothing is left of what they made', { timeout: PATIENCE }, () => {
    const initially = inventory(setup('v7.2').real.emulator)
    fc.assert(
      fc.property(anyRule, programs({}), (rule, commands) =>
        runProgramOf('leaks', rule, commands, {
          end(world, machine) {
            endAll(world, machine)
            const left = differences(initially, inventory(machine.emulator))
            if (left !== '') throw new Error(left)
          },
        }),
      ),
      runs(150),
    )
  })

  it('nothing is left of what threads, sleepers, pipes and files of /proc held either', {
    timeout: PATIENCE,
  }, async () => {
    const table = new MakerTable(namespacesFamily)
    const unused = (profile: ProfileName): Record<string, unknown> => leftBy({ header: NAMED, steps: [] }, profile)
    await fc.assert(
      fc.asyncProperty(anyRule, fc.integer(), fc.integer({ min: 1, max: 120 }), async (profile, seed, length) => {
        const walk = new Walk({ profile, boot: PLAIN_BOOT }, table)
        walk.run(new SeededChoices(seed), length)
        const shows = (program: Program): boolean => differences(unused(profile), leftBy(program, profile)) !== ''
        const program: Program = { header: NAMED, steps: walk.steps }
        if (!shows(program)) return
        const short = await shrink(program, {
          known: (candidate) => containedRun(candidate, profile, PLAIN_BOOT),
          shows: async (candidate) => shows(candidate),
        })
        const what = differences(unused(profile), leftBy(short, profile))
        throw new Error(`${what}\n\nkabinet replay runs this:\n${printProgram(short, profile)}`)
      }),
      { ...runs(120), endOnFailure: true },
    )
  })
})

const NAMED = { transcript: 1, name: 'leaks' } as const

/** What a kernel has when a program has run and its tasks are gone. */
function leftBy(program: Program, profile: ProfileName): Record<string, unknown> {
  const emulator = Emulator.boot({ profile, boot: PLAIN_BOOT })
  const made = new Set([emulator.first])
  runCompiled(compileProgram(program), emulator, {
    after() {
      if (emulator.lastChild !== null) made.add(emulator.lastChild)
    },
  })
  killAll(emulator, [...made])
  // The kernel's own threads are made when they are first looked for.
  for (let nr = 2; nr < emulator.kernel.initPidNs.kernelThreads; nr++) emulator.kernel.initPidNs.find(nr)
  return inventory(emulator)
}
