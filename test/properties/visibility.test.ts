import fc from 'fast-check'
import { describe, it } from 'vitest'
import { anyRule, PATIENCE, programs, runProgramOf, runs, type Watch } from './commands.js'
import { cursorsGoOn, tasksSeeWhatTheRuleAllows } from './invariants.js'

describe('after any sequence of calls', () => {
  it('a task is shown what its rule allows and no more, and every filter shows its part of that', {
    timeout: PATIENCE,
  }, () => {
    const watch: Watch = { end: tasksSeeWhatTheRuleAllows }
    fc.assert(
      fc.property(anyRule, programs(watch), (rule, commands) => runProgramOf('visibility', rule, commands, watch)),
      runs(150),
    )
  })

  it('a page of any size goes on behind any cursor', { timeout: PATIENCE }, () => {
    const requests = fc.array(fc.tuple(fc.nat(15), fc.nat(60), fc.nat(20)), { minLength: 1 })
    fc.assert(
      fc.property(anyRule, programs({}), requests, (rule, commands, asked) =>
        runProgramOf('cursors', rule, commands, {
          end(world, machine) {
            const living = world.actors.filter(({ alive }) => alive)
            for (const [who, cursor, room] of asked)
              cursorsGoOn(living[who % living.length]!, cursor, room, world, machine)
          },
        }),
      ),
      runs(150),
    )
  })
})
