import { strictEqual } from 'node:assert'
import { Emulator, type ProfileName } from '../src/abi/index.js'
import type { Task } from '../src/kernel/index.js'
import { CLONE_NEWUSER, CLONE_NEWUTS, decodeIds, LISTNS_CURRENT_USER, ns_id_req } from '../src/uapi/index.js'
import type { Candidate, Case, Gauge, Group } from './lib/case.js'
import { forkChild, must, type Population, populate } from './lib/population.js'
import { Random } from './lib/random.js'

const LISTNS = 470
const PAGE = 256
const FEW = 1000
const MANY = 1_000_000
const CURSORS = 256

interface World {
  emu: Emulator
  population: Population
}

/** What a page is asked for, and by whom. */
interface Question {
  name: string
  profile: ProfileName
  caller: (world: World) => Task
  nsType?: number
  userNsId?: bigint
  /** The pages are not full: the caller may see less. */
  partial?: true
}

const namespaces = (count: number): string => `${count.toLocaleString('en')} namespaces`

const page = new Uint8Array(PAGE * 8)

function request(question: Question, cursor: bigint): Uint8Array {
  const bytes = new Uint8Array(ns_id_req.size)
  ns_id_req.write(bytes, 0, {
    size: bytes.length,
    ns_id: cursor,
    ns_type: question.nsType ?? 0,
    user_ns_id: question.userNsId ?? 0n,
  })
  return bytes
}

/** All ids that the question shows, page by page, and how many calls that took. */
function walk(emu: Emulator, caller: Task, question: Question): bigint[] {
  const all: bigint[] = []
  for (let cursor = 0n; ; ) {
    const count = emu.syscall(caller, LISTNS, request(question, cursor), page, PAGE, 0)
    if (typeof count !== 'number' || count <= 0) return all
    for (const id of decodeIds(page.subarray(0, count * 8))) all.push(id)
    cursor = all.at(-1)!
  }
}

/** A page from each of 256 cursors, drawn from all over the list so that a full page lies behind each. */
function pageCandidate(world: World, question: Question): Candidate {
  const { emu, population } = world
  const caller = question.caller(world)
  const shown = walk(emu, caller, question.partial ? { ...question, caller: () => emu.init } : question)
  const random = new Random()
  const requests = Array.from({ length: CURSORS }, () => {
    const place = question.partial ? 0 : random.below(shown.length - PAGE)
    return request(question, shown[place] ?? 0n)
  })
  const expected = question.partial ? emu.syscall(caller, LISTNS, requests[0]!, page, PAGE, 0) : PAGE
  for (const one of requests) strictEqual(emu.syscall(caller, LISTNS, one, page, PAGE, 0), expected)
  return {
    name: namespaces(population.count),
    operations: CURSORS,
    run: () => {
      let sum = 0
      for (const one of requests) sum += emu.syscall(caller, LISTNS, one, page, PAGE, 0) as number
      return sum
    },
  }
}

/** Root of a user namespace of its own that owns one other namespace. */
function nearlyBlind(world: World): Task {
  const task = forkChild(world.emu, world.emu.init)
  must(world.emu, task, 'unshare', CLONE_NEWUSER | CLONE_NEWUTS)
  return task
}

/** uid 1000 without a capability. */
function unprivileged(world: World): Task {
  const task = forkChild(world.emu, world.emu.init)
  must(world.emu, task, 'setuid', 1000)
  return task
}

const init = (world: World): Task => world.emu.init
const owner = (world: World): Task => world.population.owner

const QUESTIONS: readonly Question[] = [
  { name: 'all', profile: 'v7.3', caller: init },
  { name: 'one type', profile: 'v7.3', caller: init, nsType: CLONE_NEWUTS },
  { name: 'what one user namespace owns', profile: 'v6.19', caller: owner, userNsId: LISTNS_CURRENT_USER },
  { name: 'what root of a user namespace may see', profile: 'v6.19', caller: owner },
  { name: 'almost nothing, v6.19', profile: 'v6.19', caller: nearlyBlind, partial: true },
  { name: 'almost nothing, v7.3', profile: 'v7.3', caller: nearlyBlind, partial: true },
  { name: 'no capability at all, v6.19', profile: 'v6.19', caller: unprivileged, partial: true },
]

const worlds = new Map<string, World>()

function worldOf(profile: ProfileName, count: number): World {
  const key = `${profile} ${count}`
  let world = worlds.get(key)
  if (world === undefined) {
    const emu = Emulator.boot({ profile })
    world = { emu, population: populate(emu, count) }
    worlds.set(key, world)
  }
  return world
}

function pageCase(question: Question): Case {
  return {
    name: `kernel-listns/a page of ${PAGE}: ${question.name}`,
    unit: 'call',
    candidates: () => [FEW, MANY].map((count) => pageCandidate(worldOf(question.profile, count), question)),
    targets: [{ of: namespaces(MANY), than: namespaces(FEW), atMost: 1.5 }],
  }
}

function walkCandidates(): Candidate[] {
  const world = worldOf('v7.3', MANY)
  const { emu } = world
  const all = walk(emu, emu.init, QUESTIONS[0]!).length
  const bytes = request(QUESTIONS[0]!, 0n)
  const pageWalk = (size: number): Candidate => {
    const buffer = new Uint8Array(size * 8)
    const ids = new DataView(buffer.buffer)
    return {
      name: `pages of ${size}`,
      operations: all,
      run: () => {
        const cursor = new DataView(bytes.buffer)
        cursor.setBigUint64(8, 0n, true)
        let total = 0
        for (;;) {
          const count = emu.syscall(emu.init, LISTNS, bytes, buffer, size, 0) as number
          if (count <= 0) break
          total += count
          cursor.setUint32(8, ids.getUint32(count * 8 - 8, true), true)
          cursor.setUint32(12, ids.getUint32(count * 8 - 4, true), true)
        }
        strictEqual(total, all)
        return total
      },
    }
  }
  return [pageWalk(PAGE), pageWalk(4096)]
}

function walkCase(): Case {
  return {
    name: 'kernel-listns/a full walk of a million ids',
    unit: 'id',
    candidates: walkCandidates,
    targets: [{ of: `pages of ${PAGE}`, atMost: 15 }],
  }
}

const heapAfterCollection = (): number => {
  globalThis.gc!()
  return process.memoryUsage().heapUsed
}

/** Heap that a million UTS namespaces take, each held by what `hold` takes on it. */
function bytesGauge(name: string, hold: (emu: Emulator, task: Task) => void): Gauge {
  return {
    name,
    unit: 'bytes',
    measure: () => {
      const emu = Emulator.boot({ profile: 'v7.3' })
      const task = forkChild(emu, emu.init)
      must(emu, task, 'unshare', CLONE_NEWUTS)
      const before = heapAfterCollection()
      for (let i = 0; i < MANY; i++) {
        must(emu, task, 'unshare', CLONE_NEWUTS)
        hold(emu, task)
      }
      const bytes = (heapAfterCollection() - before) / MANY
      // The emulator must not be collected before the second measurement.
      return emu.kernel.namespaces.all.size > MANY ? bytes : Number.NaN
    },
  }
}

function bytesCase(): Case {
  const filesGauge: Gauge = {
    name: 'a namespace and the open file that holds it',
    unit: 'bytes',
    measure: () => {
      const emu = Emulator.boot({ profile: 'v7.3' })
      const before = heapAfterCollection()
      populate(emu, MANY)
      const bytes = (heapAfterCollection() - before) / MANY
      return emu.kernel.namespaces.all.size > MANY ? bytes : Number.NaN
    },
  }
  return {
    name: 'kernel-listns/heap at a million namespaces',
    unit: 'namespace',
    candidates: [],
    gauges: [
      bytesGauge('a namespace', (_emu, task) => {
        task.nsproxy!.uts.get().activate()
      }),
      filesGauge,
    ],
    targets: [{ of: 'a namespace', atMost: 250 }],
    note: 'The heap after a collection with a million UTS namespaces in it, less what it was before, a million-th of it.',
  }
}

/** Listing namespaces at scale. */
export const group: Group = {
  name: 'kernel-listns',
  title: 'listns at scale',
  about:
    'Namespaces made by unshare(2) and held by open files, seven in ten of them UTS, half of them owned by one user namespace. A page ' +
    'is one listns call for 256 ids; each round asks from 256 cursors all over the list. The same calls with a thousand and with a ' +
    'million namespaces.',
  cases: () => [...QUESTIONS.map(pageCase), walkCase(), bytesCase()],
}
