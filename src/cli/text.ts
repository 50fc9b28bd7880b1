import { type EventGroup, errnoName, eventNames, type FanotifyEvent, type FanotifyInfo, toHex } from '../uapi/index.js'
import { color } from './color.js'
import { infoTypeName } from './info-type.js'
import { quoteName } from './quote.js'

const METADATA_LEN = 24

function u32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}

/** A file descriptor slot: the descriptor, the name `none` for -1, or the errno that stands there. */
export function fdText(fd: number, special: Record<number, string>): string {
  if (fd >= 0) return String(fd)
  return special[fd] ?? (errnoName(fd) === undefined ? String(fd) : `-${errnoName(fd)}`)
}

/** What a pidfd slot may hold beside descriptors and errnos. */
export const PIDFD_NAMES: Record<number, string> = { [-1]: 'FAN_NOPIDFD', [-2]: 'FAN_EPIDFD' }

/** What an fd slot may hold beside descriptors and errnos. */
export const FD_NAMES: Record<number, string> = { [-1]: 'FAN_NOFD' }

function content(info: Exclude<FanotifyInfo, { raw: Uint8Array }>): string {
  if ('handle' in info) {
    const { handle, fsid } = info
    const fid = `fsid=${u32(fsid[0])}.${u32(fsid[1])} handle=${handle.handle_type}:${toHex(handle.f_handle)}`
    return 'name' in info ? `${fid} name=${color.green(quoteName(info.name))}` : fid
  }
  if ('pidfd' in info) return `pidfd=${fdText(info.pidfd, PIDFD_NAMES)}`
  if ('error_count' in info)
    return `error=${color.red(errnoName(info.error) ?? String(info.error))} error_count=${info.error_count}`
  if ('count' in info) return `offset=${info.offset} count=${info.count}`
  if ('mnt_id' in info) return `mnt_id=${color.yellow(String(info.mnt_id))}`
  return `self_nsid=${color.yellow(String(info.self_nsid))} owner_nsid=${color.yellow(String(info.owner_nsid))}`
}

function record(info: FanotifyInfo): string {
  const name = color.bold(infoTypeName(info.info_type))
  if (!info.raw) {
    const { pad, pad2, tail } = info
    const odd = `${pad ? ` pad=${pad}` : ''}${pad2 ? ` pad2=${pad2}` : ''}${tail ? ` tail=${toHex(tail)}` : ''}`
    return `${name}{${content(info)}${odd}}`
  }
  const broken = info.error ? ` ${color.red(`broken: ${info.error.field} ${info.error.reason}`)}` : ''
  return `${name}{raw=${toHex(info.raw)}${broken}}`
}

// A stream has few different masks, and naming one costs as much as all the rest of its line.
const maskTexts: Record<EventGroup, Map<bigint, string>> = { fs: new Map(), ns: new Map() }
const MAX_MASK_TEXTS = 4096

/** Mask bits by name, joined by `|`; `0` for an empty mask. */
export function maskText({ mask, group }: FanotifyEvent): string {
  const known = maskTexts[group].get(mask)
  if (known !== undefined) return known
  const text = eventNames(mask, group).join('|') || '0'
  if (maskTexts[group].size < MAX_MASK_TEXTS) maskTexts[group].set(mask, text)
  return text
}

/** One line for an event, in the manner of strace; fields that say nothing (no fd, the usual metadata) are left out. */
export function eventToText(event: FanotifyEvent): string {
  const parts = [`pid=${event.pid}`, color.cyan(maskText(event))]
  if (event.fd !== -1) parts.push(`fd=${fdText(event.fd, FD_NAMES)}`)
  if (event.reserved !== 0) parts.push(`reserved=${event.reserved}`)
  if (event.metadata_len !== METADATA_LEN) parts.push(`metadata_len=${event.metadata_len}`)
  if (event.metadata_tail) parts.push(`metadata_tail=${toHex(event.metadata_tail)}`)
  for (const info of event.info) parts.push(record(info))
  if (event.trailing) parts.push(`trailing=${toHex(event.trailing)}`)
  return parts.join(' ')
}
