import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import { call, clone, path } from '../abi/calls.js'

/** What a table of descriptors is: which are open, on which file, and which close on exec. */
interface Model {
  readonly open: Map<number, { file: number; cloexec: boolean }>
  nextFile: number
}

type Action =
  | { readonly kind: 'open'; readonly cloexec: boolean }
  | { readonly kind: 'close' | 'dup'; readonly fd: number }
  | { readonly kind: 'dup3'; readonly fd: number; readonly to: number; readonly cloexec: boolean }
  | { readonly kind: 'dupFrom'; readonly fd: number; readonly from: number }
  | { readonly kind: 'setCloexec'; readonly fd: number; readonly on: boolean }
  | { readonly kind: 'closeRange'; readonly first: number; readonly last: number; readonly mark: boolean }

const fd = fc.nat({ max: 12 })
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('open' as const), cloexec: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('close' as const, 'dup' as const), fd }),
  fc.record({ kind: fc.constant('dup3' as const), fd, to: fd, cloexec: fc.boolean() }),
  fc.record({ kind: fc.constant('dupFrom' as const), fd, from: fd }),
  fc.record({ kind: fc.constant('setCloexec' as const), fd, on: fc.boolean() }),
  fc.record({ kind: fc.constant('closeRange' as const), first: fd, last: fd, mark: fc.boolean() }),
)

const EBADF = -9
const EINVAL = -22
const CLOEXEC = 0x80000

function lowest(model: Model, from = 0): number {
  let candidate = from
  while (model.open.has(candidate)) candidate++
  return candidate
}

/** What the call returns, and the model after it. */
function expected(model: Model, action: Action): number {
  switch (action.kind) {
    case 'open': {
      const at = lowest(model)
      model.open.set(at, { file: model.nextFile++, cloexec: action.cloexec })
      return at
    }
    case 'close':
      return model.open.delete(action.fd) ? 0 : EBADF
    case 'dup':
    case 'dupFrom': {
      const source = model.open.get(action.fd)
      if (source === undefined) return EBADF
      const at = lowest(model, 'from' in action ? action.from : 0)
      model.open.set(at, { file: source.file, cloexec: false })
      return at
    }
    case 'dup3': {
      if (action.fd === action.to) return EINVAL
      const source = model.open.get(action.fd)
      if (source === undefined) return EBADF
      model.open.set(action.to, { file: source.file, cloexec: action.cloexec })
      return action.to
    }
    case 'setCloexec': {
      const source = model.open.get(action.fd)
      if (source === undefined) return EBADF
      source.cloexec = action.on
      return 0
    }
    case 'closeRange': {
      if (action.first > action.last) return EINVAL
      for (const [at, entry] of model.open) {
        if (at < action.first || at > action.last) continue
        if (action.mark) entry.cloexec = true
        else model.open.delete(at)
      }
      return 0
    }
  }
}

function act(emu: Emulator, action: Action): number {
  const { init } = emu
  switch (action.kind) {
    case 'open':
      return call(emu, init, 'openat', -100, path('/run'), action.cloexec ? CLOEXEC : 0)
    case 'close':
      return call(emu, init, 'close', action.fd)
    case 'dup':
      return call(emu, init, 'dup', action.fd)
    case 'dupFrom':
      return call(emu, init, 'fcntl', action.fd, 0, action.from)
    case 'dup3':
      return call(emu, init, 'dup3', action.fd, action.to, action.cloexec ? CLOEXEC : 0)
    case 'setCloexec':
      return call(emu, init, 'fcntl', action.fd, 2, action.on ? 1 : 0)
    case 'closeRange':
      return call(emu, init, 'close_range', action.first, action.last, action.mark ? 4 : 0)
  }
}

describe('a table of descriptors', () => {
  test.prop([fc.array(anyAction, { maxLength: 40 })], { numRuns: 200 })(
    'gives the lowest free one, and forgets none',
    (actions) => {
      const emu = Emulator.boot({ profile: 'v7.3' })
      const model: Model = { open: new Map(), nextFile: 1 }
      for (const at of [0, 1, 2]) model.open.set(at, { file: 0, cloexec: false })
      for (const action of actions) {
        expect(act(emu, action)).toBe(expected(model, action))
        for (let at = 0; at < 20; at++) {
          const entry = model.open.get(at)
          expect(call(emu, emu.init, 'fcntl', at, 1, 0)).toBe(entry === undefined ? EBADF : Number(entry.cloexec))
        }
      }
      // Two descriptors are on the same open file exactly when the model says so (F_DUPFD_QUERY).
      for (const [a, { file }] of model.open) {
        for (const [b, other] of model.open) {
          expect(call(emu, emu.init, 'fcntl', a, 1027, b)).toBe(Number(file === other.file))
        }
      }
    },
  )

  it('is copied by fork: the child closes its own', () => {
    const emu = Emulator.boot({ profile: 'v7.3' })
    const opened = call(emu, emu.init, 'openat', -100, path('/run'), 0)
    const child = clone(emu, emu.init)
    expect(call(emu, child, 'close', opened)).toBe(0)
    expect(call(emu, emu.init, 'fcntl', opened, 1, 0)).toBe(0)
    // The position belongs to the file that both have, not to the descriptor.
    const file = call(emu, emu.init, 'openat', -100, path('/proc/self/uid_map'), 0)
    const heir = clone(emu, emu.init)
    expect(call(emu, heir, 'lseek', file, 5, 0)).toBe(5)
    expect(call(emu, emu.init, 'lseek', file, 0, 1)).toBe(5)
  })

  it('has a limit', () => {
    const emu = Emulator.boot({ profile: 'v7.3' })
    const { init } = emu
    for (let at = 3; at < 1024; at++) expect(call(emu, init, 'dup', 0)).toBe(at)
    expect(call(emu, init, 'dup', 0)).toBe(-24)
    expect(call(emu, init, 'openat', -100, path('/nope'), 0)).toBe(-24)
    expect(call(emu, init, 'openat', -100, path(''), 0)).toBe(-2)
    expect(call(emu, init, 'pipe', new Int32Array(2))).toBe(-24)
    expect(call(emu, init, 'socket', 1, 1, 0)).toBe(-24)
    expect(call(emu, init, 'dup2', 0, 1024)).toBe(EBADF)
    expect(call(emu, init, 'fcntl', 0, 0, 1024)).toBe(EINVAL)
    expect(call(emu, init, 'close', 500)).toBe(0)
    expect(call(emu, init, 'dup', 0)).toBe(500)
  })
})
