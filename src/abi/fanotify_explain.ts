import { type CheckList, refusalErrno } from '../kernel/check.js'
import { MARK_ADD_CHECKS, MARK_REMOVE_CHECKS, type MarkChange } from '../kernel/fanotify/mark_change_checks.js'
import { FAN_MARK_ADD, FAN_MARK_FLUSH } from '../uapi/constants/fanotify.js'
import { FANOTIFY_INIT_CHECKS, type InitRequest } from './fanotify_init_checks.js'
import {
  effectiveMask,
  FANOTIFY_MARK_CHECKS,
  FANOTIFY_MARK_OBJECT_CHECKS,
  type MarkObjectRequest,
} from './fanotify_mark_checks.js'

/** What one check says of a call. */
export interface Step {
  /** The check's place in the kernel's order, from 1. */
  readonly place: number
  readonly name: string
  readonly why: string
  /** Which bits are wrong, where the check refuses and can say. */
  readonly detail: string | null
  /** The errno (positive) with which it refuses; 0 when it passes; null when the kernel does not get to it. */
  readonly errno: number | null
}

/** All checks of a call, in the kernel's order, up to and beyond the one that refuses it. */
export interface Explanation {
  readonly steps: readonly Step[]
  /** The step that refuses; null for a call that succeeds. */
  readonly refusal: Step | null
}

/** A fanotify_mark call on a described group and object. */
export interface MarkDescription extends MarkObjectRequest {
  /** The group's mark on the object, if it has one. */
  mark: MarkChange['mark']
}

/** Runs the handler's own checks in their order and keeps what each says. */
class Explainer {
  readonly steps: Step[] = []
  refusal: Step | null = null
  #ended = false

  run<C>({ checks }: CheckList<C>, request: C): this {
    for (const check of checks) {
      const reached = this.refusal === null && !this.#ended
      const refused = reached && (check.applies?.(request) ?? true) && check.refuses(request)
      const step: Step = {
        place: this.steps.length + 1,
        name: check.name,
        why: check.why,
        detail: refused ? (check.detail?.(request) ?? null) : null,
        errno: refused ? refusalErrno(check, request) : reached ? 0 : null,
      }
      this.steps.push(step)
      if (refused) this.refusal = step
    }
    return this
  }

  /** The call succeeds here if nothing has refused it. */
  end(): this {
    this.#ended = true
    return this
  }
}

/** Why fanotify_init refuses a call, or that it does not. */
export function explainInit(request: InitRequest): Explanation {
  return new Explainer().run(FANOTIFY_INIT_CHECKS, request)
}

/** Why fanotify_mark refuses a call, or that it does not. */
export function explainMark(request: MarkDescription): Explanation {
  const { flags, mark } = request
  const explainer = new Explainer().run(FANOTIFY_MARK_CHECKS, request)
  if ((flags & FAN_MARK_FLUSH) !== 0) explainer.end()
  const change: MarkChange = { flags, mask: effectiveMask(flags, request.maskLo), roomForMark: true, mark }
  explainer.run(FANOTIFY_MARK_OBJECT_CHECKS, request)
  return (flags & FAN_MARK_ADD) !== 0
    ? explainer.run(MARK_ADD_CHECKS, change)
    : explainer.run(MARK_REMOVE_CHECKS, change)
}
