import {
  encodeEvents,
  errnoName,
  type FanotifyEvent,
  type FanotifyInfo,
  fanotify_event_info_error,
  fanotify_event_info_fid,
  fanotify_event_info_header,
  fanotify_event_info_mnt,
  fanotify_event_info_ns,
  fanotify_event_info_pidfd,
  fanotify_event_info_range,
  fanotify_event_metadata,
  file_handle,
  type Machine,
} from '../uapi/index.js'
import { color } from './color.js'
import { infoTypeName } from './info-type.js'
import { quoteName } from './quote.js'
import { FD_NAMES, fdText, maskText, PIDFD_NAMES } from './text.js'

const BYTES_A_LINE = 8
const BYTES_WIDTH = BYTES_A_LINE * 3
const NAME_WIDTH = 12

const BAR = color.dim('|')

type Paint = (text: string) => string

const PAINT: Record<string, Paint> = {
  event_len: color.cyan,
  metadata_len: color.cyan,
  len: color.cyan,
  handle_bytes: color.cyan,
  mask: color.magenta,
  info_type: color.bold,
  fd: color.yellow,
  pidfd: color.yellow,
  pid: color.yellow,
  name: color.green,
  f_handle: color.blue,
  fsid: color.blue,
  handle_type: color.blue,
  mnt_id: color.yellow,
  self_nsid: color.yellow,
  owner_nsid: color.yellow,
  error: color.red,
  raw: color.red,
}

/** Some bytes of an event and what they mean. `value` undefined: the bytes are shown as characters. */
interface Field {
  length: number
  name: string
  value?: string
}

/** What {@link Fields} needs of a generated struct. */
interface Layout {
  size: number
  offset: Record<string, number>
}

class Fields {
  readonly list: Field[] = []
  at = 0

  add(name: string, length: number, value?: string): void {
    if (length <= 0) return
    this.list.push(value === undefined ? { name, length } : { name, length, value })
    this.at += length
  }

  /** The next field of a struct that starts at `base`; bytes that the machine leaves between two fields are a hole. */
  field(layout: Layout, base: number, name: string, length: number, value: string): void {
    const offset = base + (layout.offset[name] ?? 0)
    this.add('(hole)', offset - this.at, '')
    this.add(name, length, value)
  }
}

function metadata(fields: Fields, event: FanotifyEvent, machine: Machine): void {
  const layout = fanotify_event_metadata.on[machine]
  fields.field(layout, 0, 'event_len', 4, String(event.event_len))
  fields.field(layout, 0, 'vers', 1, String(event.vers))
  fields.field(layout, 0, 'reserved', 1, String(event.reserved))
  fields.field(layout, 0, 'metadata_len', 2, String(event.metadata_len))
  fields.field(layout, 0, 'mask', 8, maskText(event))
  fields.field(layout, 0, 'fd', 4, fdText(event.fd, FD_NAMES))
  fields.field(layout, 0, 'pid', 4, String(event.pid))
  if (event.metadata_tail) fields.add('(metadata)', event.metadata_tail.length)
}

function record(fields: Fields, info: FanotifyInfo, machine: Machine): void {
  const base = fields.at
  const end = base + (info.raw ? info.raw.length : info.len)
  const header = fanotify_event_info_header.on[machine]
  if (info.raw) {
    if (info.raw.length < header.size) {
      fields.add('raw', info.raw.length, 'too short for a record')
      return
    }
    fields.add('info_type', 1, infoTypeName(info.info_type))
    fields.add('pad', 1, String(info.raw[1]))
    fields.add('len', 2, info.error ? `${info.len}: ${info.error.field} ${info.error.reason}` : String(info.len))
    fields.add('raw', end - fields.at)
    return
  }
  fields.field(header, base, 'info_type', 1, infoTypeName(info.info_type))
  fields.field(header, base, 'pad', 1, String(info.pad ?? 0))
  fields.field(header, base, 'len', 2, String(info.len))
  if ('handle' in info) {
    const layout = fanotify_event_info_fid.on[machine]
    const handle = base + layout.offset.handle
    fields.field(layout, base, 'fsid', 8, info.fsid.join(' '))
    fields.field(file_handle.on[machine], handle, 'handle_bytes', 4, String(info.handle.handle_bytes))
    fields.field(file_handle.on[machine], handle, 'handle_type', 4, String(info.handle.handle_type))
    fields.add('f_handle', info.handle.handle_bytes, '')
    if ('name' in info) fields.add('name', info.name.length, quoteName(info.name))
  } else if ('pidfd' in info) {
    fields.field(fanotify_event_info_pidfd.on[machine], base, 'pidfd', 4, fdText(info.pidfd, PIDFD_NAMES))
  } else if ('error_count' in info) {
    const layout = fanotify_event_info_error.on[machine]
    fields.field(layout, base, 'error', 4, errnoName(info.error) ?? String(info.error))
    fields.field(layout, base, 'error_count', 4, String(info.error_count))
  } else if ('count' in info) {
    const layout = fanotify_event_info_range.on[machine]
    fields.field(layout, base, 'offset', 8, String(info.offset))
    fields.field(layout, base, 'count', 8, String(info.count))
  } else if ('mnt_id' in info) {
    fields.field(fanotify_event_info_mnt.on[machine], base, 'mnt_id', 8, String(info.mnt_id))
  } else {
    const layout = fanotify_event_info_ns.on[machine]
    fields.field(layout, base, 'self_nsid', 8, String(info.self_nsid))
    fields.field(layout, base, 'owner_nsid', 8, String(info.owner_nsid))
  }
  fields.add('(padding)', end - fields.at, '')
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => ` ${byte.toString(16).padStart(2, '0')}`)
const CHARACTER: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
)

function show(table: readonly string[], bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let i = from; i < to; i++) text += table[bytes[i]!]
  return text
}

/**
 * An annotated dump of one event: a line a field with its offset in the stream, its bytes, name and value. As text it is a hex
 * dump that `kabinet decode` reads back.
 *
 * @param at - where the event starts in the stream
 * @param index - which event of the stream it is, from 0
 */
export function eventToHex(event: FanotifyEvent, at: number, index: number, machine: Machine): string {
  const bytes = encodeEvents([event], { machine })
  const fields = new Fields()
  metadata(fields, event, machine)
  for (const info of event.info) record(fields, info, machine)
  fields.add('(trailing)', bytes.length - fields.at)
  let text = `${color.dim(`# event ${index}: ${bytes.length} bytes at ${at}`)}\n`
  let i = 0
  for (const { length, name, value } of fields.list) {
    const paint = PAINT[name] ?? color.dim
    const end = i + length
    for (let first = true; i < end; first = false) {
      const next = Math.min(end, i + BYTES_A_LINE)
      const offset = (at + i).toString(16).padStart(8, '0')
      const hex = show(HEX, bytes, i, next).padEnd(BYTES_WIDTH)
      const meaning = value === undefined ? show(CHARACTER, bytes, i, next) : first ? value : ''
      const label = first ? name : ''
      const note = meaning === '' ? label && ` ${label}` : ` ${label.padEnd(NAME_WIDTH)} ${paint(meaning)}`
      text += `${color.dim(offset)} ${paint(hex)}  ${BAR}${note}\n`
      i = next
    }
  }
  return text
}
