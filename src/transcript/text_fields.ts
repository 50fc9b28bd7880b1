import type { Encoding, Fields, Kind } from './field.js'

/** A value in a text: each capture group in order is one value. */
interface Rule {
  /** Has the flags `g` and `d`, and `m` where it looks at lines. */
  pattern: RegExp
  values: readonly { name: string; kind: Kind; encoding: Encoding }[]
  /** Capture groups (by name) whose text is the scope of the values. */
  scope?: string
}

const FDINFO: readonly Rule[] = [
  { pattern: /^mnt_id:\t(\d+)(?=\n)/dgm, values: [{ name: 'mnt_id', kind: 'mnt_id', encoding: 'dec' }] },
  {
    pattern: /(?<=^mnt_id:\t(?<scope>\d+)\n)ino:\t(\d+)(?=\n)/dgm,
    values: [{ name: 'ino', kind: 'ino', encoding: 'dec' }],
    scope: 'mnt_id',
  },
  {
    pattern:
      /^fanotify ino:([0-9a-f]+) sdev:(?<scope>[0-9a-f]+) .*fhandle-type:(?!f1 )[0-9a-f]+ f_handle:([0-9a-f]+)(?=\n)/dgm,
    values: [
      { name: 'ino', kind: 'ino', encoding: 'hex' },
      { name: 'sdev', kind: 'dev', encoding: 'hex' },
      { name: 'f_handle', kind: 'f_handle', encoding: 'hexblob' },
    ],
    scope: 'sdev',
  },
  {
    pattern:
      /^fanotify ino:([0-9a-f]+) sdev:(?<scope>[0-9a-f]+) .*fhandle-type:f1 f_handle:([0-9a-f]{16})[0-9a-f]{8}([0-9a-f]{8})(?=\n)/dgm,
    values: [
      { name: 'ino', kind: 'ino', encoding: 'hex' },
      { name: 'sdev', kind: 'dev', encoding: 'hex' },
      { name: 'ns_id', kind: 'ns_id', encoding: 'hexle' },
      { name: 'ns_inum', kind: 'ns_inum', encoding: 'hexle' },
    ],
    scope: 'sdev',
  },
  { pattern: /^fanotify sdev:([0-9a-f]+) /dgm, values: [{ name: 'sdev', kind: 'dev', encoding: 'hex' }] },
  { pattern: /^fanotify mnt_id:([0-9a-f]+) /dgm, values: [{ name: 'mnt_id', kind: 'mnt_id', encoding: 'hex' }] },
  { pattern: /^fanotify mnt_ns:(\d+) /dgm, values: [{ name: 'mnt_ns', kind: 'ns_inum', encoding: 'dec' }] },
  { pattern: /^fanotify mnt_ns_id:(\d+) /dgm, values: [{ name: 'mnt_ns_id', kind: 'ns_id', encoding: 'dec' }] },
  { pattern: /^fanotify user_ns_id:(\d+) /dgm, values: [{ name: 'user_ns_id', kind: 'ns_id', encoding: 'dec' }] },
  {
    pattern: /^tfd: .* ino:([0-9a-f]+) sdev:(?<scope>[0-9a-f]+)(?=\n)/dgm,
    values: [
      { name: 'ino', kind: 'ino', encoding: 'hex' },
      { name: 'sdev', kind: 'dev', encoding: 'hex' },
    ],
    scope: 'sdev',
  },
  { pattern: /^Pid:\t(\d+)(?=\n)/dgm, values: [{ name: 'Pid', kind: 'pid', encoding: 'dec' }] },
  { pattern: /^NSpid:\t(\d+)/dgm, values: [{ name: 'NSpid', kind: 'pid', encoding: 'dec' }] },
]

const PEER_GROUP: Rule = {
  pattern: /(?<= (?:shared|master|propagate_from):)(\d+)(?= )/dg,
  values: [{ name: 'peer_group', kind: 'peer_group', encoding: 'dec' }],
}

const MOUNTINFO: readonly Rule[] = [
  {
    pattern: /^(\d+) (\d+) (\d+:\d+) /dgm,
    values: [
      { name: 'mnt_id', kind: 'mnt_id', encoding: 'dec' },
      { name: 'parent_id', kind: 'mnt_id', encoding: 'dec' },
      { name: 'dev', kind: 'dev', encoding: 'dev' },
    ],
  },
  // The root of a bind mount of a namespace's file.
  {
    pattern: /^\d+ \d+ \d+:\d+ (?:mnt|uts|ipc|user|pid|cgroup|net|time):\[(\d+)\] /dgm,
    values: [{ name: 'ns_inum', kind: 'ns_inum', encoding: 'dec' }],
  },
  PEER_GROUP,
]

const LINK: readonly Rule[] = [
  {
    pattern: /^(?:mnt|uts|ipc|user|pid|cgroup|net|time):\[(\d+)\]$/dg,
    values: [{ name: 'ns_inum', kind: 'ns_inum', encoding: 'dec' }],
  },
  { pattern: /^(?:pipe|socket):\[(\d+)\]$/dg, values: [{ name: 'ino', kind: 'ino', encoding: 'dec' }] },
  { pattern: /^\/proc\/(\d+)(?=\/|$)/dg, values: [{ name: 'pid', kind: 'pid', encoding: 'dec' }] },
]

const TEXT = new TextDecoder('latin1')

function textFields(fields: Fields, text: string, rules: readonly Rule[]): void {
  const found: { offset: number; end: number; name: string; kind: Kind; encoding: Encoding; scope: string }[] = []
  for (const { pattern, values, scope } of rules) {
    for (const match of text.matchAll(pattern)) {
      const scopeSpan = match.indices?.groups?.scope
      const within = scopeSpan === undefined ? '' : `${scope}:${text.slice(scopeSpan[0], scopeSpan[1])}`
      // A look-behind captures too: what lies before the match is context, not a value.
      const spans = (match.indices ?? []).slice(1).filter((span) => span !== undefined && span[0] >= match.index)
      values.forEach((value, i) => {
        const [offset, end] = spans[i] as [number, number]
        found.push({ offset, end, ...value, scope: value.kind === 'ino' ? within : '' })
      })
    }
  }
  found.sort((a, b) => a.offset - b.offset)
  for (const { offset, end, name, kind, encoding, scope } of found) {
    fields.chars('(text)', offset)
    fields.add(name, offset, end - offset, kind, encoding, scope)
  }
  fields.chars('(text)', text.length)
}

/** Also one that was read from somewhere in its first lines on. */
const IS_FDINFO = /^pos:\t|^[^:]*\nmnt_id:\t|^mnt_id:\t/

/** Adds the fields of a text that a read returned: fdinfo and mountinfo hold numbers that two runs need not share. */
export function readTextFields(fields: Fields, end: number): void {
  const text = TEXT.decode(fields.bytes.subarray(0, end))
  if (IS_FDINFO.test(text)) textFields(fields, text, FDINFO)
  else if (/^\d+ \d+ \d+:\d+ /.test(text)) textFields(fields, text, MOUNTINFO)
  else textFields(fields, text, [])
}

/** Adds the fields of a link's text. */
export function linkFields(fields: Fields, end: number): void {
  textFields(fields, TEXT.decode(fields.bytes.subarray(0, end)), LINK)
}

/** Whether bytes that a read returned are a text in which numbers may be bound. */
export function isBindableText(bytes: Uint8Array): boolean {
  const text = TEXT.decode(bytes.subarray(0, 64))
  return IS_FDINFO.test(text) || /^\d+ \d+ \d+:\d+ /.test(text)
}
