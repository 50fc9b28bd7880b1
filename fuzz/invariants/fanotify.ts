import type { FanotifyGroup } from '../../src/kernel/fanotify/group.js'
import type { FanotifyMark } from '../../src/kernel/fanotify/mark.js'
import type { File } from '../../src/kernel/file.js'
import type { Kernel } from '../../src/kernel/index.js'
import type { SuperBlock } from '../../src/kernel/super_block.js'
import { FAN_MARK_FILESYSTEM, FAN_MARK_INODE, FAN_MARK_MOUNT } from '../../src/uapi/index.js'
import { allTasks } from './recount.js'

/** The groups behind every descriptor of every task. */
function groupsOf(kernel: Kernel): Set<FanotifyGroup> {
  const groups: Set<FanotifyGroup> = new Set()
  for (const { files } of allTasks(kernel)) {
    if (files === null) continue
    for (const fd of files.descriptors()) {
      const file = files.file(fd) as File
      if ('group' in file && file.kind.startsWith('fanotify')) groups.add(file.group as FanotifyGroup)
    }
  }
  return groups
}

function superBlockOf({ connector }: FanotifyMark): SuperBlock | null {
  const { object, type } = connector as unknown as { object: { sb?: SuperBlock }; type: number }
  if (type === FAN_MARK_FILESYSTEM) return object as SuperBlock
  return type === FAN_MARK_INODE || type === FAN_MARK_MOUNT ? (object.sb as SuperBlock) : null
}

/** What of a mark and of the object that it sits on does not fit together. */
function checkMark(group: FanotifyGroup, mark: FanotifyMark): string[] {
  const problems: string[] = []
  const { connector } = mark
  if (mark.group !== group) problems.push('a mark is in the list of another group')
  if (connector.object.marks !== connector) problems.push('a mark sits on an object that does not know it')
  if (connector.marks.filter((other) => other.group === group).length !== 1)
    problems.push('an object has not exactly one mark of a group')
  let wanted = 0
  for (const other of connector.marks) wanted |= other.attention
  // It may send more: an ignore mask that a change ended is not taken out at once.
  if ((wanted & ~connector.mask) !== 0) problems.push(`an object sends ${connector.mask}, its marks want ${wanted}`)
  for (let i = 1; i < connector.marks.length; i++) {
    const [before, after] = [connector.marks[i - 1] as FanotifyMark, connector.marks[i] as FanotifyMark]
    if (!before.group.isToldBefore(after.group)) problems.push('the marks of an object are out of order')
  }
  if (mark.isEvictable && mark.holds) problems.push('an evictable mark keeps its inode')
  const sb = superBlockOf(mark)
  if (sb !== null && sb.watchers < 1) problems.push('a filesystem with a mark has no watchers')
  return problems
}

/** What must hold of all groups, their marks and queues in any state. */
export function checkGroups(kernel: Kernel): string[] {
  const problems: string[] = []
  for (const group of groupsOf(kernel)) {
    let marks = 0
    for (const mark of group.marks()) {
      problems.push(...checkMark(group, mark))
      if (++marks > MOST_MARKS) return [...problems, 'the marks of a group are a ring']
    }
    const { queue } = group
    if (queue.length > 0 !== (queue.first !== null)) problems.push(`a queue of ${queue.length} has no first event`)
    for (let i = 0; i < queue.length; i++) if (queue.at(i).mask === 0) problems.push('an event of nothing is queued')
  }
  return problems
}

const MOST_MARKS = 10_000
