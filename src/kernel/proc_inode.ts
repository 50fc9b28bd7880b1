import { S_IFLNK, S_IFREG } from '../uapi/fcntl.js'
import { DirFile } from './dir_file.js'
import type { File } from './file.js'
import { Inode } from './inode.js'
import type { Path } from './path.js'
import { type ProcContent, ProcFile } from './proc_file.js'
import type { ProcSuperBlock } from './procfs.js'
import type { Task } from './task.js'

/** An inode of procfs. Most have no number of their own: they get one when they are looked up. */
export abstract class ProcInode extends Inode {
  declare readonly sb: ProcSuperBlock

  protected constructor(sb: ProcSuperBlock, mode: number, ino: number = sb.kernel.vfs.newIno()) {
    super(sb, ino, mode)
  }

  override open(task: Task, path: Path, flags: number): File | number {
    return new DirFile(path, flags, task.cred)
  }
}

/** A symbolic link whose text depends on who reads it. */
export class ProcLink extends ProcInode {
  readonly #text: (task: Task) => string | number

  constructor(sb: ProcSuperBlock, text: (task: Task) => string | number) {
    super(sb, S_IFLNK | 0o777)
    this.#text = text
  }

  override readlink(task: Task): string | number {
    return this.#text(task)
  }
}

/** A file whose text is the same for all. */
export class ProcTextFile extends ProcInode {
  readonly #content: ProcContent

  constructor(sb: ProcSuperBlock, mode: number, content: ProcContent) {
    super(sb, S_IFREG | mode)
    this.#content = content
  }

  override open(task: Task, path: Path, flags: number): File {
    return new ProcFile(path, flags, task.cred, this.#content)
  }
}

/** The number that a directory of a process has for its name: no sign, no leading zero; -1 for anything else. */
export function nameToNumber(name: string): number {
  const { length } = name
  if (length === 0 || length > 10 || (length > 1 && name.charCodeAt(0) === 0x30)) return -1
  let number = 0
  for (let at = 0; at < length; at++) {
    const digit = name.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return -1
    number = number * 10 + digit
  }
  return number < 0xffff_ffff ? number : -1
}
