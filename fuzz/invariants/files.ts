import type { Kernel } from '../../src/kernel/index.js'
import { MemorySuperBlock } from '../../src/kernel/memory_fs.js'
import { S_IFDIR, S_IFMT } from '../../src/uapi/index.js'

type Dentry = MemorySuperBlock['root']
type Inode = Dentry['inode']

/** What an entry, `.` and `..` too, adds to the size of a directory. */
const DIRENT_SIZE = 20

/** What is wrong with names, links and counts of the filesystems in memory that are mounted. */
export function checkFiles(kernel: Kernel): string[] {
  const problems: string[] = []
  const seen: Set<MemorySuperBlock> = new Set()
  for (const { sb } of kernel.vfs.liveMounts) {
    if (!(sb instanceof MemorySuperBlock) || sb.type !== 'tmpfs' || seen.has(sb)) continue
    seen.add(sb)
    checkFilesystem(sb, problems)
  }
  return problems
}

const isDir = ({ mode }: Inode): boolean => (mode & S_IFMT) === S_IFDIR

function checkFilesystem(sb: MemorySuperBlock, problems: string[]): void {
  const names: Map<Inode, number> = new Map([[sb.root.inode, 1]])
  const pending: Dentry[] = [sb.root]
  for (let dir = pending.pop(); dir !== undefined; dir = pending.pop()) {
    let directories = 0
    for (const [name, child] of dir.children ?? []) {
      if (child.parent !== dir || child.name !== name || !child.hashed || child.dead)
        problems.push(`"${name}" is not what its directory has`)
      if (child.refs < 0) problems.push(`"${name}" has ${child.refs} references`)
      names.set(child.inode, (names.get(child.inode) ?? 0) + 1)
      if (!isDir(child.inode)) continue
      directories++
      pending.push(child)
    }
    const { inode } = dir
    if (inode.nlink !== 2 + directories) problems.push(`directory ${inode.ino} has ${inode.nlink} links`)
    if (inode.size !== DIRENT_SIZE * (2 + (dir.children?.size ?? 0)))
      problems.push(`directory ${inode.ino} has ${inode.size} bytes`)
  }
  let moreNames = 0
  for (const inode of sb.inodes) {
    const count = names.get(inode) ?? 0
    names.delete(inode)
    if (isDir(inode)) {
      if (count > 1) problems.push(`directory ${inode.ino} has ${count} names`)
    } else if (inode.nlink !== count) problems.push(`inode ${inode.ino} has ${inode.nlink} links and ${count} names`)
    else if (count > 1) moreNames += count - 1
    const used = inode.aliases.some((name) => name.hashed || name.refs > 0 || name.isRoot)
    if (!used) problems.push(`inode ${inode.ino} is there for nobody`)
    if (inode.writers < 0 || inode.executing < 0) problems.push(`inode ${inode.ino} has ${inode.writers} writers`)
  }
  for (const { ino } of names.keys()) problems.push(`inode ${ino} has a name and is gone`)
  if (moreNames !== sb.moreNames) problems.push(`${sb.moreNames} further names are counted, there are ${moreNames}`)
}
