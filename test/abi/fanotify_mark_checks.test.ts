import { describe, expect, it } from 'vitest'
import {
  FANOTIFY_MARK_CHECKS,
  FANOTIFY_MARK_OBJECT_CHECKS,
  type MarkObject,
  type MarkObjectRequest,
} from '../../src/abi/fanotify_mark_checks.js'
import { refusalErrno } from '../../src/kernel/check.js'
import { type Caller, features, loadMatrix, MATRIX_PROFILES, type MarkMatrix } from './matrix.js'

/** The objects of the tables as their descriptions say; what `caller` may do with each. */
const describeObject = (name: string, caller: Caller, nofollow: boolean): { pathError: number; object: MarkObject } => {
  const root = caller === 'root'
  const admin = caller !== 'unprivileged'
  const plain: MarkObject = {
    isDirectory: false,
    isRegular: true,
    preContent: false,
    noPermissionEvents: false,
    internalMount: false,
    readable: true,
    hasFsid: true,
    decodesHandles: true,
    superblockAdmin: root,
    namespaceMark: 0,
    namespaceAdmin: admin,
  }
  const proc = { noPermissionEvents: true, decodesHandles: false, superblockAdmin: root }
  const objects: Record<string, Partial<MarkObject> | number> = {
    dir: { isDirectory: true },
    file: {},
    link: {},
    fifo: { isRegular: false },
    secret: { readable: admin },
    root: { isDirectory: true, decodesHandles: false },
    missing: 2,
    notdir: 20,
    'ns-user': { namespaceMark: 0x1000 },
    'ns-mnt': { namespaceMark: 0x110 },
    'ns-uts': {},
    'proc-file': proc,
    'proc-dir': { ...proc, isDirectory: true },
    'empty-path': 2,
    badptr: 14,
    'fd-ns-user': { namespaceMark: 0x1000 },
    'fd-ns-mnt': { namespaceMark: 0x110 },
    'fd-ns-net': {},
    'fd-file': {},
    'fd-dir': { isDirectory: true },
    'fd-pipe': { isRegular: false, internalMount: true, decodesHandles: false },
    'fd-group': { isRegular: false, internalMount: true, decodesHandles: false, readable: admin },
    'fd-bad': 9,
    'fd-cwd-null': 9,
    'null-cwd': 9,
    'dirfd-rel': {},
    'dirfd-bad': 9,
  }
  // Without following it, a namespace's link under /proc is an object of procfs.
  const found = nofollow && name.startsWith('ns-') ? { ...proc, isRegular: false } : objects[name]
  if (found === undefined) throw new Error(`object ${name}`)
  return typeof found === 'number'
    ? { pathError: found, object: plain }
    : { pathError: 0, object: { ...plain, ...found } }
}

describe('fanotify_mark refuses what the recorded kernels refuse', () => {
  for (const profile of MATRIX_PROFILES) {
    const { samples, results } = loadMatrix<MarkMatrix>(`fanotify_mark.${profile}`).table
    for (const [caller, { rets }] of Object.entries(results) as [Caller, (typeof results)[Caller]][]) {
      it(`${profile}, ${caller}`, () => {
        const wrong: string[] = []
        samples.forEach(([group, flags, mask, object], i) => {
          if (rets[i] === null) return
          const wide = BigInt(mask)
          const { pathError, object: target } = describeObject(object, caller, (Number(flags) & 4) !== 0)
          const request: MarkObjectRequest = {
            flags: Number(flags),
            maskLo: Number(wide & 0xffffffffn) | 0,
            maskHi: Number(wide >> 32n),
            features: features(profile),
            permissionEvents: profile !== 'v7.2',
            groupError: 0,
            groupFlags: Number(group),
            groupAdmin: caller !== 'unprivileged',
            pathError,
            object: target,
          }
          // ONLYDIR and DONT_FOLLOW are the path walk's; here the objects stand for its result.
          if (pathError === 0 && (request.flags & 8) !== 0 && !target.isDirectory) request.pathError = 20
          const early = FANOTIFY_MARK_CHECKS.firstRefusal(request)
          const flush = (request.flags & 0x80) !== 0
          const check = early ?? (flush ? null : FANOTIFY_MARK_OBJECT_CHECKS.firstRefusal(request))
          // Nothing was marked before, so REMOVE finds no mark.
          const ret =
            check === null
              ? (request.flags & 2) !== 0
                ? -2
                : 0
              : -refusalErrno(check as typeof early & object, request)
          if (ret !== rets[i])
            wrong.push(`${group} ${flags} ${mask} ${object}: ${ret} (${check?.name}), not ${rets[i]}`)
        })
        expect(wrong.slice(0, 20)).toEqual([])
      })
    }
  }
})
