import * as fc from 'fast-check'
import type { ProfileName } from '../src/abi/index.js'
import type { Boot, Program } from '../src/transcript/index.js'
import { ListChoices, pick } from './choices.js'
import type { Family } from './draft.js'
import { FAMILIES } from './families/index.js'
import { PLAIN_BOOT } from './plain_boot.js'
import { MakerTable, Walk } from './walk.js'

/** Which programs to draw. */
export interface ProgramArbitraryOptions {
  /** What the programs are made of; every family when left out. */
  families?: readonly Family[]
  profile?: ProfileName
  boot?: Boot
  /** Most calls of a program. */
  maxLength?: number
}

/** Numbers that one call takes, roughly: its task, its kind and its arguments. */
const CHOICES_PER_CALL = 8
const LARGEST = 0xffff

/**
 * Programs of calls, as a fast-check arbitrary. It shrinks by leaving out and lowering the numbers that the walk decides by,
 * so a shrunk program still means something.
 */
export function programArbitrary(options: ProgramArbitraryOptions = {}): fc.Arbitrary<Program> {
  const { profile = 'v7.3', boot = PLAIN_BOOT, maxLength = 60 } = options
  const tables = (options.families ?? Object.values(FAMILIES)).map((family) => new MakerTable(family))
  return fc.array(fc.nat(LARGEST), { maxLength: maxLength * CHOICES_PER_CALL }).map((list) => {
    const choices = new ListChoices(list)
    const walk = new Walk({ profile, boot }, pick(choices, tables))
    walk.run(choices, maxLength, () => choices.ended)
    return walk.program('property')
  })
}
