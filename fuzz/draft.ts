import type { Arg } from '../src/transcript/index.js'
import type { Choices } from './choices.js'
import type { Walk } from './walk.js'

/** A call that a family wants made by the walk's current task. */
export interface Draft {
  call: string
  args: Arg[]
  /** What the same task does next if the call returned at least 0: `step` is the number to refer to it by. */
  follow?: (walk: Walk, step: number, ret: number) => Draft | null
}

/** A kind of call that a family makes. */
export interface CallMaker {
  /** What it makes, for the tables that count; usually the call's name. */
  readonly name: string
  /** How often it is taken, beside the others of its family. */
  readonly weight: number
  /**
   * Which arguments may be spoiled on purpose (a bad pointer, a flipped bit, a wrong descriptor). Empty where a spoiled one
   * would reach beyond the program: signals to others, tasks with a stack of their own.
   */
  readonly spoil: readonly number[]
  /** A call that makes sense now, or null where none does. */
  make(walk: Walk, choices: Choices): Draft | null
}

/** Calls that are fuzzed together. */
export interface Family {
  readonly name: string
  /** One line. */
  readonly about: string
  readonly makers: readonly CallMaker[]
  /** The first call of every program, the ones that must come next by `follow`: a place to work in. */
  begin?(walk: Walk, choices: Choices): Draft | null
  /**
   * Asked again and again when a program has had its calls, until it gives null: what must still be done, such as answering those
   * that wait. It may choose who does it: {@link Walk.current}.
   */
  end?(walk: Walk): Draft | null
}
