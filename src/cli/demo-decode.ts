import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DecodeOptions, decode } from './decode.js'
import type { Chapter } from './demo-chapter.js'
import { packageRoot } from './package-root.js'

interface Tour extends Partial<DecodeOptions> {
  title: string
  says: string
  /** A recording of test/golden/recorded, without `.bin`. */
  recording: string
}

const tours: readonly Tour[] = [
  {
    title: 'Files, with names',
    says: 'Recorded from Linux 6.18: a task creates, links, renames and deletes files; the group asked for FAN_REPORT_DFID_NAME.',
    recording: 'dfid_name_unmerged',
    mask: 'CREATE,RENAME,DELETE',
  },
  {
    title: 'Files, by descriptor',
    says: 'Without FAN_REPORT_* flags each event brings an open descriptor, and the kernel merges equal events that wait.',
    recording: 'fd',
  },
  {
    title: 'Who did it: pidfds, as ndjson',
    says: 'A pidfd of a live task, FAN_NOPIDFD (-1) for one that is gone, FAN_EPIDFD (-2) when no descriptor was left.',
    recording: 'pidfd',
    format: 'ndjson',
  },
  {
    title: 'Mounts',
    says: 'FAN_REPORT_MNT on a mount namespace: attached, detached, and both in one event for a mount that moved.',
    recording: 'mounts',
  },
  {
    title: 'A full queue, as json',
    says: 'After 16384 events that nobody read the kernel says once that it lost some: no record, no pid.',
    recording: 'overflow',
    format: 'json',
    mask: 'Q_OVERFLOW',
  },
  {
    title: 'Every byte',
    says: 'An ext4 reported two errors; the file handle is empty, since they belong to no file.',
    recording: 'fs_error',
    format: 'hex',
  },
]

/** What `kabinet decode` makes of streams that this package's kernel recordings hold. */
export const decodeChapters: readonly Chapter[] = tours.map(({ title, says, recording, ...options }) => {
  const path = fileURLToPath(new URL(`test/golden/recorded/${recording}.bin`, packageRoot))
  const shownPath = relative(process.cwd(), path)
  const shownOptions = Object.entries(options).map(([name, value]) => `--${name} ${value} `)
  return {
    title,
    says,
    command: `kabinet decode ${shownOptions.join('')}${shownPath.startsWith('..') ? path : shownPath}`,
    run: () => decode(path, { format: 'text', input: 'raw', machine: 'x86_64', ...options }),
  }
})
