import { ENOENT } from '../uapi/errno.js'
import { fileAccessed } from './atime.js'
import type { File } from './file.js'
import { fsnotifyAccess, fsnotifyModify } from './fsnotify.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'

/** Reads at the position; the number of bytes, -errno or WOULD_BLOCK. */
export function readFile(file: File, task: Task, buffer: UserBuffer): number {
  const result = file.read(task, buffer)
  if (result > 0) fsnotifyAccess(file)
  return result
}

/** As {@link readFile} into several buffers: then even nothing read counts as an access. */
export function readFileVector(file: File, task: Task, buffer: UserBuffer): number {
  const result = buffer.remaining === 0 && buffer.moved === 0 ? 0 : file.read(task, buffer)
  if (result >= 0) fsnotifyAccess(file)
  return result
}

/** Writes at the position; the number of bytes, -errno or WOULD_BLOCK. */
export function writeFile(file: File, task: Task, buffer: UserBuffer): number {
  const result = file.write(task, buffer)
  if (result > 0) fsnotifyModify(file)
  return result
}

/** Gives the entries of a directory from its position on; 0, or -errno. It may have been removed. */
export function readDir(
  file: File,
  task: Task,
  emit: (name: string, ino: number, position: number, type: number) => boolean,
): number {
  if (file.inode.isDir && !file.dentry.hashed && !file.dentry.isRoot) return -ENOENT
  const result = file.iterate(task, emit)
  fileAccessed(file)
  fsnotifyAccess(file)
  return result
}
