import type { Family } from '../draft.js'
import { fileMakers } from './files_calls.js'
import { beginFiles } from './files_scratch.js'
import { watchMakers } from './files_watch.js'

/** Files in memory, and everything that fanotify tells of them. */
export const filesFamily: Family = {
  name: 'files',
  about: 'a tmpfs of the program’s own: names, links, data, attributes, handles, and groups that watch',
  makers: [...fileMakers, ...watchMakers],
  begin: beginFiles,
}
