import {
  clone_args,
  EFAULT,
  EOVERFLOW,
  fanotify_response,
  mnt_id_req,
  mnt_ns_info,
  mount_attr,
  NS_GET_ID,
  NS_GET_MNTNS_ID,
  NS_GET_OWNER_UID,
  NS_GET_PID_FROM_PIDNS,
  NS_GET_PID_IN_PIDNS,
  NS_GET_TGID_FROM_PIDNS,
  NS_GET_TGID_IN_PIDNS,
  NS_MNT_GET_INFO,
  NS_MNT_GET_NEXT,
  NS_MNT_GET_PREV,
  ns_id_req,
  PIDFD_GET_INFO,
  pidfd_info,
  pollfd,
  STATX_MNT_ID_UNIQUE,
  statmount,
  statx,
} from '../uapi/index.js'
import { deviceScope } from './bind.js'
import { eventFields, isEventStream } from './event_fields.js'
import { type Field, Fields, fieldValue, isTime, type Kind, type StructRows, structRows } from './field.js'
import type { Arg } from './format.js'
import { handleFields } from './handle_fields.js'
import { isBindableText, linkFields, readTextFields } from './text_fields.js'

/** What a buffer belongs to. */
export interface CallContext {
  call: string
  args: readonly Arg[]
  /** The raw return; null when there is none (yet). */
  ret: number | null
}

/** `asm-generic/ioctls.h`. */
const FIONREAD = 0x541b

type Decode = (fields: Fields, context: CallContext) => void

const CLONE_ARGS = structRows(clone_args, { flags: 'bits' })
const NS_ID_REQ = structRows(ns_id_req, { ns_id: 'ns_id', ns_type: 'ns_type', user_ns_id: 'ns_id' })
const MNT_NS_INFO = structRows(mnt_ns_info, { mnt_ns_id: 'ns_id' })
const MNT_ID_REQ = structRows(mnt_id_req, { mnt_id: 'mnt_id_unique', mnt_ns_id: 'ns_id' })
const LISTMOUNT_REQ = structRows(mnt_id_req, { mnt_id: 'mnt_id_unique', param: 'mnt_id_unique', mnt_ns_id: 'ns_id' })
const MOUNT_ATTR = structRows(mount_attr, { attr_set: 'bits', attr_clr: 'bits', propagation: 'bits' })
const POLLFD = structRows(pollfd, { fd: 'signed', events: 'bits', revents: 'bits' })
const RESPONSE = structRows(fanotify_response, { fd: 'signed', response: 'bits' })
const PIDFD_INFO = structRows(pidfd_info, { mask: 'bits', cgroupid: 'any', pid: 'pid', tgid: 'pid', ppid: 'pid' })
const STATMOUNT_ROWS = structRows(statmount, {
  mask: 'bits',
  mnt_id: 'mnt_id_unique',
  mnt_parent_id: 'mnt_id_unique',
  mnt_id_old: 'mnt_id',
  mnt_parent_id_old: 'mnt_id',
  mnt_ns_id: 'ns_id',
  mnt_peer_group: 'peer_group',
  mnt_master: 'peer_group',
  propagate_from: 'peer_group',
})

const STATMOUNT = withDevice(STATMOUNT_ROWS, 'sb_dev_major', 'sb_dev_minor', 'sb_dev')

// st_dev is one value of two words: their rows are taken out and one field of eight bytes stands in.
function withDevice(rows: StructRows, major: string, minor: string, name: string): StructRows {
  return rows.flatMap((row) => {
    if (row[0] === major) return [[name, row[1], 8, 'dev'] as const]
    return row[0] === minor ? [] : [row]
  })
}

function statxRows(mntId: Kind): StructRows {
  const rows = structRows(statx, {
    stx_mask: 'bits',
    stx_attributes: 'bits',
    stx_ino: 'st_ino',
    stx_blocks: 'any',
    stx_attributes_mask: 'any',
    stx_atime: 'atime',
    stx_btime: 'time',
    stx_ctime: 'time',
    stx_mtime: 'time',
    stx_mnt_id: mntId,
  })
  return withDevice(rows, 'stx_dev_major', 'stx_dev_minor', 'stx_dev')
}

const STATX = statxRows('mnt_id')
const STATX_UNIQUE = statxRows('mnt_id_unique')

/** `struct stat` of x86-64 (`asm/stat.h`). */
const STAT: StructRows = [
  ['st_dev', 0, 8, 'dev'],
  ['st_ino', 8, 8, 'st_ino'],
  ['st_nlink', 16, 8, 'unsigned'],
  ['st_mode', 24, 4, 'bits'],
  ['st_uid', 28, 4, 'unsigned'],
  ['st_gid', 32, 4, 'unsigned'],
  ['__pad0', 36, 4, 'unsigned'],
  ['st_rdev', 40, 8, 'unsigned'],
  ['st_size', 48, 8, 'signed'],
  ['st_blksize', 56, 8, 'signed'],
  ['st_blocks', 64, 8, 'any'],
  ['st_atime', 72, 16, 'atime'],
  ['st_mtime', 88, 16, 'time'],
  ['st_ctime', 104, 16, 'time'],
]

/** `struct statfs` of x86-64 (`asm-generic/statfs.h`): how large a filesystem is, is the machine's matter. */
const STATFS: StructRows = [
  ['f_type', 0, 8, 'bits'],
  ['f_bsize', 8, 8, 'signed'],
  ['f_blocks', 16, 8, 'any'],
  ['f_bfree', 24, 8, 'any'],
  ['f_bavail', 32, 8, 'any'],
  ['f_files', 40, 8, 'any'],
  ['f_ffree', 48, 8, 'any'],
]

function statfsFields(fields: Fields): void {
  fields.struct(STATFS, 0)
  fields.add('f_fsid', 56, 8, 'fsid', 'blob')
  fields.struct(STATFS_TAIL, 0)
}

const STATFS_TAIL: StructRows = [
  ['f_namelen', 64, 8, 'signed'],
  ['f_frsize', 72, 8, 'signed'],
  ['f_flags', 80, 8, 'bits'],
]

/** `struct linux_dirent64` before its name. */
const DIRENT: StructRows = [
  ['d_ino', 0, 8, 'unsigned'],
  ['d_off', 8, 8, 'unsigned'],
  ['d_reclen', 16, 2, 'unsigned'],
  ['d_type', 18, 1, 'unsigned'],
]
const DIRENT_NAME = 19

function directoryEntries(fields: Fields, { ret }: CallContext): void {
  const end = Math.min(ret ?? 0, fields.bytes.length)
  for (let at = 0, n = 0; at + DIRENT_NAME < end; n++) {
    const length = fields.view.getUint16(at + 16, true)
    if (length <= DIRENT_NAME) return
    fields.struct(DIRENT, at, `[${n}].`)
    const name = at + DIRENT_NAME
    const nul = fields.bytes.indexOf(0, name)
    if (nul >= 0) fields.add(`[${n}].d_name`, name, nul + 1 - name, 'chars', 'blob')
    at += length
  }
}

/** `siginfo_t` as waitid(2) fills it (`asm-generic/siginfo.h`). */
const SIGINFO: StructRows = [
  ['si_signo', 0, 4, 'signed'],
  ['si_errno', 4, 4, 'signed'],
  ['si_code', 8, 4, 'signed'],
  ['(padding)', 12, 4, 'unsigned'],
  ['si_pid', 16, 4, 'pid'],
  ['si_uid', 20, 4, 'unsigned'],
  ['si_status', 24, 4, 'signed'],
]

/** `struct __user_cap_header_struct` (`linux/capability.h`). */
const CAP_HEADER: StructRows = [
  ['version', 0, 4, 'bits'],
  ['pid', 4, 4, 'pid'],
]

function rows(list: StructRows): Decode {
  return (fields) => fields.struct(list, 0)
}

function one(name: string, length: number, kind: Kind): Decode {
  return (fields) => fields.add(name, 0, length, kind)
}

function many(name: string, length: number, kind: Kind): Decode {
  return (fields) => {
    for (let i = 0; (i + 1) * length <= fields.bytes.length; i++) fields.add(`${name}[${i}]`, i * length, length, kind)
  }
}

/** Only the elements that the call says it wrote: what lies behind them is left as bytes. */
function counted(name: string, length: number, kind: Kind): Decode {
  return (fields, { ret }) => {
    // What came before memory that faults was written.
    const count = ret === -EFAULT ? Math.floor(fields.bytes.length / length) : (ret ?? 0)
    for (let i = 0; i < count; i++) fields.add(`${name}[${i}]`, i * length, length, kind)
  }
}

function each(list: StructRows, size: number, name: string): Decode {
  return (fields) => {
    for (let at = 0; at + size <= fields.bytes.length; at += size) fields.struct(list, at, `${name}[${at / size}].`)
  }
}

function readData(fields: Fields, { ret }: CallContext): void {
  // What was copied before the fault is there.
  if (ret === -EFAULT && isEventStream(fields.bytes, true)) eventFields(fields, fields.bytes.length, true)
  if (ret === null || ret <= 0) return
  const end = Math.min(ret, fields.bytes.length)
  const data = fields.bytes.subarray(0, end)
  if (isEventStream(data)) eventFields(fields, end)
  else if (isBindableText(data)) readTextFields(fields, end)
  else if (isPrintable(data)) fields.chars('(text)', end)
  else fields.fill(end)
}

function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10)
}

function writtenData(fields: Fields): void {
  const { bytes } = fields
  if (isPrintable(bytes)) fields.chars('(text)', bytes.length)
  else if (bytes.length >= fanotify_response.size) fields.struct(RESPONSE, 0)
}

function link(fields: Fields, { ret }: CallContext): void {
  if (ret !== null && ret > 0) linkFields(fields, Math.min(ret, fields.bytes.length))
}

function givenHandle(fields: Fields): void {
  if (fields.bytes.length >= 8) handleFields(fields, 0, fields.bytes.length)
}

// Only what the call wrote: before it, and after a failed one, the body is the caller's.
function writtenHandle(fields: Fields, { ret }: CallContext): void {
  if (ret === 0) {
    givenHandle(fields)
  } else {
    fields.add('handle_bytes', 0, 4, 'unsigned')
    fields.add('handle_type', 4, 4, 'signed')
  }
}

const AT_HANDLE_MNT_ID_UNIQUE = 1

// Told even to a caller whose handle is too small, or cannot be written.
function mountId(fields: Fields, { args, ret }: CallContext): void {
  if (ret !== 0 && ret !== -EOVERFLOW && ret !== -EFAULT) return
  if ((register(args[4]) & AT_HANDLE_MNT_ID_UNIQUE) === 0) fields.add('mount_id', 0, 4, 'mnt_id')
  else fields.add('mount_id', 0, 8, 'mnt_id_unique')
}

function statxFields(fields: Fields, { args, ret }: CallContext): void {
  if (ret !== 0 && ret !== -EFAULT) return
  const unique = (Number(args[3]) & STATX_MNT_ID_UNIQUE) !== 0
  fields.struct(unique ? STATX_UNIQUE : STATX, 0)
  scopeInode(fields, 'stx_ino', 'stx_dev')
}

function statFields(fields: Fields): void {
  fields.struct(STAT, 0)
  scopeInode(fields, 'st_ino', 'st_dev')
}

/** An inode number is one of its own device. */
function scopeInode(fields: Fields, name: string, device: string): void {
  const inode = fields.list.find((field) => field.name === name)
  const dev = fields.list.find((field) => field.name === device)
  if (inode === undefined || dev === undefined) return
  inode.scope = deviceScope(fieldValue(dev, fields.bytes))
  const file = `${inode.scope} ${fieldValue(inode, fields.bytes)}`
  for (const field of fields.list) if (isTime(field.kind)) field.scope = file
}

/** A struct that the kernel copied out whole, or up to where the buffer ended. */
function onCopy(decode: Decode): Decode {
  return (fields, context) => {
    if (context.ret === 0 || context.ret === -EFAULT) decode(fields, context)
  }
}

function onSuccess(decode: Decode): Decode {
  return (fields, context) => {
    if (context.ret !== null && context.ret >= 0) decode(fields, context)
  }
}

/** An ioctl's number without its size: the extensible commands come with any. */
function command(cmd: number): number {
  return (cmd & ~0x3fff0000) >>> 0
}

const PIDS_IN = [NS_GET_PID_FROM_PIDNS, NS_GET_TGID_FROM_PIDNS, NS_GET_PID_IN_PIDNS, NS_GET_TGID_IN_PIDNS]

const IOCTLS: Readonly<Record<number, Decode>> = {
  [command(NS_MNT_GET_INFO)]: onSuccess(rows(MNT_NS_INFO)),
  [command(NS_MNT_GET_NEXT)]: onSuccess(rows(MNT_NS_INFO)),
  [command(NS_MNT_GET_PREV)]: onSuccess(rows(MNT_NS_INFO)),
  [command(NS_GET_MNTNS_ID)]: onSuccess(one('mnt_ns_id', 8, 'ns_id')),
  [command(NS_GET_ID)]: onSuccess(one('ns_id', 8, 'ns_id')),
  [command(NS_GET_OWNER_UID)]: onSuccess(one('uid', 4, 'unsigned')),
  [command(FIONREAD)]: onSuccess(one('bytes', 4, 'unsigned')),
  [command(PIDFD_GET_INFO)]: onSuccess(rows(PIDFD_INFO)),
}

function register(arg: Arg | undefined): number {
  return Number(BigInt.asUintN(32, BigInt(typeof arg === 'number' || typeof arg === 'string' ? arg : 0)))
}

function ioctl(fields: Fields, context: CallContext): void {
  IOCTLS[command(register(context.args[1]))]?.(fields, context)
}

/** How the buffer of each pointer argument decodes, by call and argument. */
const CALLS: Readonly<Record<string, Readonly<Record<number, Decode>>>> = {
  clone3: { 0: rows(CLONE_ARGS) },
  read: { 1: readData },
  pread64: { 1: readData },
  write: { 1: writtenData },
  listns: { 0: rows(NS_ID_REQ), 1: counted('ns_ids', 8, 'ns_id') },
  listmount: { 0: rows(LISTMOUNT_REQ), 1: counted('mnt_ids', 8, 'mnt_id_unique') },
  statmount: { 0: rows(MNT_ID_REQ), 1: onCopy(rows(STATMOUNT)) },
  name_to_handle_at: { 2: writtenHandle, 3: mountId },
  open_by_handle_at: { 1: givenHandle },
  readlink: { 1: link },
  readlinkat: { 2: link },
  statx: { 4: statxFields },
  fstat: { 1: onCopy(statFields) },
  stat: { 1: onCopy(statFields) },
  lstat: { 1: onCopy(statFields) },
  newfstatat: { 2: onCopy(statFields) },
  getdents64: { 1: directoryEntries },
  statfs: { 1: onCopy(statfsFields) },
  fstatfs: { 1: onCopy(statfsFields) },
  ioctl: { 2: ioctl },
  poll: { 0: each(POLLFD, pollfd.size, 'fds') },
  ppoll: { 0: each(POLLFD, pollfd.size, 'fds') },
  pipe: { 0: many('fd', 4, 'signed') },
  pipe2: { 0: many('fd', 4, 'signed') },
  socketpair: { 3: many('fd', 4, 'signed') },
  wait4: { 1: onSuccess(one('status', 4, 'unsigned')) },
  capget: { 0: rows(CAP_HEADER) },
  capset: { 0: rows(CAP_HEADER) },
  waitid: { 2: onSuccess(rows(SIGINFO)) },
  mount_setattr: { 3: rows(MOUNT_ATTR) },
}

/** A buffer of a call: which argument holds it, or is the argument it is nested in. */
export function decodeBuffer(context: CallContext, arg: number, bytes: Uint8Array, nested = false): Field[] {
  const fields = new Fields(bytes)
  if (!nested) CALLS[context.call]?.[arg]?.(fields, context)
  // A segment of a readv holds whole events.
  else if (context.call === 'readv' && arg === 1 && isEventStream(bytes)) eventFields(fields, bytes.length)
  return fields.finish()
}

/** Whether {@link decodeBuffer} knows more of a buffer than its bytes. */
export function isDecoded(call: string, arg: number): boolean {
  return CALLS[call]?.[arg] !== undefined
}

const RETURNS_PID: ReadonlySet<string> = new Set([
  'clone3',
  'clone',
  'fork',
  'vfork',
  'wait4',
  'getpid',
  'gettid',
  'getppid',
  'getpgid',
  'getsid',
  'getpgrp',
  'setsid',
  'set_tid_address',
])

/** Whether a positive return is a pid: seen from the caller's pid namespace, or from that of the file it asked (`target`). */
export function returnsPid(call: string, args: readonly Arg[]): 'caller' | 'target' | null {
  if (RETURNS_PID.has(call)) return 'caller'
  if (call !== 'ioctl') return null
  const cmd = register(args[1])
  if (!PIDS_IN.includes(cmd)) return null
  return cmd === NS_GET_PID_IN_PIDNS || cmd === NS_GET_TGID_IN_PIDNS ? 'target' : 'caller'
}
