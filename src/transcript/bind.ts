import { type ChanceKind, type FieldValue, isTime } from './field.js'
import type { Times } from './times.js'

/**
 * Finds the live object that a value of the replayed side names, in a scope; undefined when values of this kind name none or
 * nothing lives under it. Numbers that a kernel uses again after their object is gone are told apart by it.
 */
export type Identify = (kind: ChanceKind, value: FieldValue, scope: unknown) => object | undefined

/** The scope of inode numbers on a device (major · 2²⁰ + minor). */
export function deviceScope(dev: FieldValue): string {
  return `st_ino ${dev}`
}

interface Bound {
  key: object | FieldValue
  value: FieldValue
}

class Table {
  readonly recordedOf: Map<object | FieldValue, FieldValue> = new Map()
  readonly boundTo: Map<FieldValue, Bound> = new Map()
  /** Both sides of every pair in growing order, for kinds that only grow. */
  readonly order: { model: number; recorded: number }[] = []
}

/** Kinds whose values are handed out in growing order. */
const GROWING: ReadonlySet<ChanceKind> = new Set<ChanceKind>(['ns_id', 'mnt_id_unique'])

/** Kinds that a kernel draws from chance only when others use it at the same time. */
const SHARED_ONLY: ReadonlySet<ChanceKind> = new Set<ChanceKind>(['ns_id', 'mnt_id_unique', 'peer_group'])

/** A scope in which nothing is left to chance: values must be equal. */
export const EXACT: unique symbol = Symbol('exact')

/** What an input holds in place of a recorded number that names nothing here: as far as a u32 goes, never handed out. */
const NOBODY = 0xffff_fff0

export interface BinderOptions {
  identify?: Identify
  /** Whether an inode number of the replayed side comes from the counter that everything without a filesystem of its own draws from. */
  isCounted?: (ino: FieldValue) => boolean
  /** What times of files are held against; without it they are not compared. */
  times?: Times
  /** Whether a value is handed out by a rule that nothing but the replayed calls takes part in: it must be equal then. */
  isExact?: (kind: ChanceKind, value: FieldValue) => boolean
  /** The recorded kernel was shared with others: namespace ids and 64-bit mount ids are drawn from chance too. */
  shared?: boolean
}

/**
 * Remembers which value of the replayed side stands for which recorded one. A pair is made when its two values are first
 * seen together; from then on both sides must keep to it.
 */
export class Binder {
  readonly #tables: Map<string, Table> = new Map()
  readonly #scopes: Map<unknown, number> = new Map()
  readonly #usedBefore: Set<unknown> = new Set()
  readonly #identify: Identify
  readonly #isCounted: (ino: FieldValue) => boolean
  readonly #isExact: (kind: ChanceKind, value: FieldValue) => boolean
  readonly #shared: boolean
  readonly #times: Times | undefined

  constructor(options: BinderOptions = {}) {
    this.#identify = options.identify ?? (() => undefined)
    this.#isCounted = options.isCounted ?? (() => false)
    this.#isExact = options.isExact ?? (() => false)
    this.#shared = options.shared ?? false
    this.#times = options.times
  }

  /** The filesystem on this device was used before the recording began: what its next inode number is, is left to chance. */
  usedBefore(dev: number): void {
    this.#usedBefore.add(deviceScope(dev))
  }

  /**
   * Holds a value of the replayed side against the recorded one, binding them if both are new.
   *
   * @returns undefined when they stand for each other, else why they do not
   */
  match(kind: ChanceKind, model: FieldValue, recorded: FieldValue, scope: unknown = ''): string | undefined {
    if (kind === 'any') return undefined
    if (isTime(kind)) return this.#times?.match(kind, model, recorded, scope)
    if (kind === 'st_ino') return this.#matchStatIno(model, recorded, scope)
    if (scope === EXACT || isFixed(model) || isFixed(recorded) || (SHARED_ONLY.has(kind) && !this.#shared)) {
      return model === recorded ? undefined : 'not equal'
    }
    if (this.#isExact(kind, model)) return model === recorded ? undefined : 'not equal'
    const table = this.#table(kind, scope)
    const key = this.#identify(kind, model, scope) ?? model
    const before = table.recordedOf.get(key)
    if (before !== undefined) {
      return before === recorded ? undefined : `stood for ${before} before`
    }
    const other = table.boundTo.get(recorded)
    if (other !== undefined && this.#isAlive(kind, other, scope)) return `${recorded} stands for ${other.value} already`
    if (GROWING.has(kind)) {
      const reason = insertInOrder(table.order, Number(model), Number(recorded))
      if (reason !== undefined) return reason
    }
    table.recordedOf.set(key, recorded)
    table.boundTo.set(recorded, { key, value: model })
    return undefined
  }

  /** The replayed side's value for a recorded one that stands in an input. */
  toModel(kind: ChanceKind, recorded: FieldValue, scope: unknown = ''): FieldValue {
    if (kind === 'any' || kind === 'st_ino' || isTime(kind) || isFixed(recorded)) return recorded
    if (SHARED_ONLY.has(kind) && !this.#shared) return recorded
    const table = this.#tables.get(this.#name(kind, scope))
    if (table === undefined) return recorded
    const bound = table.boundTo.get(recorded)
    if (bound !== undefined) return bound.value
    // Never seen, so it names nothing: neither must it here.
    const key = this.#identify(kind, recorded, scope) ?? recorded
    return table.recordedOf.has(key) && typeof recorded === 'number' ? NOBODY : recorded
  }

  // The inode number of an nsfs file is its namespace's; pipes, sockets and procfs draw theirs from a counter that the recorder
  // draws from too; any other is what the filesystem says.
  #matchStatIno(model: FieldValue, recorded: FieldValue, scope: unknown): string | undefined {
    if (this.#identify('ns_inum', model, '') !== undefined) return this.match('ns_inum', model, recorded)
    if (this.#usedBefore.has(scope)) return this.match('ino', model, recorded, scope)
    if (this.#isCounted(model)) return this.match('ino', model, recorded, 'st_ino')
    if (this.#shared) return this.match('ino', model, recorded, scope)
    return model === recorded ? undefined : 'not equal'
  }

  #isAlive(kind: ChanceKind, bound: Bound, scope: unknown): boolean {
    return typeof bound.key !== 'object' || this.#identify(kind, bound.value, scope) === bound.key
  }

  #name(kind: ChanceKind, scope: unknown): string {
    let number = this.#scopes.get(scope)
    if (number === undefined) {
      number = this.#scopes.size
      this.#scopes.set(scope, number)
    }
    return `${kind}:${number}`
  }

  #table(kind: ChanceKind, scope: unknown): Table {
    const name = this.#name(kind, scope)
    let table = this.#tables.get(name)
    if (table === undefined) {
      table = new Table()
      this.#tables.set(name, table)
    }
    return table
  }
}

/** 0 and what does not fit a safe integer (all ones) mean something of their own and never stand for another value. */
function isFixed(value: FieldValue): boolean {
  if (typeof value === 'number') return value <= 0
  return /^0*$/.test(value) || /^18446744073709551\d{3}$/.test(value)
}

function insertInOrder(
  order: { model: number; recorded: number }[],
  model: number,
  recorded: number,
): string | undefined {
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((order[middle] as { model: number }).model < model) low = middle + 1
    else high = middle
  }
  const below = order[low - 1]
  const above = order[low]
  if (below !== undefined && below.recorded >= recorded) return `${recorded} is not greater than ${below.recorded}`
  if (above !== undefined && above.recorded <= recorded) return `${recorded} is not less than ${above.recorded}`
  order.splice(low, 0, { model, recorded })
  return undefined
}
