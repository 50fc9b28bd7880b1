import { anonPath } from '../kernel/anon_inode.js'
import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import { File, FMODE_NONOTIFY } from '../kernel/file.js'
import type { Task } from '../kernel/task.js'
import { FAN_ENABLE_AUDIT } from '../uapi/constants/fanotify.js'
import { AcceptedCalls } from './accepted_calls.js'
import { markLine } from './fanotify_fdinfo.js'

/** The descriptor that fanotify_init returns, of whatever kind: fanotify_mark takes it, and its fdinfo shows the marks. */
export abstract class FanotifyGroupFile extends File {
  readonly group: FanotifyGroup
  readonly accepted: AcceptedCalls = new AcceptedCalls()

  constructor(task: Task, group: FanotifyGroup, flags: number, abilities: number) {
    super(anonPath(group.kernel, '[fanotify]'), flags, task.cred, abilities | FMODE_NONOTIFY)
    this.group = group
  }

  override get place(): number {
    return this.group.place
  }

  override get takesVectors(): boolean {
    return false
  }

  override get ignoresSeek(): boolean {
    return true
  }

  override fdinfo(): string {
    const { group } = this
    // FAN_ENABLE_AUDIT is kept elsewhere and not shown.
    const flags = group.flags & ~FAN_ENABLE_AUDIT
    let text = `fanotify flags:${flags.toString(16)} event-flags:${group.eventFFlags.toString(16)}\n`
    for (const mark of group.marks()) text += markLine(mark)
    return text
  }
}
