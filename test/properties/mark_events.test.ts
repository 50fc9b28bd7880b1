import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { Emulator, type ProfileName } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { UCOUNT_FANOTIFY_MARKS } from '../../src/kernel/ucounts.js'
import {
  AT_FDCWD,
  decodeEvents,
  EEXIST,
  ENOENT,
  ENOSPC,
  FAN_ATTRIB,
  FAN_CLOSE_NOWRITE,
  FAN_CLOSE_WRITE,
  FAN_CREATE,
  FAN_DELETE,
  FAN_EVENT_ON_CHILD,
  FAN_MARK_ADD,
  FAN_MARK_EVICTABLE,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_FLUSH,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_INODE,
  FAN_MARK_MOUNT,
  FAN_MARK_REMOVE,
  FAN_MODIFY,
  FAN_NONBLOCK,
  FAN_ONDIR,
  FAN_OPEN,
  FAN_REPORT_DFID_NAME,
  FAN_REPORT_FID,
} from '../../src/uapi/index.js'
import { PATIENCE, runs } from './commands.js'

/** One that opens files, one that reports objects, one that reports directories, names and objects. */
const GROUPS = [0, FAN_REPORT_FID, FAN_REPORT_DFID_NAME | FAN_REPORT_FID] as const

/** What can be marked: files by their directory, directories, and the mount and the filesystem around them. */
const OBJECTS = ['/run/w/d/a', '/run/w/d/b', '/run/w/c', '/run/w/d', '/run/w', 'mount', 'filesystem'] as const
type Thing = (typeof OBJECTS)[number]
type Path = Exclude<Thing, 'mount' | 'filesystem'>
const FILES: readonly Path[] = ['/run/w/d/a', '/run/w/d/b', '/run/w/c']
const DIRECTORIES: readonly Path[] = ['/run/w/d', '/run/w']
const parentOf = (path: Path): Path | null => (path === '/run/w' ? null : path.includes('/d/') ? '/run/w/d' : '/run/w')
const isDirectory = (thing: Thing): boolean => (DIRECTORIES as readonly string[]).includes(thing)
const typeOf = (thing: Thing): number =>
  thing === 'mount' ? FAN_MARK_MOUNT : thing === 'filesystem' ? FAN_MARK_FILESYSTEM : FAN_MARK_INODE

const THROUGH_FILES = [FAN_OPEN, FAN_CLOSE_NOWRITE, FAN_CLOSE_WRITE, FAN_MODIFY]
const OF_ENTRIES = [FAN_CREATE, FAN_DELETE]

/** Bits that a mark of this group on this thing takes without being refused. */
function bitsFor(group: number, thing: Thing): number[] {
  const bits = [...THROUGH_FILES]
  if (group > 0 && thing !== 'mount') bits.push(FAN_ATTRIB)
  if (isDirectory(thing) || thing === 'mount' || thing === 'filesystem') bits.push(FAN_ONDIR, FAN_EVENT_ON_CHILD)
  if (group > 0 && (isDirectory(thing) || thing === 'filesystem')) bits.push(...OF_ENTRIES)
  return bits
}

const NOT_SURVIVING = FAN_MARK_IGNORED_MASK
const WAYS = [
  0,
  0,
  NOT_SURVIVING,
  FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_IGNORE | FAN_MARK_IGNORED_SURV_MODIFY,
]

type Step =
  | { do: 'mark'; command: number; group: number; thing: Thing; way: number; evictable: boolean; mask: number }
  | { do: 'flush'; group: number; type: number }
  | { do: 'read' | 'write' | 'chmod'; path: Path }
  | { do: 'list'; path: Path }
  | { do: 'remake'; path: Path }

const marking: fc.Arbitrary<Step> = fc
  .record({
    group: fc.integer({ min: 0, max: GROUPS.length - 1 }),
    thing: fc.constantFrom(...OBJECTS),
    command: fc.constantFrom(FAN_MARK_ADD, FAN_MARK_ADD, FAN_MARK_ADD, FAN_MARK_REMOVE),
    way: fc.constantFrom(...WAYS),
    evictable: fc.boolean(),
    picked: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 6 }),
  })
  .map(({ picked, ...rest }) => {
    const bits = bitsFor(rest.group, rest.thing)
    return { ...rest, do: 'mark' as const, mask: picked.reduce((mask, at) => mask | bits[at % bits.length]!, 0) }
  })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: marking },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('flush' as const),
      group: fc.nat(GROUPS.length - 1),
      type: fc.constantFrom(FAN_MARK_INODE, FAN_MARK_MOUNT, FAN_MARK_FILESYSTEM),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom('read' as const, 'write' as const, 'chmod' as const),
      path: fc.constantFrom(...FILES),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('list' as const), path: fc.constantFrom(...DIRECTORIES) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remake' as const), path: fc.constantFrom(...FILES) }) },
)

interface ModelMark {
  group: number
  thing: Thing
  mask: number
  ignore: number
  survives: boolean
  /** Its ignore mask was set with FAN_MARK_IGNORE. */
  newer: boolean
  evictable: boolean
}

/** One thing that happens: to an object, through a mount or not; to an entry of a directory, or to an object with a parent. */
interface Happening {
  bit: number
  on: Path
  onDir: boolean
  throughMount: boolean
  /** The directory that may watch its children. */
  parent: Path | null
}

/** The man pages in a list of marks: every question is answered by looking at all of them. */
class Model {
  marks: ModelMark[] = []
  readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  find(group: number, thing: Thing): ModelMark | undefined {
    return this.marks.find((mark) => mark.group === group && mark.thing === thing)
  }

  mark({ command, group, thing, way, evictable, mask }: Extract<Step, { do: 'mark' }>): number {
    const bits = (way & FAN_MARK_IGNORED_MASK) !== 0 ? mask & ~(FAN_ONDIR | FAN_EVENT_ON_CHILD) : mask
    // A directory's children are nobody's but an inode's.
    const kept = isDirectory(thing) ? bits : bits & ~FAN_EVENT_ON_CHILD
    let mark = this.find(group, thing)
    if (command === FAN_MARK_REMOVE) {
      if (mark === undefined) return -ENOENT
      if (way === 0) mark.mask &= ~kept
      else mark.ignore &= ~kept
      // The older ignore masks know no flags: what is left of a directory's are of no use to the mark.
      const blind = isDirectory(thing) && (way & FAN_MARK_IGNORED_MASK) !== 0 ? FAN_ONDIR | FAN_EVENT_ON_CHILD : 0
      if (((mark.mask | mark.ignore) & ~blind) === 0) this.marks.splice(this.marks.indexOf(mark), 1)
      return 0
    }
    if (mark === undefined) {
      if (this.marks.length >= this.limit) return -ENOSPC
      mark = { group, thing, mask: 0, ignore: 0, survives: false, newer: false, evictable }
      this.marks.push(mark)
    } else {
      if (evictable && !mark.evictable) return -EEXIST
      if ((way & FAN_MARK_IGNORED_MASK) !== 0 && mark.newer) return -EEXIST
    }
    if (!evictable) mark.evictable = false
    if (way === 0) mark.mask |= kept
    else {
      mark.ignore |= kept
      mark.survives ||= (way & FAN_MARK_IGNORED_SURV_MODIFY) !== 0
      mark.newer ||= (way & FAN_MARK_IGNORE) !== 0
    }
    return 0
  }

  /** What each group sees of it. */
  happens({ bit, on, onDir, throughMount, parent }: Happening): number[] {
    const watching = (mark: ModelMark): boolean => (mark.mask & FAN_EVENT_ON_CHILD) !== 0
    const parentIsTold =
      parent !== null &&
      this.marks.some((mark) => mark.thing === parent && (watching(mark) || (mark.newer && childrenIgnored(mark))))
    return GROUPS.map((_, group) => {
      let wanted = 0
      let ignored = 0
      for (const mark of this.marks) {
        if (mark.group !== group) continue
        const asParent = mark.thing === parent && parentIsTold
        const told =
          mark.thing === on || mark.thing === 'filesystem' || (mark.thing === 'mount' && throughMount) || asParent
        if (!told) continue
        if (bit === FAN_MODIFY && !mark.survives) mark.ignore = 0
        const own = !asParent || mark.thing === on
        if ((own || watching(mark)) && (!onDir || (mark.mask & FAN_ONDIR) !== 0)) wanted |= mark.mask
        // What FAN_MARK_IGNORE ignores is what its flags say; the older kind ignores directories, too, and children as the mask does.
        const onChild = mark.newer ? (mark.ignore & FAN_EVENT_ON_CHILD) !== 0 : watching(mark)
        const onDirs = !mark.newer || (mark.ignore & FAN_ONDIR) !== 0
        if ((own || onChild) && (!onDir || onDirs)) ignored |= mark.ignore
      }
      return bit & wanted & ~ignored
    })
  }
}

const childrenIgnored = (mark: ModelMark): boolean => (mark.ignore & FAN_EVENT_ON_CHILD) !== 0

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)

class World {
  readonly emulator: Emulator
  readonly task: Task
  readonly groups: number[]

  constructor(profile: ProfileName, limit: number) {
    this.emulator = Emulator.boot({ profile, boot: PLAIN_BOOT })
    this.task = this.emulator.first
    this.call('mkdir', cString('/run/w'), 0o755)
    this.call('mount', cString('none'), cString('/run/w'), cString('tmpfs'), 0, null)
    this.call('mkdir', cString('/run/w/d'), 0o755)
    for (const file of FILES) this.call('mknodat', AT_FDCWD, cString(file), 0o100644, 0)
    this.groups = GROUPS.map((flags) => this.call('fanotify_init', flags | FAN_NONBLOCK, 0))
    this.emulator.kernel.initUserNs.ucountMax[UCOUNT_FANOTIFY_MARKS] = limit
  }

  /** Makes a call, which must not sleep. */
  ask(name: string, ...args: (number | Uint8Array | null)[]): number {
    const result = this.emulator.syscall(this.task, name, ...args)
    if (typeof result !== 'number') throw new Error(`${name} sleeps`)
    return result
  }

  /** As {@link ask}, of a call that cannot fail. */
  call(name: string, ...args: (number | Uint8Array | null)[]): number {
    const result = this.ask(name, ...args)
    if (result < 0) throw new Error(`${name} returned ${result}`)
    return result
  }

  /** The bits of all that waits in each group, in any number of events. */
  seen(): number[] {
    return this.groups.map((fd) => {
      const buffer = new Uint8Array(1 << 16)
      const length = this.ask('read', fd, buffer, buffer.length)
      if (length < 0) return 0
      let mask = 0
      for (const event of decodeEvents(buffer.subarray(0, length)).events) {
        mask |= Number(event.mask)
        if (event.fd >= 0) this.call('close', event.fd)
      }
      return mask & ~FAN_ONDIR
    })
  }

  act(step: Exclude<Step, { do: 'mark' | 'flush' }>): Happening[] {
    const { path } = step
    const name = cString(path)
    const parent = parentOf(path)
    const happening = (bit: number, throughMount: boolean, onDir = false): Happening => {
      return { bit, on: path, onDir, throughMount, parent }
    }
    const inDirectory = (bit: number): Happening => {
      return { bit, on: parent as Path, onDir: false, throughMount: false, parent: null }
    }
    switch (step.do) {
      case 'read':
      case 'list':
        this.call('close', this.call('openat', AT_FDCWD, name, 0))
        return [FAN_OPEN, FAN_CLOSE_NOWRITE].map((bit) => happening(bit, true, step.do === 'list'))
      case 'write': {
        const fd = this.call('openat', AT_FDCWD, name, 1)
        this.call('write', fd, Uint8Array.of(1), 1)
        this.call('close', fd)
        return [FAN_OPEN, FAN_MODIFY, FAN_CLOSE_WRITE].map((bit) => happening(bit, true))
      }
      case 'chmod':
        this.call('fchmodat', AT_FDCWD, name, 0o644, 0)
        return [happening(FAN_ATTRIB, false)]
      case 'remake': {
        this.call('unlinkat', AT_FDCWD, name, 0)
        this.call('mknodat', AT_FDCWD, name, 0o100644, 0)
        const counted = { ...happening(FAN_ATTRIB, false), parent: null }
        return [counted, inDirectory(FAN_DELETE), inDirectory(FAN_CREATE)]
      }
    }
  }
}

function mark(world: World, { group, thing, command, way, evictable, mask }: Extract<Step, { do: 'mark' }>): number {
  const path = typeOf(thing) === FAN_MARK_INODE ? thing : '/run/w'
  const flags = command | typeOf(thing) | way | (evictable ? FAN_MARK_EVICTABLE : 0)
  return world.ask('fanotify_mark', world.groups[group]!, flags, mask, AT_FDCWD, cString(path))
}

function run(profile: ProfileName, limit: number, steps: readonly Step[]): void {
  const world = new World(profile, limit)
  const model = new Model(limit)
  for (const step of steps) {
    if (step.do === 'mark') {
      // Only inodes are let go of; a mark that ignores until a change is not for what is never changed.
      const evictable = step.evictable && typeOf(step.thing) === FAN_MARK_INODE
      const meant = { ...step, evictable }
      expect(mark(world, meant)).toBe(model.mark(meant))
      continue
    }
    if (step.do === 'flush') {
      const flags = FAN_MARK_FLUSH | step.type
      expect(world.ask('fanotify_mark', world.groups[step.group]!, flags, 0, AT_FDCWD, cString('/run/w'))).toBe(0)
      model.marks = model.marks.filter(({ group, thing }) => group !== step.group || typeOf(thing) !== step.type)
      continue
    }
    const happenings = world.act(step)
    const wanted = GROUPS.map(() => 0)
    for (const happening of happenings) {
      for (const [group, bits] of model.happens(happening).entries()) wanted[group]! |= bits
    }
    expect(world.seen()).toEqual(wanted)
    if (step.do === 'remake') model.marks = model.marks.filter(({ thing }) => thing !== step.path)
  }
}

describe('marks on files', () => {
  it.each(['v6.18', 'v7.2', 'proposed-all'] as const)(
    '%s: any program of marks and of what happens agrees with a list of marks',
    (profile) => {
      fc.assert(
        fc.property(fc.integer({ min: 2, max: 12 }), fc.array(step, { maxLength: 40 }), (limit, steps) => {
          run(profile, limit, steps)
        }),
        runs(150),
      )
    },
    PATIENCE,
  )
})
