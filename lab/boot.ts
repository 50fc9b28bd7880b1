import type { Arg, Boot, BootNamespace, BootOtherNamespace, NamespaceTypeName, Step } from '../src/transcript/format.js'
import { NAMESPACE_TYPES } from '../src/transcript/format.js'
import { LabError } from './lab-error.js'
import type { ProgramResult } from './wire.js'

/** What a started kernel says of itself; the same for every program until it is started again. */
export interface KernelState {
  /** The profile that emulates it: `v` and the first two numbers of its release. */
  profile: string
  /** The release's number, `7.2.7`. */
  kernel: string
  /** The whole release as uname gives it. */
  release: string
  namespaces: Record<NamespaceTypeName, BootNamespace>
  other: BootOtherNamespace[]
  config: { ipv6: boolean; fanotifyPermissions: boolean }
  /** The agent made a session of its own, so that programs are in that one and not in whoever's started it. */
  leadsSession: boolean
  /** The agent's own parent where that adopts orphans: on a machine whose pid 1 is somebody else. */
  reaper?: number
  /** Capabilities of the first task where it has not all: hex as in `/proc/<pid>/status`. */
  capabilities?: string
  nr_mounts: number
  mountinfo: string[]
}

const AT_FDCWD = -100
const NS_GET_ID = '0x8008b70d'
const NS_GET_USERNS = '0xb701'
const NS_MNT_GET_INFO = '0x8010b70a'
const NS_MNT_GET_NEXT = '0x8010b70b'
const NS_MNT_GET_PREV = '0x8010b70c'
const SIZEOF_MNT_NS_INFO = 16
const SIZEOF_UTSNAME = 390
const UTSNAME_RELEASE = 130
const CAPABILITY_HEADER = '2205082000000000'
const ALL_CAPABILITIES = '000001ffffffffff'
const FAN_CLASS_CONTENT = 0x4
const FAN_MARK_ADD = 1
const FAN_OPEN_PERM = 0x10000
/** Neighbours of the first mount namespace that are looked at on each side. */
const NEIGHBOURS = 4

class Questions {
  readonly steps: Step[] = []

  ask(call: string, ...args: Arg[]): number {
    const step = this.steps.length
    this.steps.push({ step, task: 1, call, args })
    return step
  }
}

class Answers {
  private readonly steps: Map<number, Step>

  constructor(steps: readonly Step[]) {
    this.steps = new Map(steps.map((step) => [step.step, step]))
  }
  ret(step: number): number {
    return this.steps.get(step)?.ret ?? -1
  }
  bytes(step: number, size: number): Buffer {
    const bytes = Buffer.alloc(size, 0xaa)
    bytes.write(this.steps.get(step)?.out?.[0] ?? '', 'hex')
    return bytes
  }
  text(step: number): string {
    const ret = this.ret(step)
    return ret < 0 ? '' : this.bytes(step, ret).toString()
  }
}

/** Asks a kernel for its release, namespaces, mounts and configuration, by a program of the usual kind. */
export async function readKernelState(run: (steps: readonly Step[]) => Promise<ProgramResult>): Promise<KernelState> {
  const q = new Questions()
  const uname = q.ask('uname', { out: SIZEOF_UTSNAME })
  const namespaces = NAMESPACE_TYPES.map((type) => {
    const open = q.ask('openat', AT_FDCWD, { str: `/proc/self/ns/${type}` }, 0)
    return {
      type,
      open,
      id: q.ask('ioctl', { ret: open }, NS_GET_ID, { out: 8 }),
      link: q.ask('readlinkat', AT_FDCWD, { str: `/proc/self/ns/${type}` }, { out: 64 }, 64),
    }
  })
  const mnt = (namespaces.at(-1) as (typeof namespaces)[number]).open
  const info = q.ask('ioctl', { ret: mnt }, NS_MNT_GET_INFO, { out: SIZEOF_MNT_NS_INFO })
  const neighbours = [NS_MNT_GET_PREV, NS_MNT_GET_NEXT].flatMap((request) => {
    let from = mnt
    return Array.from({ length: NEIGHBOURS }, () => {
      from = q.ask('ioctl', { ret: from }, request, { out: SIZEOF_MNT_NS_INFO })
      const owner = q.ask('ioctl', { ret: from }, NS_GET_USERNS, 0)
      return {
        open: from,
        ownerId: q.ask('ioctl', { ret: owner }, NS_GET_ID, { out: 8 }),
        ino: q.ask('statx', { ret: from }, { str: '' }, 0x1000, 0x100, { out: 256 }),
      }
    })
  })
  const mountinfoFd = q.ask('openat', AT_FDCWD, { str: '/proc/self/mountinfo' }, 0)
  const mountinfo = Array.from({ length: 4 }, () => q.ask('read', { ret: mountinfoFd }, { out: 4096 }, 4096))
  const ipv6 = q.ask('openat', AT_FDCWD, { str: '/proc/self/net/if_inet6' }, 0)
  const session = q.ask('getsid', 0)
  const caps = q.ask('capget', { in: CAPABILITY_HEADER }, { out: 24 })
  const group = q.ask('fanotify_init', FAN_CLASS_CONTENT, 0)
  const mark = q.ask('fanotify_mark', { ret: group }, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, { str: '/run' })

  const result = await run(q.steps)
  const a = new Answers(result.steps)
  const release = cString(a.bytes(uname, SIZEOF_UTSNAME), UTSNAME_RELEASE)
  const number = /^\d+\.\d+(\.\d+)?/.exec(release)?.[0]
  if (number === undefined) throw new LabError(`a kernel of release ${JSON.stringify(release)}`)
  const state: Partial<Record<NamespaceTypeName, BootNamespace>> = {}
  for (const { type, id, link } of namespaces) {
    state[type] = {
      id: a.ret(id) < 0 ? 0 : u64(a.bytes(id, 8), 0),
      ino: Number(/\[(\d+)\]/.exec(a.text(link))?.[1] ?? 0),
    }
  }
  const reaper = await parentOf(run, result.task.ppid)
  const capBytes = a.bytes(caps, 24)
  const capabilities = [capBytes.readUInt32LE(12), capBytes.readUInt32LE(0)]
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('')
  return {
    leadsSession: a.ret(session) > 0,
    ...(reaper > 1 && { reaper }),
    ...(capabilities !== ALL_CAPABILITIES && { capabilities }),
    profile: `v${number.split('.').slice(0, 2).join('.')}`,
    kernel: number,
    release,
    namespaces: state as Record<NamespaceTypeName, BootNamespace>,
    other: neighbours
      .filter(({ open }) => a.ret(open) >= 0)
      .map(({ open, ownerId, ino }) => {
        const bytes = a.bytes(open, SIZEOF_MNT_NS_INFO)
        return {
          type: 'mnt' as const,
          id: u64(bytes, 8),
          ino: u64(a.bytes(ino, 256), 32),
          owner: u64(a.bytes(ownerId, 8), 0),
          nr_mounts: bytes.readUInt32LE(4),
        }
      })
      .sort((x, y) => x.id - y.id),
    config: { ipv6: a.ret(ipv6) >= 0, fanotifyPermissions: a.ret(mark) === 0 },
    nr_mounts: a.bytes(info, SIZEOF_MNT_NS_INFO).readUInt32LE(4),
    mountinfo: mountinfo
      .map((step) => a.text(step))
      .join('')
      .split('\n')
      .filter((line) => line !== ''),
  }
}

async function parentOf(run: (steps: readonly Step[]) => Promise<ProgramResult>, pid: number): Promise<number> {
  const q = new Questions()
  const open = q.ask('openat', AT_FDCWD, { str: `/proc/${pid}/status` }, 0)
  const read = q.ask('read', { ret: open }, { out: 2048 }, 2048)
  const status = new Answers((await run(q.steps)).steps).text(read)
  return Number(/^PPid:\t(\d+)$/m.exec(status)?.[1] ?? 0)
}

function u64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at))
}

function cString(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, bytes.indexOf(0, at))
}

/** The header's `boot` for a program that ran on this kernel. */
export function bootOf(kernel: KernelState, result: ProgramResult): Boot {
  return {
    task: {
      ...result.task,
      uid: 0,
      gid: 0,
      ...(kernel.reaper !== undefined && { reaper: kernel.reaper }),
      ...(kernel.leadsSession && { session: result.task.ppid }),
      ...(kernel.capabilities !== undefined && { capabilities: kernel.capabilities }),
    },
    namespaces: kernel.namespaces,
    other: kernel.other,
    config: kernel.config,
    next: result.next,
    nr_mounts: kernel.nr_mounts,
    mountinfo: kernel.mountinfo,
  }
}
