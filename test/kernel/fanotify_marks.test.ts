import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/emulator.js'
import type { Markable } from '../../src/kernel/fanotify/connector.js'
import { MntEvent } from '../../src/kernel/fanotify/event.js'
import { notifyMnt } from '../../src/kernel/fanotify/fanotify.js'
import { FanotifyGroup } from '../../src/kernel/fanotify/group.js'
import { UCOUNT_FANOTIFY_GROUPS, UCOUNT_FANOTIFY_MARKS } from '../../src/kernel/ucounts.js'
import {
  FAN_MARK_EVICTABLE,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_MNTNS,
  FAN_MARK_USERNS,
  FAN_MODIFY,
} from '../../src/uapi/constants/fanotify.js'

const EEXIST = -17
const ENOENT = -2
const ENOSPC = -28
const LIMIT = 5
const GROUPS = 3
const OBJECTS = 4
/** FAN_CLASS_CONTENT, FAN_CLASS_NOTIF, FAN_CLASS_PRE_CONTENT: told in the order of the last, the first, the middle one. */
const CLASSES = [4, 0, 8]

interface ModelMark {
  group: number
  object: number
  mask: number
  ignore: number
  evictable: boolean
  ignoreFlags: boolean
  surv: boolean
}

type Step =
  | { do: 'add' | 'remove'; group: number; object: number; flags: number; mask: number }
  | { do: 'flush'; group: number; type: number }
  | { do: 'destroy'; object: number }
  | { do: 'reopen'; group: number }
  | { do: 'event'; object: number; mask: number }

const group = fc.integer({ min: 0, max: GROUPS - 1 })
const object = fc.integer({ min: 0, max: OBJECTS - 1 })
const typeOf = (index: number): number => (index % 2 === 0 ? FAN_MARK_MNTNS : FAN_MARK_USERNS)
const flags = fc.constantFrom(
  0,
  0,
  0,
  FAN_MARK_EVICTABLE,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORE | FAN_MARK_IGNORED_SURV_MODIFY,
)
const mask = fc.integer({ min: 1, max: 7 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('add' as const), group, object, flags, mask }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('remove' as const), group, object, flags, mask }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('flush' as const),
      group,
      type: fc.constantFrom(FAN_MARK_MNTNS, FAN_MARK_USERNS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('destroy' as const), object }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const), group }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('event' as const), object, mask }) },
)

/** Marks as a flat list, every question answered by looking at all of them. */
class Model {
  marks: ModelMark[] = []

  find(g: number, o: number): ModelMark | undefined {
    return this.marks.find((m) => m.group === g && m.object === o)
  }

  add(g: number, o: number, f: number, bits: number): number {
    const ignoring = (f & (FAN_MARK_IGNORE | FAN_MARK_IGNORED_MASK)) !== 0
    let mark = this.find(g, o)
    if (mark === undefined) {
      if (this.marks.length >= LIMIT) return ENOSPC
      mark = {
        group: g,
        object: o,
        mask: 0,
        ignore: 0,
        evictable: (f & FAN_MARK_EVICTABLE) !== 0,
        ignoreFlags: false,
        surv: false,
      }
      this.marks.push(mark)
    } else {
      if ((f & FAN_MARK_EVICTABLE) !== 0 && !mark.evictable) return EEXIST
      if ((f & FAN_MARK_IGNORED_MASK) !== 0 && mark.ignoreFlags) return EEXIST
      if ((f & FAN_MARK_IGNORE) !== 0 && (f & FAN_MARK_IGNORED_SURV_MODIFY) === 0 && mark.surv) return EEXIST
    }
    if ((f & FAN_MARK_EVICTABLE) === 0) mark.evictable = false
    if (ignoring) {
      mark.ignore |= bits
      if ((f & FAN_MARK_IGNORE) !== 0) mark.ignoreFlags = true
      if ((f & FAN_MARK_IGNORED_SURV_MODIFY) !== 0) mark.surv = true
    } else mark.mask |= bits
    return 0
  }

  remove(g: number, o: number, f: number, bits: number): number {
    const mark = this.find(g, o)
    if (mark === undefined) return ENOENT
    if ((f & (FAN_MARK_IGNORE | FAN_MARK_IGNORED_MASK)) !== 0) mark.ignore &= ~bits
    else mark.mask &= ~bits
    if (mark.mask === 0 && mark.ignore === 0) this.marks = this.marks.filter((m) => m !== mark)
    return 0
  }
}

/** What is ignored has to be seen too, and the changes that end the ignoring. */
const attentionToIgnored = (m: ModelMark): number => (m.ignore === 0 ? 0 : m.ignore | (m.surv ? 0 : FAN_MODIFY))

describe('marks', () => {
  it('any program of adds, removes, flushes, deaths and events agrees with a flat list', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { kernel, init } = Emulator.boot()
        const { userNs } = init.cred
        userNs.ucountMax[UCOUNT_FANOTIFY_MARKS] = LIMIT
        const ucounts = userNs.ucountsOf(0)
        const open = (g: number): FanotifyGroup => new FanotifyGroup(kernel, CLASSES[g]!, 0, userNs, ucounts, false)
        const groups = Array.from({ length: GROUPS }, (_, g) => open(g))
        const objects: Markable[] = Array.from({ length: OBJECTS }, () => ({ marks: null }))
        const model = new Model()
        let nextId = 1

        for (const s of steps) {
          switch (s.do) {
            case 'add':
              expect(groups[s.group]!.addMark(objects[s.object]!, typeOf(s.object), s.flags, s.mask, null)).toBe(
                model.add(s.group, s.object, s.flags, s.mask),
              )
              break
            case 'remove':
              expect(groups[s.group]!.removeMark(objects[s.object]!, s.flags, s.mask, 0)).toBe(
                model.remove(s.group, s.object, s.flags, s.mask),
              )
              break
            case 'flush':
              groups[s.group]!.flushMarks(s.type)
              model.marks = model.marks.filter((m) => m.group !== s.group || typeOf(m.object) !== s.type)
              break
            case 'destroy':
              objects[s.object]!.marks?.destroy()
              model.marks = model.marks.filter((m) => m.object !== s.object)
              break
            case 'reopen':
              groups[s.group]!.destroy()
              groups[s.group] = open(s.group)
              model.marks = model.marks.filter((m) => m.group !== s.group)
              break
            case 'event': {
              const before = groups.map((g) => g.queue.length)
              const { marks } = objects[s.object]!
              const id = nextId++
              if (marks !== null) notifyMnt(marks, s.mask, id)
              groups.forEach((g, index) => {
                const mark = model.find(index, s.object)
                const seen = mark === undefined ? 0 : s.mask & mark.mask & ~mark.ignore
                expect(g.queue.length - before[index]!).toBe(seen === 0 ? 0 : 1)
                if (seen === 0) return
                const last = g.queue.at(g.queue.length - 1)
                expect(last).toMatchObject({ mask: seen, mntId: id })
                expect(last).toBeInstanceOf(MntEvent)
              })
              break
            }
          }
          expect(ucounts.counts[UCOUNT_FANOTIFY_MARKS]).toBe(model.marks.length)
          expect(ucounts.counts[UCOUNT_FANOTIFY_GROUPS]).toBe(GROUPS)
          groups.forEach((g, index) => {
            const shown = [...g.marks()].map((m) => [
              objects.indexOf(m.connector.object),
              m.mask,
              m.ignoreMask,
              m.flags,
            ])
            const wanted = model.marks
              .filter((m) => m.group === index)
              .map((m) => [
                m.object,
                m.mask,
                m.ignore,
                (m.evictable ? 0x200 : 0) | (m.ignoreFlags ? 0x400 : 0) | (m.surv ? 0x40 : 0),
              ])
            expect(shown).toEqual(wanted.reverse())
          })
          objects.forEach(({ marks }, index) => {
            const on = model.marks.filter((m) => m.object === index)
            expect(marks?.mask ?? 0).toBe(on.reduce((all, m) => all | m.mask | attentionToIgnored(m), 0))
            const told = marks?.marks.map((m) => groups.indexOf(m.group)) ?? []
            expect(told).toEqual(on.map((m) => m.group).sort((a, b) => CLASSES[b]! - CLASSES[a]!))
          })
        }
      }),
      { numRuns: 300 },
    )
  })

  it('groups of one class are told in the order in which they were made', () => {
    const { kernel, init } = Emulator.boot()
    const { userNs } = init.cred
    const groups = [0, 0, 8, 4].map((c) => new FanotifyGroup(kernel, c, 0, userNs, userNs.ucountsOf(0), false))
    const target: Markable = { marks: null }
    for (const g of [...groups].reverse()) g.addMark(target, FAN_MARK_MNTNS, 0, 1, null)
    expect(target.marks!.marks.map((m) => groups.indexOf(m.group))).toEqual([2, 3, 0, 1])
  })
})
