import fc from 'fast-check'
import { describe, it } from 'vitest'
import { anyRule, PATIENCE, programs, runProgramOf, runs, type Watch } from './commands.js'
import { countsAreWhatHolds, idsAreNew, rootSeesWhatIsActive } from './invariants.js'

describe('for any sequence of calls', () => {
  it('a namespace is active as often as something holds it, and root is shown just those', {
    timeout: PATIENCE,
  }, () => {
    const watch: Watch = {
      step(world, machine) {
        countsAreWhatHolds(world, machine)
        idsAreNew(world, machine)
        rootSeesWhatIsActive(world, machine)
      },
    }
    fc.assert(
      fc.property(anyRule, programs(watch), (rule, commands) => runProgramOf('active-count', rule, commands, watch)),
      runs(200),
    )
  })
})
